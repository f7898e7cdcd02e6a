package cli

import (
	"context"
	"errors"
	"slices"

	"bench/runner/gates"
	"bench/runner/internal/diag"
	"bench/runner/results"
	"bench/runner/results/sqlite"
)

// references settles what the checks of a run are compared with. What is not there is an error, but where all checks that
// ask for it may do without.
func (a *app) references(db *sqlite.DB, x experiment, run results.Run) (refs []results.Reference, err error) {
	wanted := gates.Sinces(x.checks)
	if against := run.Options.Against; against != "" { // one run for all of them
		all := gates.Since{Name: against}
		for _, w := range wanted {
			all.Cells = append(all.Cells, w.Cells...)
		}
		wanted = append([]gates.Since{all}, wanted...)
	}
	if len(wanted) == 0 {
		return nil, nil
	}
	s, err := a.seeker(db, run)
	if err != nil {
		return nil, err
	}
	for i, w := range wanted {
		if i > 0 && run.Options.Against != "" {
			if ref := refs[0]; w.Name != ref.Since {
				refs = append(refs, results.Reference{Since: w.Name, Run: ref.Run, How: ref.How})
			}
			continue
		}
		ref, err := s.find(w.Name, w.Cells)
		var none *noReference
		if errors.As(err, &none) && none.yet && w.Optional {
			continue
		}
		if none != nil && run.Options.Against == "" {
			none.at = w.Pos
		}
		if err != nil {
			return nil, err
		}
		ref.Since = w.Name
		if !slices.ContainsFunc(refs, func(r results.Reference) bool { return r.Since == w.Name }) {
			refs = append(refs, ref)
		}
	}
	return refs, nil
}

// noReference: there is no stored run of that name that this one can be compared with.
type noReference struct {
	text, hint string
	yet        bool     // there may be one later: checks that are optional do without
	at         diag.Pos // of the check that asks for it; Line 0: the command line does
}

func (e *noReference) Error() string { return e.text + "\n  hint: " + e.hint }

// refuseReference shows the check that asks for what is not there.
func (a *app) refuseReference(x experiment, err error) error {
	var none *noReference
	if !errors.As(err, &none) || none.at.Line == 0 {
		return err
	}
	var problems diag.List
	problems.Add(none.at, len("change"), none.hint, "%s", none.text)
	a.refuse(x, problems)
	return errReported
}

// referred reads the runs that a run is compared with. One that is gone is left out: its checks say so.
func (a *app) referred(ctx context.Context, db *sqlite.DB, refs []results.Reference) (map[string]*gates.Reference, error) {
	all, byID := map[string]*gates.Reference{}, map[string]*gates.Reference{}
	for _, r := range refs {
		if byID[r.Run] == nil {
			_, data, err := a.recall(ctx, db, r.Run)
			if errors.Is(err, sqlite.ErrNotFound) {
				continue
			} else if err != nil {
				return nil, err
			}
			byID[r.Run] = &gates.Reference{Run: r.Run, Data: data}
		}
		all[r.Since] = byID[r.Run]
	}
	return all, nil
}
