package results

// Parallelism is how many cores' worth of work the machine did at once: the lower of what was measured before and after
// the run, since neighbours come and go. nil: not measured.
func (r *Run) Parallelism() *float64 {
	lower := r.Environment.Parallelism
	if r.After != nil && r.After.Parallelism != nil && (lower == nil || *r.After.Parallelism < *lower) {
		lower = r.After.Parallelism
	}
	return lower
}
