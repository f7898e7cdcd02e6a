package spec

import (
	"os"
	"slices"
	"strings"

	"bench/runner/internal/diag"
	"bench/runner/internal/matrix"
)

// Twin is the cell that does in the other build what a cell does in this one.
func (p *Plan) Twin(cell int) (twin int, has bool) {
	if next := cell + 1; !p.Cells[cell].Other && next < len(p.Cells) && p.Cells[next].Other {
		return next, true
	}
	return -1, false
}

// twins gives each cell that is something of the current directory one of the other build, right behind it, so that the two are
// neighbours in an order that is not shuffled too.
func (p *Plan) twins(cat Catalog, opt Options, list *diag.List) {
	e := p.Experiment
	at := diag.Pos{File: "--against-build " + shorten(opt.AgainstBuild)}
	if i, taken := e.names.axes[matrix.Build]; taken {
		list.Add(e.Axes[i].Pos, len(matrix.Build), "call the axis otherwise", "--against-build tells two builds apart as %s, which is an axis of this matrix", matrix.Build)
		return
	}
	m, err := newMover(opt, e.names.late)
	if err != nil {
		list.Add(at, 1, "", "the current directory: %v", err)
		return
	}
	if opt.Read == nil && sameDir(m.here, m.there) {
		list.Add(at, 1, "check the other commit out beside it: git worktree add ../base main", "this is the current directory: a build that is held against itself is never slower")
		return
	}
	p.AgainstBuild = opt.AgainstBuild
	for _, f := range e.Fixtures {
		p.OtherFixtures = append(p.OtherFixtures, m.fixture(f, cat))
	}
	var all []PlannedCell
	place := make([]int, len(p.Cells)) // of each cell, with twins between them
	for i := range p.Cells {
		place[i] = len(all)
		all = append(all, p.Cells[i])
		if twin, has := m.twin(&p.Cells[i]); has {
			all = append(all, twin)
		}
	}
	if len(all) == len(p.Cells) {
		list.Add(diag.Pos{File: e.File}, 1, "built-ins are runner's own: what is compared is a command, a shell text, a program or a function, and its directory or below the current one",
			"no cell runs anything of the current directory, which --against-build has another build of")
		return
	}
	p.Cells = all
	for i := range p.Cells {
		c := &p.Cells[i]
		if c.Baseline < 0 {
			continue
		}
		c.Baseline = place[c.Baseline]
		if twin, has := p.Twin(c.Baseline); c.Other && has {
			c.Baseline = twin
		}
	}
	if opt.Read == nil { // else the run was planned before, and is only told again
		m.missing(at, list)
	}
}

// mover makes of what stands in this build what stands in the other one.
type mover struct {
	here, there string          // this one's directory, absolute, and the other's as it was given
	late        map[string]bool // what fixtures give
	fixtures    map[string]bool // by name: something of the current directory is in it

	own, served bool // of one cell: it has something of the current directory; or it uses such a fixture
	places      []moved
	all         []moved // of cells that have a twin

	workloads map[*Workload]*Workload // cells of one workload go on sharing it
	made      map[*Command]movedCommand
}

// movedCommand is a command in the other build, and what was found in it.
type movedCommand struct {
	command     *Command
	own, served bool
}

// moved is a path in both builds, and what has it.
type moved struct {
	from, to string
	of       diag.Pos
}

func newMover(opt Options, late map[string]bool) (*mover, error) {
	m := &mover{here: opt.Dir, there: opt.AgainstBuild, late: late,
		fixtures: map[string]bool{}, workloads: map[*Workload]*Workload{}, made: map[*Command]movedCommand{}}
	var err error
	if m.here == "" {
		m.here, err = os.Getwd()
	}
	return m, err
}

// twin is the cell in the other build. A built-in is the same in both, and has a twin only for the sake of a fixture.
func (m *mover) twin(c *PlannedCell) (twin PlannedCell, has bool) {
	m.own, m.served, m.places = false, false, nil
	twin = *c
	twin.Other = true
	twin.Facets = append(slices.Clone(c.Facets), matrix.Facet{Name: matrix.Build, Value: matrix.Base})
	twin.Cell = matrix.NewCell(twin.Facets...)
	twin.Identity = strings.TrimSpace(c.Identity + " " + matrix.Build + "=" + matrix.Base)
	twin.Workload = m.workload(c.Workload)
	twin.Tasks, twin.Env = m.tasks(c.Tasks), m.env(c.Env)
	twin.Program, twin.Dir = m.argv(c.Program, c.Workload.Pos), m.place(c.Dir, c.Workload.Pos)
	twin.Commands = m.commands(c.Commands, c.Workload.Pos)
	twin.Prepare, twin.Cleanup = m.steps(c.Prepare, c.Workload.Pos), m.steps(c.Cleanup, c.Workload.Pos)
	if c.Proof != nil {
		twin.Proof = m.steps([]*Step{c.Proof}, c.Workload.Pos)[0]
	}
	has = m.served || m.own && c.Workload.Kind != "builtin"
	if has && len(c.Prepare) == 0 { // which may make what is not there yet
		m.all = append(m.all, m.places...)
	}
	return twin, has
}

func (m *mover) workload(w *Workload) *Workload {
	if w.File == "" {
		return w
	}
	file := m.place(w.File, w.Pos)
	if m.workloads[w] == nil {
		made := *w
		made.File = file
		m.workloads[w] = &made
	}
	return m.workloads[w]
}

func sameDir(a, b string) bool {
	one, err1 := os.Stat(a)
	two, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(one, two)
}
