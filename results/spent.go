package results

import "time"

// Spent is how long a run has been measuring until the last of these trials, its trials so far: from each time that it
// was begun or resumed until the end of the last trial of that time.
func (r *Run) Spent(trials []Trial) (spent time.Duration) {
	begins := []time.Time{r.Started}
	for _, again := range r.Resumed {
		begins = append(begins, again.At)
	}
	for i, begin := range begins {
		last := begin
		for _, t := range trials {
			within := !t.Started.Before(begin) && (i+1 == len(begins) || t.Started.Before(begins[i+1]))
			if end := t.Started.Add(t.Wall); within && end.After(last) {
				last = end
			}
		}
		spent += last.Sub(begin)
	}
	return spent
}
