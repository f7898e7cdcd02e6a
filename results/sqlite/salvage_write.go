package sqlite

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"bench/runner/results"
)

// batch is how many trials are written at once.
const batch = 500

// saveRuns writes the runs and their cells, in the order in which they were stored.
func (v *salvage) saveRuns() error {
	v.ready = map[int64]*target{}
	all := map[int64]bool{}
	for number := range v.runs {
		all[number] = true
	}
	for number := range v.cells {
		all[number] = true
	}
	for _, number := range sorted(all) {
		if err := v.saveRun(number); err != nil {
			return err
		}
	}
	return nil
}

func (v *salvage) saveRun(number int64) error {
	run, whole := v.runs[number]
	cells := v.planned(number)
	if whole {
		err := v.db.CreateRun(v.ctx, run.Run, cells)
		if err == nil {
			v.Cells.Lost += max(run.cells-len(cells), 0)
		} else if !errors.Is(err, ErrRecorded) {
			return err
		}
		whole = err == nil
	}
	if !whole {
		var err error
		if run.Run, err = v.standIn(number, cells); err != nil {
			return err
		}
		v.Runs.Lost++
		v.Notes = append(v.Notes, fmt.Sprintf("what was stored of run %s itself is lost: its trials are kept, and it cannot be judged again", run.ID))
	} else {
		v.Runs.Saved++
	}
	v.Cells.Saved += len(cells)
	v.ready[number] = &target{id: run.ID, row: whole, whole: whole && run.cells == len(cells), reader: newReader(number, cells, Everything), rec: v.db.Recorder(run.ID), places: map[[2]int]bool{}}
	return nil
}

// planned are the cells that can be stored: none twice, and no baseline that is lost.
func (v *salvage) planned(number int64) (cells []results.PlannedCell) {
	places := map[place]bool{}
	for _, index := range slices.Sorted(maps.Keys(v.cells[number])) {
		c := v.cells[number][index]
		if p := (place{c.Workload, c.Cell}); !places[p] {
			places[p] = true
			cells = append(cells, c)
		}
	}
	for i, c := range cells {
		if c.Baseline != nil && !slices.ContainsFunc(cells, func(b results.PlannedCell) bool { return b.Index == *c.Baseline }) {
			cells[i].Baseline = nil
			v.Notes = append(v.Notes, fmt.Sprintf("cell %q has lost the cell it was compared with", c.Cell.Key()))
		}
	}
	return cells
}

// standIn stores a run for trials whose own is lost.
func (v *salvage) standIn(number int64, cells []results.PlannedCell) (results.Run, error) {
	run := v.known[number]
	if run.Experiment == "" {
		run.Experiment = "lost"
	}
	run.Outcome = "interrupted"
	if run.ID != "" {
		if err := v.db.CreateRun(v.ctx, run, cells); !errors.Is(err, ErrRecorded) {
			return run, err
		}
	}
	run.ID = fmt.Sprintf("lost-%d", number)
	return run, v.db.CreateRun(v.ctx, run, cells)
}

// takeTrial keeps a trial until there are enough to be written.
func (v *salvage) takeTrial(row []any) error {
	plain := v.pick("trials", row, "run, "+Everything.columns())
	number, _ := plain[0].(int64)
	to := v.ready[number]
	if to == nil {
		v.lost["trials"]++
		return nil
	}
	var t results.Trial
	copy(to.reader.values, plain[1:])
	if err := to.reader.read(&t); err != nil || !slices.Contains(results.Statuses, t.Status) {
		v.lost["trials"]++
		return nil
	}
	if p := [2]int{t.Block, t.Position}; !to.places[p] {
		to.places[p] = true
		to.waits = append(to.waits, t)
		if to.first.IsZero() || t.Started.Before(to.first) {
			to.first = t.Started
		}
		v.waits++
	}
	if v.waits < batch {
		return nil
	}
	return v.flush()
}

func (v *salvage) flush() error {
	v.waits = 0
	for _, number := range sorted(v.ready) {
		to := v.ready[number]
		if len(to.waits) == 0 {
			continue
		}
		if err := to.rec.RecordAll(v.ctx, to.waits); err != nil {
			return err
		}
		to.found += len(to.waits)
		to.waits = nil
	}
	return v.ctx.Err()
}

func (v *salvage) saveVerdicts() error {
	for _, number := range sorted(v.verdicts) {
		of := v.verdicts[number]
		to := v.ready[number]
		if to == nil || to.gaps {
			v.Verdicts.Lost += len(of)
			continue
		}
		places := slices.Sorted(maps.Keys(of))
		list := make([]results.StoredVerdict, len(places))
		for i, p := range places {
			list[i] = of[p]
		}
		if err := v.db.SaveVerdicts(v.ctx, to.id, list); err != nil {
			return err
		}
		v.Verdicts.Saved += len(list)
		v.Verdicts.Lost += places[len(places)-1] + 1 - len(list) // the places between
	}
	return nil
}

// saveTags keeps those whose run is still known to be of their experiment. The first one of several is the better one.
func (v *salvage) saveTags() error {
	seen := map[results.Tag]bool{}
	for _, t := range v.tags {
		to := v.ready[t.run]
		if seen[t.Tag] {
			continue
		}
		seen[t.Tag] = true
		if to == nil || !to.row || v.runs[t.run].Experiment != t.Experiment || checkTag(t.Name) != nil {
			v.lost["tags"]++
			v.Notes = append(v.Notes, fmt.Sprintf("tag %q of %q is lost: its run is not known any more", t.Name, t.Experiment))
			continue
		}
		if err := v.db.Tag(v.ctx, to.id, t.Name); err != nil {
			return err
		}
		v.Tags.Saved++
	}
	return nil
}

// reckon says what is lost: of the trials what the file's own counts are above those that were found, and where there are
// no counts any more, those that were seen to be damaged.
func (v *salvage) reckon() {
	uncounted := false
	for number, to := range v.ready {
		v.Trials.Saved += to.found
		_, counted := v.counts[number]
		uncounted = uncounted || !counted && to.found > 0
	}
	for number, n := range v.counts {
		if to := v.ready[number]; to != nil {
			n -= to.found
		} else {
			v.Runs.Lost++
		}
		v.Trials.Lost += max(n, 0)
	}
	if uncounted {
		v.Trials.Lost = max(v.Trials.Lost, v.lost["trials"])
	}
	v.Runs.Lost = max(v.Runs.Lost, v.lost["runs"])
	v.Cells.Lost = max(v.Cells.Lost, v.lost["cells"])
	v.Tags.Lost = v.lost["tags"]
	v.Verdicts.Lost = max(v.Verdicts.Lost, v.lost["verdicts"])
}

func sorted[T any](m map[int64]T) []int64 { return slices.Sorted(maps.Keys(m)) }
