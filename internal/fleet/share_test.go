package fleet

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"bench/runner/executors"
	"bench/runner/workloads"
)

// with is a fleet that has heard of these agents, each with the languages behind its colon.
func with(agents ...string) *Fleet {
	f := &Fleet{Lease: time.Hour, agents: map[string]*seen{}, known: map[string]About{}}
	for _, a := range agents {
		name, kinds, _ := strings.Cut(a, ":")
		f.known[name] = About{Name: name, Runtimes: strings.Fields(kinds)}
		f.agents[name] = &seen{f.known[name], time.Now()}
	}
	return f
}

func TestWorkersAreShared(t *testing.T) {
	for name, c := range map[string]struct {
		fleet         *Fleet
		workers, each int
		kind          string
		want          []member
		refused       string
	}{
		"one":               {with("a", "b"), 1, 0, "", []member{{"a", 0, 1}}, ""},
		"evenly":            {with("a", "b", "c"), 7, 0, "", []member{{"a", 0, 3}, {"b", 3, 2}, {"c", 5, 2}}, ""},
		"one a host":        {with("a", "b", "c"), 2, 1, "", []member{{"a", 0, 1}, {"b", 1, 1}}, ""},
		"three a host":      {with("a", "b"), 4, 3, "", []member{{"a", 0, 3}, {"b", 3, 1}}, ""},
		"too few":           {with("a", "b"), 3, 1, "", nil, "it needs 3 agents for 3 workers, 1 a host; agents here: 2: --agents starts them on this machine, runner agent --join FILE elsewhere"},
		"where Python is":   {with("a", "b:python", "c:node python"), 4, 0, "python", []member{{"b", 0, 2}, {"c", 2, 2}}, ""},
		"nowhere":           {with("a", "b"), 2, 0, "node", nil, "no agent with node takes part: --agents starts"},
		"nobody is there":   {with(), 2, 0, "", nil, "no agent takes part"},
		"too few have it":   {with("a", "b:python"), 2, 1, "python", nil, "it needs 2 agents for 2 workers, 1 a host; agents with python here: 1: --agents starts"},
		"exactly as needed": {with("a", "b"), 4, 2, "", []member{{"a", 0, 2}, {"b", 2, 2}}, ""},
	} {
		job := executors.Job{Workers: c.workers, Options: map[string]any{"per_host": c.each}}
		got, err := c.fleet.share(job, Work{Kind: c.kind})
		if !reflect.DeepEqual(got, c.want) || (err == nil) != (c.refused == "") || err != nil && !strings.Contains(err.Error(), c.refused) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func TestAPathIsSubstituted(t *testing.T) {
	shared := workloads.Args{"n": 1}
	command := &executors.Command{Argv: []string{"x", "/mark/in"}, Env: map[string]string{"D": "/mark"}, Stdin: "/mark/stdin"}
	job := executors.Job{
		Dir: "/mark", WorkDir: "/mark/w", Env: map[string]string{"A": "a:/mark"}, Program: []string{"/mark/p"}, Workload: "/mark/f.py:f",
		Tasks: []workloads.Args{shared, shared, {"s": "to /mark", "n": 2}}, Commands: []*executors.Command{command, command},
	}
	was := []string{job.Tasks[2].Text("s"), command.Argv[1]}
	substitute(&job, map[string]string{"/mark": "/there"})
	want := &executors.Command{Argv: []string{"x", "/there/in"}, Env: map[string]string{"D": "/there"}, Stdin: "/there/stdin"}
	if job.Dir != "/there" || job.WorkDir != "/there/w" || job.Env["A"] != "a:/there" || job.Program[0] != "/there/p" || job.Workload != "/there/f.py:f" ||
		job.Tasks[2]["s"] != "to /there" || job.Tasks[2]["n"] != 2 || !reflect.DeepEqual(job.Commands[0], want) || job.Commands[0] != job.Commands[1] {
		t.Errorf("%+v", job)
	}
	if was[0] != "to /mark" || command.Argv[1] != "/mark/in" || command.Env["D"] != "/mark" {
		t.Error("what cells share was changed")
	}
	job.Tasks[0]["n"] = 5
	if job.Tasks[1]["n"] != 5 {
		t.Error("calls that were the same are two")
	}
}
