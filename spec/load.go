package spec

import (
	"slices"
	"time"

	"bench/runner/internal/diag"
)

// Load reads a spec and what it extends, and lays the profile and the command line over it. All problems are reported at
// once, in the order of their positions. The Experiment is never nil: after problems it still has its File and Sources,
// for printing them, and its Plan is empty.
func Load(path string, cat Catalog, opt Options) (*Experiment, diag.List) {
	l := &loader{opt: opt}
	l.file(path, nil)
	exp := &Experiment{File: path, Sources: l.sources, Cores: max(1, cat.Cores)}
	if len(l.layers) > 0 {
		if root := l.merged(); root.is(isMap) && !l.halted {
			top.require(root, "the spec", &l.list)
			exp.Origins = l.origins(root)
			r := &reader{exp: exp, root: root, list: &l.list, fixed: cat.Fixtures, open: opt.Read}
			exp.names.learn(cat, exp.Cores)
			r.read()
			exp.override(opt)
		}
	}
	l.list.Sort()
	exp.refused = len(l.list) > 0
	return exp, l.list
}

// override applies what has an option of its own on the command line.
func (e *Experiment) override(opt Options) {
	e.overrideRepeats(opt)
	if opt.Seed != nil {
		e.Seed = opt.Seed
		e.Origins["seed"] = Origin{From: "command line"}
	}
}

// Line is one line of the files the experiment was made of, for diag.Print.
func (e *Experiment) Line(file string, n int) (string, bool) {
	src := e.lines[file]
	if src == nil {
		i := slices.IndexFunc(e.Sources, func(s Source) bool { return s.Path == file })
		if i < 0 {
			return "", false
		}
		if e.lines == nil {
			e.lines = map[string]*source{}
		}
		src = newSource(file, e.Sources[i].Text)
		e.lines[file] = src
	}
	return src.line(n), n >= 1 && n <= src.lineCount()
}

// reader turns the merged value into an Experiment. What does not fit its shape was reported before, so that a value of
// the wrong kind is passed over here in silence.
type reader struct {
	exp  *Experiment
	root *value
	list *diag.List

	fixed   []FixtureInfo                     // the fixtures that there are
	open    func(path string) ([]byte, error) // nil: from disk
	several bool                              // the matrix asks for more than one fleet
}

func (r *reader) fail(v *value, hint, format string, args ...any) {
	r.list.Add(v.pos, v.width, hint, format, args...)
}

func (r *reader) read() {
	e := r.exp
	e.Name, e.Question, e.Description = r.text("name"), r.text("question"), r.text("description")
	e.Sequential = r.text("order") == "sequential"
	e.Pin = r.text("pin") == "cores"
	e.Control = true
	if v := r.root.get("control"); v.is(isBool) {
		e.Control = v.data.(bool)
	}
	e.Timeout = durationOf(r.root.get("timeout"), time.Minute)
	e.Limits = limitsOf(r.root.get("limits"))
	if v := r.root.get("seed"); v.is(isInt) {
		seed := uint64(v.data.(int))
		e.Seed = &seed
	}
	if v := r.root.get("tags"); v.is(isList) {
		for _, item := range v.list {
			e.Tags = append(e.Tags, item.text)
		}
	}
	if v := r.root.get("profiles"); v.is(isMap) {
		for _, p := range v.keys {
			e.Profiles = append(e.Profiles, p.name)
		}
	}
	r.repeats()
	r.runtimes()
	r.fixtures()
	r.fleets()
	axesFine := r.matrix()
	before := len(*r.list)
	if r.workloads(); len(*r.list) == before {
		r.idle()
	}
	r.excludes()
	r.baseline()
	r.assertions()
	// Plan reports these too, but never comes to it after other problems.
	if axesFine && len(*r.list) > 0 {
		*r.list = append(*r.list, e.designProblems()...)
	}
}

func (r *reader) text(key string) string {
	if v := r.root.get(key); v.is(isText) {
		return v.text
	}
	return ""
}

func durationOf(v *value, otherwise time.Duration) time.Duration {
	if v.is(isText) {
		if d, err := parseDuration(v.text); err == nil {
			return d
		}
	}
	return otherwise
}
