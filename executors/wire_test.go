package executors

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"bench/runner/internal/matrix"
	"bench/runner/results"
	"bench/runner/workloads"
)

func TestJobsTravel(t *testing.T) {
	shared := workloads.Args{"n": 3, "x": 2.0, "s": "ü\n", "b": true}
	command := &Command{Argv: []string{"a", "\xff"}, Env: map[string]string{"A": "1"}, Stdin: "/x", Success: []int{0, 3}}
	for name, job := range map[string]Job{
		"go": {
			Cell: matrix.NewCell(matrix.Facet{Name: "procs", Value: 2}), Block: 3, Runtime: "go", Executor: "pool", Workers: 2,
			Options: map[string]any{"chunksize": 4}, Workload: "pi", Tasks: []workloads.Args{shared, shared, {"n": 1}},
			Env: map[string]string{"B": "\xfe"}, Dir: "/d", Pin: true, Timeout: time.Minute, Grace: time.Second,
			Limits: Limits{Memory: 1 << 20}, Unset: []string{"PYTHON"}, Program: []string{"python", "x.py"},
		},
		"commands": {
			Executor: "serial", Workers: 1, Options: map[string]any{}, Tasks: []workloads.Args{nil, nil}, Commands: []*Command{command, command},
			WorkDir: "/w\xff", Output: true, Dir: "/d",
		},
	} {
		t.Run(name, func(t *testing.T) {
			text, err := json.Marshal(job)
			if err != nil {
				t.Fatal(err)
			}
			var got Job
			if err := json.Unmarshal(text, &got); err != nil {
				t.Fatal(err)
			}
			for i, args := range got.Tasks {
				if args != nil && len(args) == 0 {
					got.Tasks[i] = nil
				}
			}
			if !reflect.DeepEqual(got, job) {
				t.Errorf("got  %+v\nwant %+v", got, job)
			}
		})
	}
}

func TestObservationsTravel(t *testing.T) {
	o := Observation{
		Status: results.OK, Runtime: results.RuntimeInfo{Name: "go"}, Phases: results.Phases{Total: 5}, Wall: 7, Usage: results.Usage{Memory: 9},
		Spans: []results.TaskSpan{{Task: 0}, {Task: 1, Worker: 1}}, Results: []workloads.Result{2.0, map[string]any{"n": 3}},
		Stdout: "\xff", Stderr: "e", Warnings: []string{"w"},
	}
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	var got Observation
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, o) {
		t.Errorf("got  %+v\nwant %+v\n%s", got, o, text)
	}
	if err := json.Unmarshal([]byte(`{"Status":"ok","Unmeasured":"once more"}`), &got); err != nil || got.Unmeasured != "" {
		t.Errorf("another machine has it begun again: %+v, %v", got, err)
	}
	for _, bad := range []string{`{"Status":"fine"}`, `{"Status":"ok","Spans":[{}]}`, `{"Status":"ok","Spans":[{}],"Results":["x`, `[]`} {
		if err := json.Unmarshal([]byte(bad), &got); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
}

// What an observation from elsewhere says is held against the job.
func TestWireObservationsAreChecked(t *testing.T) {
	job := Job{Workers: 2, Tasks: make([]workloads.Args, 2)}
	for want, change := range map[string]func(*Observation){
		"":                         func(*Observation) {},
		"task 99 was never given":  func(o *Observation) { o.Spans[1].Task = 99 },
		"task -1 was never given":  func(o *Observation) { o.Spans[1].Task = -1 },
		"task 0 is in it twice":    func(o *Observation) { o.Spans[1].Task = 0 },
		"there is no worker -5":    func(o *Observation) { o.Spans[1].Worker = -5 },
		"there is no worker 2":     func(o *Observation) { o.Spans[1].Worker = 2 },
		"start 5, end 4":           func(o *Observation) { o.Spans[1].Start = 5 },
		"start -1":                 func(o *Observation) { o.Spans[0].Start = -1 },
		"cpu -1":                   func(o *Observation) { o.Spans[0].CPU = -1 },
		"wall -1":                  func(o *Observation) { o.Wall = -1 },
		"join -2":                  func(o *Observation) { o.Phases.Join = -2 },
		"total 9223372036854775":   func(o *Observation) { o.Phases.Total = 1<<63 - 1 },
		"its usage has a number":   func(o *Observation) { o.Usage.Memory = -1 },
		"its usage has a number t": func(o *Observation) { o.Usage.Leaked = -1 },
		"its usage has a number th": func(o *Observation) {
			o.Usage.User = 1<<63 - 1
		},
		"1 results for 2 tasks":       func(o *Observation) { o.Results = o.Results[:1] },
		"1 of 2 tasks are not in it":  func(o *Observation) { o.Spans, o.Results = o.Spans[:1], o.Results[:1] },
		"2 of 2 tasks are not in it":  func(o *Observation) { o.Spans, o.Results = nil, nil },
		"task 2 was never given: the": func(o *Observation) { o.Spans[0].Task = 2 },
	} {
		o := Observation{
			Status: results.OK, Wall: 9, Phases: results.Phases{Work: 4, Total: 8}, Usage: results.Usage{Memory: 1},
			Spans: []results.TaskSpan{{Task: 0, End: 3}, {Task: 1, Worker: 1, Start: 2, End: 4}}, Results: make([]workloads.Result, 2),
		}
		change(&o)
		if err := o.Check(job); want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v", want, err)
		}
	}
	if err := (Observation{Status: results.Timeout, Spans: []results.TaskSpan{{Task: 1}}, Results: []workloads.Result{nil}}).Check(job); err != nil {
		t.Errorf("of a trial that was cut short: %v", err)
	}
}
