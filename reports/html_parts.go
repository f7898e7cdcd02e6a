package reports

import (
	"fmt"
	"strings"

	"bench/runner/results"
)

// noteHTML is a section of sentences.
type noteHTML struct {
	Title, Class string
	Lead         string // what a sentence begins with where it stands alone
	Told         []string
}

type storyHTML struct {
	Cells, Status, Reason string
	Stderr                string
}

// exclusionHTML is a reason and the combinations that were not run for it.
type exclusionHTML struct {
	Reason string
	Cells  []string
}

// plainFacts are those that stand below the question.
func plainFacts(r *Report) []string {
	var told []string
	for _, f := range append(append(runFacts(r.Run), onHosts(r)), machineFacts(&r.Run, r.Runtimes)...) {
		if f != "" {
			told = append(told, glue(Visible(f)))
		}
	}
	return told
}

func htmlNotes(r *Report) []noteHTML {
	var scaling []string
	for i := range r.Scaling {
		s := &r.Scaling[i]
		scaling = append(scaling, Visible(s.Name)+": "+Visible(s.Sentence)+told(s.Law))
	}
	var out []noteHTML
	for _, n := range []noteHTML{
		{"Scaling", "", "scaling: ", scaling}, {"Notes", "", "", r.notes()},
		{"Shared machine", "inconclusive", "", r.shared()}, {"Warnings", "inconclusive", "warning: ", r.cautions()},
	} {
		if len(n.Told) > 0 {
			out = append(out, n)
		}
	}
	return out
}

func htmlStories(r *Report) []storyHTML {
	var out []storyHTML
	for _, s := range r.stories() {
		for i, l := range s.stderr {
			s.stderr[i] = Clip(l, 400)
		}
		out = append(out, storyHTML{strings.Join(s.cells, " · "), s.status, Visible(s.reason), strings.Join(s.stderr, "\n")})
	}
	return out
}

func htmlExcluded(all []Excluded) []exclusionHTML {
	g := groups{}
	var out []exclusionHTML
	for _, e := range all {
		at := g.of(e.Reason)
		if at == len(out) {
			out = append(out, exclusionHTML{Reason: Visible(e.Reason)})
		}
		out[at].Cells = append(out[at].Cells, Visible(key(e.Cell, 1)))
	}
	return out
}

// environment is the machine as it was, fact by fact; what is not known is left out.
func environment(r *Report) [][2]string {
	e := &r.Run.Environment
	var all [][2]string
	add := func(name, fact string) {
		if fact != "" {
			all = append(all, [2]string{name, Visible(fact)})
		}
	}
	add("system", strings.Trim(e.OS+"/"+e.Arch, "/"))
	add("kernel", e.Kernel)
	add("virtualised by", e.Virtual)
	add("processor", e.CPU)
	if e.Cores > 0 {
		add("usable cores", fmt.Sprint(e.Cores))
	}
	if p := r.Run.Parallelism(); measured(p) {
		add("parallelism", Ratio(*p))
	}
	if e.Memory > 0 {
		add("memory", Quantity(float64(e.Memory), "B"))
	}
	if e.Swap != nil {
		add("swapped out", Quantity(float64(*e.Swap), "B"))
	}
	add("governor", e.Governor)
	add("boost", e.Boost)
	add("SMT", e.SMT)
	add("clock", e.Clock)
	if measured(e.Load) {
		add("load at the start", Ratio(*e.Load))
	}
	add("Go", e.Go)
	for _, i := range r.Runtimes {
		gil := ""
		if i.GIL != "" {
			gil = "GIL " + i.GIL
		}
		add("runtime", strings.Join(strings.Fields(i.Name+" "+i.Version+" "+gil), " ")) // its path may hold a user's name: only the JSON has it
	}
	add("host (hashed)", e.Host)
	commit := e.Commit
	if commit != "" && e.Dirty {
		commit += ", changed since"
	}
	add("commit", commit)
	add("branch", e.Branch)
	if r.Run.After != nil {
		for _, d := range results.Differences(*e, *r.Run.After) {
			add("changed meanwhile", d.String())
		}
	}
	return all
}
