package results

// Parallelism is how many cores' worth of work the machine did at once: the lowest of what was measured before, at each
// resumption, and after the run, since neighbours come and go. nil: not measured.
func (r *Run) Parallelism() *float64 {
	var lowest *float64
	for _, e := range r.environments() {
		if p := e.Parallelism; p != nil && (lowest == nil || *p < *lowest) {
			lowest = p
		}
	}
	return lowest
}

// environments are all that were stored, in the order of time.
func (r *Run) environments() []*Environment {
	all := []*Environment{&r.Environment}
	for i := range r.Resumed {
		all = append(all, &r.Resumed[i].Environment)
	}
	if r.After != nil {
		all = append(all, r.After)
	}
	return all
}
