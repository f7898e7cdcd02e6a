package sqlite

import "fmt"

// interrupt marks the runs that lost trials, or may have, as interrupted: what is left of a run may not be judged as if it
// were all, and can be gone on with.
func (v *salvage) interrupt(c *carver) error {
	for _, number := range sorted(v.ready) {
		to := v.ready[number]
		if to.gaps = !v.complete(number, to, c); to.gaps && to.row {
			if err := v.reopen(to); err != nil {
				return err
			}
		}
		if !to.row && !to.first.IsZero() { // that is when it began, as far as is known
			if err := v.db.change(v.ctx, to.id, `UPDATE runs SET started_ns = coalesce(started_ns, ?) WHERE id = ?`, to.first.UnixNano(), to.id); err != nil {
				return err
			}
		}
	}
	return nil
}

// complete: as many trials are there as the file itself counted, or where that cannot be known any more, everything that
// leads to trials could be followed. If the -wal file is damaged neither is known: both may be older than the run's end.
func (v *salvage) complete(number int64, to *target, c *carver) bool {
	counted := v.counts[number] == to.found && !c.torn["counts"] && v.lost["counts"] == 0
	followed := v.counts[number] <= to.found && !c.torn["trials"] && v.lost["trials"] == 0
	return to.whole && !c.walTorn && (counted || followed)
}

func (v *salvage) reopen(to *target) error {
	v.Incomplete = append(v.Incomplete, to.id)
	if !to.whole {
		v.Notes = append(v.Notes, fmt.Sprintf("run %s has lost cells of its plan: it cannot be gone on with, measure it anew", to.id))
	}
	return v.db.change(v.ctx, to.id, `UPDATE runs SET finished_ns = NULL, outcome = 'interrupted', after = NULL WHERE id = ?`, to.id)
}
