package executors

import (
	"encoding/json"
	"reflect"
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
	for _, bad := range []string{`{"Status":"fine"}`, `{"Status":"ok","Spans":[{}]}`, `{"Status":"ok","Spans":[{}],"Results":["x`, `[]`} {
		if err := json.Unmarshal([]byte(bad), &got); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
}
