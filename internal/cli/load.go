package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"bench/runner/gates"
	"bench/runner/internal/diag"
	"bench/runner/internal/host"
	"bench/runner/results"
	"bench/runner/spec"
)

// selection is what the flags lay over a spec; run, check and plan share them.
type selection struct {
	profile string
	only    []string
	repeats int
	seed    uint64
	given   func(flag string) bool
	define  []string // key=value

	untilDecided bool
	budget       time.Duration
	againstBuild string
	against      string
	anyMachine   bool
}

func (s *selection) flags(f *pflag.FlagSet) {
	f.StringVar(&s.profile, "profile", "", "apply the spec's profile `NAME`")
	f.StringArrayVar(&s.only, "only", nil, "keep only the cells that match `SELECTOR`, such as \"procs=2\" (repeatable; baselines are kept)")
	f.IntVar(&s.repeats, "repeats", 0, "measure exactly `N` blocks, whatever the spec says")
	f.BoolVar(&s.untilDecided, "until-decided", false, "go on, up to 40 blocks or the spec's max, until every check is decided")
	f.DurationVar(&s.budget, "budget", 0, "begin no block after this `DURATION`, such as 5m, whatever the spec says")
	f.StringVar(&s.againstBuild, "against-build", "", "run in the same blocks what the current directory has, and the other build of it in `DIR`")
	f.Uint64Var(&s.seed, "seed", 0, "the seed of the order of trials")
	f.StringArrayVarP(&s.define, "define", "D", nil, "set `KEY=VALUE`: a dotted path such as timeout=10s, or an axis (repeatable)")
	s.given = f.Changed
}

// across are the flags of comparisons with stored runs.
func (s *selection) across(f *pflag.FlagSet) {
	f.StringVar(&s.against, "against", "", "compare each cell with the stored run `REF`: last, a branch, a tag, a commit, or a run; for change(), whatever it says")
	f.BoolVar(&s.anyMachine, "any-machine", false, "compare with a stored run of another machine, too")
}

// valid refuses what no spec is needed for to see that it is wrong.
func (s *selection) valid() error {
	if s.given("repeats") && s.repeats < 1 {
		return errors.New("--repeats must be at least 1")
	}
	if s.given("repeats") && s.untilDecided {
		return fmt.Errorf("--repeats measures exactly so many blocks, and --until-decided as many as are needed\n  hint: -D repeats.min=%d --until-decided begins with so many", s.repeats)
	}
	if s.given("budget") && s.budget <= 0 {
		return fmt.Errorf("--budget %s: it must be longer than zero\n  hint: such as --budget 5m", s.budget)
	}
	if s.given("against") && strings.TrimSpace(s.against) == "" {
		return errors.New("--against names no run\n  hint: such as --against main")
	}
	if s.given("against-build") && s.againstBuild == "" {
		return errors.New("--against-build names no directory\n  hint: such as --against-build ../base, where another commit is checked out and built")
	}
	for _, d := range s.define {
		if key, _, ok := strings.Cut(d, "="); !ok || key == "" {
			return fmt.Errorf("-D %s: this is not KEY=VALUE\n  hint: such as -D timeout=10s", d)
		}
	}
	return nil
}

func (s *selection) options() results.Options {
	o := results.Options{Profile: s.profile, Only: s.only, Repeats: s.repeats, Cores: host.Cores(), UntilDecided: s.untilDecided, Budget: s.budget, Against: s.against, AnyMachine: s.anyMachine, AgainstBuild: s.againstBuild}
	for _, d := range s.define {
		if o.Define == nil {
			o.Define = map[string]string{}
		}
		key, value, _ := strings.Cut(d, "=")
		o.Define[key] = value
	}
	if s.given("seed") {
		o.Seed = &s.seed
	}
	return o
}

// experiment is a spec that is ready to run or to judge.
type experiment struct {
	spec   *spec.Experiment
	plan   spec.Plan
	checks []gates.Check
}

// load reads, plans and compiles one spec. seed is for a spec without one of its own; read is nil for a spec on disk.
func load(path string, o results.Options, seed uint64, read func(string) ([]byte, error)) (experiment, diag.List) {
	opt := spec.Options{Profile: o.Profile, Only: o.Only, Repeats: o.Repeats, Seed: o.Seed, Define: o.Define, Read: read,
		UntilDecided: o.UntilDecided, Budget: o.Budget, AgainstBuild: o.AgainstBuild, Dir: o.Dir}
	cat := catalog(o.Cores)
	exp, problems := spec.Load(path, cat, opt)
	if len(problems) > 0 {
		return experiment{spec: exp}, problems
	}
	if exp.Seed != nil {
		seed = *exp.Seed
	}
	plan, problems := exp.Plan(cat, seed, opt)
	if len(problems) > 0 {
		return experiment{spec: exp}, problems
	}
	checks, problems := gates.Compile(exp, &plan, gates.Options{Aliases: aliases()})
	return experiment{exp, plan, checks}, problems
}

// stored makes the experiment of a stored run again, from the texts it was made of.
func stored(run results.Run) (experiment, error) {
	if len(run.Sources) == 0 {
		return experiment{}, fmt.Errorf("the row of run %s itself was lost, with its spec: only its trials are kept, which `runner list runs` counts and sqlite3 can read", run.ID)
	}
	texts := map[string]string{}
	for _, s := range run.Sources {
		texts[s.Path] = s.Text
	}
	x, problems := load(run.Spec, run.Options, run.Seed, func(path string) ([]byte, error) {
		text, ok := texts[path]
		if !ok {
			return nil, fmt.Errorf("the run did not store %s: %w", path, fs.ErrNotExist)
		}
		return []byte(text), nil
	})
	if len(problems) > 0 {
		return x, fmt.Errorf("the stored spec of run %s cannot be used by this version of runner: %w", run.ID, problems)
	}
	return x, nil
}

// specFiles turns arguments into spec files: a directory stands for every .yaml and .yml below it. Without arguments it
// is experiments/.
func specFiles(args []string) ([]string, error) {
	if len(args) == 0 {
		if _, err := os.Stat("experiments"); err != nil {
			return nil, errors.New("no spec given, and there is no experiments/ here\n  hint: runner run FILE.yaml")
		}
		args = []string{"experiments"}
	}
	var files []string
	for _, arg := range args {
		info, err := os.Stat(arg)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", arg, reason(err))
		}
		if !info.IsDir() {
			files = append(files, arg)
			continue
		}
		found := len(files)
		err = filepath.WalkDir(arg, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() && path != arg && (strings.HasPrefix(d.Name(), ".") || d.Name() == "workloads" || d.Name() == "testdata") {
				return filepath.SkipDir
			}
			if ext := filepath.Ext(path); !d.IsDir() && (ext == ".yaml" || ext == ".yml") {
				files = append(files, path)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		if len(files) == found {
			return nil, fmt.Errorf("%s: no .yaml file in this directory", arg)
		}
	}
	return files, nil
}

// reason is the cause without the path, which the message has already.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// refuse prints the problems of a spec with their lines.
func (a *app) refuse(x experiment, problems diag.List) {
	problems.Sort()
	diag.Print(a.stderr, problems, x.spec.Line)
	if a.service == github {
		a.annotate(problems)
	}
}
