package cli

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"bench/runner/gates"
	"bench/runner/internal/git"
	"bench/runner/internal/stats"
	"bench/runner/results"
	"bench/runner/results/sqlite"
)

// seeker finds stored runs to compare one with.
type seeker struct {
	a    *app
	db   *sqlite.DB
	run  results.Run   // as it is stored, or will be
	past []results.Run // ended before it, of its experiment, the newest first
}

func (a *app) seeker(db *sqlite.DB, run results.Run) (*seeker, error) {
	if run.Environment.OS == "" { // it has yet to begin
		run.Environment = machine(a.ctx, run.Spec)
	}
	ended, err := db.Ended(a.ctx, run.Experiment)
	if err != nil {
		return nil, err
	}
	ended = slices.DeleteFunc(ended, func(r results.Run) bool { return r.ID == run.ID || !r.Started.Before(run.Started) })
	return &seeker{a, db, run, ended}, nil
}

// find takes last or last~N, a branch, a tag, a commit, a run's id, or what a CI service called a branch, in this order.
func (s *seeker) find(name string, cells []gates.Work) (results.Reference, error) {
	if name == "last" || strings.HasPrefix(name, "last~") {
		return s.last(name, cells)
	}
	commits, known := git.Find(s.a.ctx, filepath.Dir(s.run.Spec), name, s.run.Environment.Commit)
	if !known || !commits.Branch {
		id, tagged, err := s.db.Tagged(s.a.ctx, name, s.run.Experiment)
		switch {
		case err != nil:
			return results.Reference{}, err
		case tagged:
			return s.named(id, "tagged "+name, cells)
		}
	}
	if known {
		ref, found, err := s.ofCommits(name, commits, cells)
		if !found && err == nil {
			err = s.nothing(name, known)
		}
		return ref, err
	}
	if ref, found, err := s.ofBranch(name, cells); found || err != nil {
		return ref, err
	}
	switch id, err := s.db.Resolve(s.a.ctx, name); {
	case err == nil:
		return s.named(id, "run "+id, cells)
	case !errors.Is(err, sqlite.ErrNotFound):
		return results.Reference{}, err
	}
	return results.Reference{}, s.nothing(name, known)
}

// named takes one run and no other, so that what is wrong with it is said.
func (s *seeker) named(id, how string, cells []gates.Work) (ref results.Reference, err error) {
	i := slices.IndexFunc(s.past, func(r results.Run) bool { return r.ID == id })
	if i < 0 {
		return ref, &noReference{text: fmt.Sprintf("run %s is no reference: it is not of the experiment %q, did not come to its end, or is not older", id, s.run.Experiment),
			hint: "`runner list runs` shows what there is"}
	}
	if what := s.strange(&s.past[i]); what != "" {
		return ref, &noReference{text: fmt.Sprintf("run %s was measured on another machine (%s): times of two machines cannot be compared", id, what),
			hint: "measure the reference here, or say --any-machine"}
	}
	if what := s.otherwise(&s.past[i]); what != "" {
		return ref, &noReference{text: fmt.Sprintf("run %s measured something else: %s", id, what), hint: "measure both with the same options"}
	}
	lacking, err := s.lacks(id, cells)
	if err != nil {
		return ref, err
	}
	if lacking != nil {
		return ref, &noReference{text: fmt.Sprintf("run %s has no cell %s", id, lacking.Identity), hint: "compare with a run that has it, or leave it out with `where:`"}
	}
	return results.Reference{Run: id, How: how}, nil
}

func (s *seeker) last(name string, cells []gates.Work) (ref results.Reference, err error) {
	back := 0
	if n, counted := strings.CutPrefix(name, "last~"); counted {
		if back, err = strconv.Atoi(n); err != nil || back < 0 {
			return ref, fmt.Errorf("%q: last~N takes a number, as in last~1", name)
		}
	}
	for i := range s.past {
		_, fine, err := s.suits(&s.past[i], cells)
		if err != nil {
			return ref, err
		}
		if !fine {
			continue
		}
		if back--; back < 0 {
			return s.named(s.past[i].ID, name, cells)
		}
	}
	return ref, s.nothing(name, false)
}

// ofCommits takes the newest run of the newest commit that has one. Uncommitted changes are no commit's.
func (s *seeker) ofCommits(name string, commits git.Commits, cells []gates.Work) (ref results.Reference, found bool, err error) {
	for back, commit := range commits.List {
		if back == 0 && commits.Branch && commits.Head && s.isOn(name) {
			continue // that is what is measured now
		}
		for i := range s.past {
			e := &s.past[i].Environment
			if e.Commit != commit || e.Dirty {
				continue
			}
			if ref, found, err = s.suits(&s.past[i], cells); found || err != nil {
				ref.How = "the newest run of commit " + commit[:min(12, len(commit))]
				if commits.Branch {
					ref.How += ", of " + name
				}
				return ref, found, err
			}
		}
	}
	return ref, false, nil
}

// isOn tells whether a run is one of the branch itself, or may be: on another branch, the same commit is the other one's.
func (s *seeker) isOn(branch string) bool {
	e := &s.run.Environment
	return !e.Dirty && (e.Branch == "" || e.Branch == strings.TrimPrefix(branch, "origin/"))
}

// ofBranch goes by what the runs say, where git does not know the branch, or not how it goes with this commit.
func (s *seeker) ofBranch(name string, cells []gates.Work) (ref results.Reference, found bool, err error) {
	for i := range s.past {
		if e := &s.past[i].Environment; e.Branch != name || e.Dirty || e.Commit == s.run.Environment.Commit {
			continue
		}
		if ref, found, err = s.suits(&s.past[i], cells); found || err != nil {
			ref.How = "the newest run of branch " + name
			return ref, found, err
		}
	}
	return ref, false, nil
}

// suits tells whether a verdict can rest on a run: this machine's, with trials enough of each cell that had it to themselves.
func (s *seeker) suits(r *results.Run, cells []gates.Work) (results.Reference, bool, error) {
	if s.strange(r) != "" || s.otherwise(r) != "" {
		return results.Reference{}, false, nil
	}
	medians, err := s.db.Medians(s.a.ctx, []string{r.ID})
	if err != nil {
		return results.Reference{}, false, err
	}
	enough := map[gates.Work]bool{}
	for _, c := range medians[r.ID] {
		enough[gates.Work{Workload: c.Workload, Identity: c.Identity}] = c.N >= stats.LeastBlocks
		if len(cells) == 0 && c.N >= stats.LeastBlocks { // any
			return results.Reference{Run: r.ID}, true, nil
		}
	}
	for _, c := range cells {
		if !enough[c] {
			return results.Reference{}, false, nil
		}
	}
	return results.Reference{Run: r.ID}, len(cells) > 0, nil
}

// strange says by what a run's machine is another one; "" where it is this one, or need not be.
func (s *seeker) strange(r *results.Run) string {
	if s.run.Options.AnyMachine {
		return ""
	}
	if r.Environment.OS == "" || r.Environment.Arch == "" || r.Environment.Cores == 0 || r.Environment.CPU == "" && s.run.Environment.CPU != "" {
		return "what it was is not known"
	}
	return anotherMachine(r, &s.run)
}

// otherwise says by which options a run measured something else: what a profile or -D changes is no level of a cell.
func (s *seeker) otherwise(r *results.Run) string {
	a, b := &r.Options, &s.run.Options
	if a.Profile != b.Profile {
		return fmt.Sprintf("--profile %q, now %q", a.Profile, b.Profile)
	}
	for key := range b.Define {
		if a.Define[key] != b.Define[key] {
			return fmt.Sprintf("-D %s=%s, now %s", key, a.Define[key], b.Define[key])
		}
	}
	for key := range a.Define {
		if _, has := b.Define[key]; !has {
			return fmt.Sprintf("-D %s=%s, now without", key, a.Define[key])
		}
	}
	return ""
}

// anotherMachine is the first difference that makes the machines of a run other ones; "" where there is none.
func anotherMachine(was, is *results.Run) string {
	for _, d := range append(results.Differences(was.Environment, is.Environment), results.HostDifferences(*was, *is)...) {
		if d.Machine {
			return d.String()
		}
	}
	return ""
}

// lacks is a cell that a run does not have; nil where it has all.
func (s *seeker) lacks(id string, cells []gates.Work) (*gates.Work, error) {
	planned, err := s.db.Cells(s.a.ctx, id)
	if err != nil {
		return nil, err
	}
	for i := range cells {
		if !slices.ContainsFunc(planned, func(p results.PlannedCell) bool {
			return cells[i] == gates.Work{Workload: p.Workload, Identity: p.Identity}
		}) {
			return &cells[i], nil
		}
	}
	return nil, nil
}

// nothing says what there is instead, and what to do. known: git knows the name.
func (s *seeker) nothing(name string, known bool) error {
	text := fmt.Sprintf("there is no stored run of %q to compare with", name)
	if !known && !strings.HasPrefix(name, "last") {
		text += ": it is no tag, no branch and no commit here, and no run"
	}
	strangers, dirty := 0, 0
	for i := range s.past {
		if s.strange(&s.past[i]) != "" {
			strangers++
		} else if s.past[i].Environment.Dirty {
			dirty++
		}
	}
	told := plural(len(s.past), "earlier run") + " of " + s.run.Experiment
	if len(s.past) == 0 {
		told = "no earlier run of " + s.run.Experiment
	}
	if strangers > 0 {
		told += fmt.Sprintf(", %d of them measured on another machine", strangers)
	}
	if dirty > 0 {
		told += fmt.Sprintf(", %d with uncommitted changes", dirty)
	}
	if len(s.past) > strangers+dirty {
		told += "; it takes one with five trials of each cell that had the machine to themselves"
	}
	hint := "`optional: true` in the check lets it be skipped until there is one"
	switch {
	case !known:
		hint = "`runner list runs` and `runner list tags` show what there is"
	case s.run.Environment.Branch != name:
		hint = fmt.Sprintf("measure it there: git switch %s && runner run %s; %s", name, s.run.Spec, hint)
	}
	return &noReference{text: text + " (" + told + ")", hint: hint, yet: true}
}
