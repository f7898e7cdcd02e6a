package executors

import (
	"context"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"bench/runner/internal/host"
	"bench/runner/results"
	"bench/runner/workloads"
)

func commandsOf(cs ...*Command) Job {
	return Job{
		Runtime: RuntimeCommand, Executor: "procs", Workers: 2, Options: map[string]any{}, Commands: cs,
		Tasks: make([]workloads.Args, len(cs)), Dir: "/d\xff", WorkDir: "/w\xfe", Output: true,
	}
}

// TestOrdersSurvive: any bytes come through, and commands that are one stay one.
func TestOrdersSurvive(t *testing.T) {
	one := &Command{Argv: []string{"a", "", "\xff\n\"{{n}}"}, Env: map[string]string{"A\xff": "\xfe=", "": ""}, Stdin: "/\xff", Success: []int{0, 3}}
	delete(one.Env, "")
	two := &Command{Argv: []string{"a"}}
	job := commandsOf(one, two, one, one)
	line, err := encodeRequest(job)
	if err != nil {
		t.Fatal(err)
	}
	got, err := decodeRequest(line)
	if job.Env = job.variables(); job.Env["TMPDIR"] != job.Dir {
		t.Errorf("TMPDIR is %q", job.Env["TMPDIR"])
	}
	if err != nil || !reflect.DeepEqual(got, job) {
		t.Errorf("%+v became %+v: %v", job, got, err)
	}
	if got.Commands[0] != got.Commands[2] || got.Commands[0] == got.Commands[1] {
		t.Error("tasks no longer share their command")
	}
}

// TestSharedCommandsTakeNoRoom: of a command that many tasks share the request has one.
func TestSharedCommandsTakeNoRoom(t *testing.T) {
	c := &Command{Argv: []string{"sh", strings.Repeat("x", 100_000)}}
	many := make([]*Command, 10_000)
	for i := range many {
		many[i] = c
	}
	line, err := encodeRequest(commandsOf(many...))
	if err != nil || len(line) > 200_000 {
		t.Errorf("the request has %d B: %v", len(line), err)
	}
}

// FuzzOrders: a request of commands that makes no sense is an error; of one that does, each task has a command that may
// be started, and it is written as it was read.
func FuzzOrders(f *testing.F) {
	for _, job := range []Job{
		commandsOf(&Command{Argv: []string{"true"}}),
		commandsOf(&Command{Argv: []string{"\xff", ""}, Env: map[string]string{"A": "1"}, Stdin: "x", Success: []int{1}}, &Command{Argv: []string{"b"}}),
	} {
		line, err := encodeRequest(job)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		job, err := decodeRequest(line)
		if err != nil || job.Commands == nil {
			return
		}
		if len(job.Commands) != len(job.Tasks) {
			t.Fatalf("%d commands, %d tasks", len(job.Commands), len(job.Tasks))
		}
		for i, c := range job.Commands {
			if err := c.check(); err != nil {
				t.Fatalf("task %d: %v", i, err)
			}
		}
		if len(job.Commands) == 0 {
			return
		}
		again, err := encodeRequest(job)
		if err != nil {
			t.Fatal(err)
		}
		got, err := decodeRequest(again)
		if err != nil || !reflect.DeepEqual(got.Commands, job.Commands) || got.Dir != job.Dir || got.WorkDir != job.WorkDir {
			t.Fatalf("%s became %s: %v", line, again, err)
		}
	})
}

func TestOrdersThatMakeNoSense(t *testing.T) {
	for reason, orders := range map[string]string{
		"command 0: it has no program":    `{"commands":[{}],"tasks":[0]}`,
		"task 1 is command 2, and":        `{"commands":[{"argv":["YQ=="]}],"tasks":[0,2]}`,
		"task 0 is command -1, and":       `{"commands":[{"argv":["YQ=="]}],"tasks":[-1]}`,
		"argument 1 has a zero byte":      `{"commands":[{"argv":["YQ==","AA=="]}],"tasks":[0]}`,
		"the request cannot be read":      `{"commands":[{"argv":["?"]}],"tasks":[0]}`,
		`the variable "" cannot be set`:   `{"commands":[{"argv":["YQ=="],"env":[["","YQ=="]]}],"tasks":[0]}`,
		"the path of its stdin has a zer": `{"commands":[{"argv":["YQ=="],"stdin":"AA=="}],"tasks":[0]}`,
	} {
		line := `{"protocol":1,"options":{},"orders":` + orders + `}`
		if !json.Valid([]byte(line)) {
			t.Fatal(line)
		}
		if _, err := decodeRequest([]byte(line)); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%s: %v", orders, err)
		}
	}
}

// TestLongOutput is read in constant memory.
func TestLongOutput(t *testing.T) {
	const size = 256 << 20
	o := outputOf(Job{Dir: t.TempDir(), Output: true})
	if err := o.make(); err != nil {
		t.Fatal(err)
	}
	defer o.remove()
	if err := os.WriteFile(o.path(0), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(o.path(0), size); err != nil {
		t.Fatal(err)
	}
	before := host.Peak()
	seen := Observation{Status: results.OK, Spans: make([]results.TaskSpan, 1), Results: []workloads.Result{map[string]any{"exit": 0}}}
	o.take(t.Context(), &seen)
	if r := seen.Results[0].(map[string]any); r["bytes"] != size || r["stdout"] != nil || seen.Status != results.OK {
		t.Errorf("%v, %v", r, seen)
	}
	if grown := host.Peak() - before; grown > 16<<20 {
		t.Errorf("memory grew by %d B", grown)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if o.take(stopped, &seen); seen.Status != results.Crash {
		t.Error("reading went on after the user stopped it")
	}
}
