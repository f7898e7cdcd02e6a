// Package spec says what was asked: it reads a YAML file into an Experiment and an Experiment into a Plan.
//
// It runs nothing and measures nothing. Every value keeps its position, and all the problems of a file are reported at
// once. What can be named in a spec (executors, built-in workloads) it learns from a Catalog, never by importing them.
package spec

import (
	"time"

	"bench/runner/internal/diag"
	"bench/runner/internal/expression"
	"bench/runner/internal/matrix"
)

// Experiment is one spec file after its parents, its profile and the command line were laid over each other.
type Experiment struct {
	File        string   // as given
	Sources     []Source // this file first, then what it extends
	Name        string
	Question    string
	Description string
	Tags        []string
	Runtimes    []Runtime
	Fixtures    []Fixture
	Fleets      map[string]Fleet // by name; where one is needed and the spec has none, there is one called default
	Placement   *Placement       // nil: the trials run on this machine, but for those of cluster
	Workloads   []Workload
	Axes        []Axis
	Excludes    []Exclude
	Baseline    matrix.Selector // nil: none
	BaselinePos diag.Pos
	Repeats     Repeats
	Sequential  bool    // order: sequential
	Seed        *uint64 // nil: drawn by whoever runs it
	Control     bool
	Timeout     time.Duration // of one trial
	Limits      Limits
	Pin         bool
	Assertions  []Assertion
	Profiles    []string          // their names
	Cores       int               // what `cores` was resolved with
	Origins     map[string]Origin // by top-level key, or key.name for what is in a mapping

	refused bool               // Load found problems
	lines   map[string]*source // of Sources that a line was asked of, by path
	names   vocabulary
}

// Source is one file the experiment was made of.
type Source struct{ Path, Text string }

// Runtime is one entry of `runtimes`. One of each kind, called like it, exists without an entry.
type Runtime struct {
	Name     string
	Kind     string // go, a language of the catalog such as python, command, or program
	Version  string // as written: "3", "3.13t", "pypy3", a path; "" for any
	Dir      string // of the file that it is written in
	Optional bool   // where it is missing its checks are skipped
	Pos      diag.Pos
}

// Fixture is one entry of `fixtures`. Settings has every one of its kind: a time.Duration, an int64 in bytes or an int.
type Fixture struct {
	Name     string
	Settings map[string]any
	Pos      diag.Pos
}

// Workload is one entry of `workloads`.
type Workload struct {
	Name     string
	Kind     string              // the key that says what it is: builtin, a language such as python, command, shell, program
	Builtin  string              // its name
	File     string              // of a workload in a language, as it can be opened from here
	Function string              // in it
	Combine  string              // none, sum, product, concat, sort, min, max
	Verify   *expression.Program // nil: compare with the baseline
	Allow    []string            // statuses that are data here
	Same     bool                // verify: same-output
	Weak     bool                // scaling: weak, the work grows with the workers
	Requires []string            // programs that must be on PATH
	Optional bool                // where its program is missing its checks are skipped
	Env      map[string]string
	Pos      diag.Pos

	info      *BuiltinInfo
	args      []argument // as written; Plan fills them in for each cell
	tasks     taskForm
	env       []argument
	program   *commandForm // of a command, a shell text or a program
	stdin     field
	stdinBase string
	exits     []int
	dir       field
	base      string // the directory that its paths count from
	prepare   []*stepForm
	cleanup   []*stepForm
	proof     *stepForm // verify, as a command
}

// Axis is one dimension of the matrix with its levels in order.
type Axis struct {
	Name    string
	Levels  []Level
	Default any // the level that is left out of a cell's identity: a value, or the key of an executor level; nil: none
	Pos     diag.Pos

	layer  int
	linked []string // names of the levels' Values
}

// Level is one value of an axis. An executor level has its facets (executor, workers, options); a linked level has Values
// for substitution beside its label.
type Level struct {
	Facets  []matrix.Facet // what the cell gets
	Values  map[string]any // extra names for {{…}}
	Options map[string]any // an executor's options, Map options too
	Pos     diag.Pos
}

// Exclude removes cells.
type Exclude struct {
	Match matrix.Selector     // nil with If
	If    *expression.Program // over the cell's levels, workers and cores
	Text  string              // for the reason in `runner plan`
	Pos   diag.Pos

	width int
	layer int
}

// Assertion is one entry of `assert`, still text: gates compiles it.
type Assertion struct {
	Name      string // "" when only a check was given
	Check     diag.Text
	Where     matrix.Selector // nil: everywhere
	Needs     *diag.Text
	Level     string // error (default) or warn
	Because   string
	Published string // what the source of the claim says
	Optional  bool   // skipped where a stored run that it compares with is not there
	Pos       diag.Pos
}
