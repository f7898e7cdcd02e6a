package executors

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"bench/runner/internal/matrix"
	"bench/runner/results"
	"bench/runner/workloads"
)

func script(block, workers, tasks int, script map[string]any) Job {
	return Job{
		Cell: matrix.NewCell(matrix.Facet{Name: "mode", Value: "a"}, matrix.Facet{Name: matrix.Executor, Value: "scripted"},
			matrix.Facet{Name: matrix.Workers, Value: workers}),
		Block: block, Executor: "scripted", Workers: workers, Tasks: make([]workloads.Args, tasks),
		Options: map[string]any{"script": script},
	}
}

func TestScriptedTimes(t *testing.T) {
	o := Run(context.Background(), script(0, 2, 3, map[string]any{"scripted=2": "600ms"}))
	ok(t, o)
	if o.Phases.Total != 600*time.Millisecond || o.Phases.Work != o.Phases.Total || o.Wall != o.Phases.Total || o.Usage.CPU() != 1200*time.Millisecond {
		t.Errorf("observed %+v", o)
	}
	want := []results.TaskSpan{
		{Task: 0, Worker: 0, Start: 0, End: 300 * time.Millisecond, CPU: 300 * time.Millisecond},
		{Task: 1, Worker: 1, Start: 0, End: 600 * time.Millisecond, CPU: 600 * time.Millisecond},
		{Task: 2, Worker: 0, Start: 300 * time.Millisecond, End: 600 * time.Millisecond, CPU: 300 * time.Millisecond},
	}
	if !reflect.DeepEqual(o.Spans, want) || !reflect.DeepEqual(o.Results, []workloads.Result{0, 1, 2}) {
		t.Errorf("spans %v, results %v", o.Spans, o.Results)
	}
	if again := Run(context.Background(), script(0, 2, 3, map[string]any{"scripted=2": "600ms"})); !reflect.DeepEqual(o, again) {
		t.Error("a second trial was different")
	}
}

func TestScriptedEntries(t *testing.T) {
	for name, c := range map[string]struct {
		block  int
		script map[string]any
		want   string // a total, or a status
	}{
		"any cell":            {0, map[string]any{"*": "1s"}, "1s"},
		"more conditions win": {0, map[string]any{"mode=a workers=2": "2s", "mode=a": "3s", "*": "4s"}, "2s"},
		"the last of equals":  {0, map[string]any{"executor=scripted": "2s", "mode=a": "3s"}, "3s"},
		"others do not match": {0, map[string]any{"mode=b workers=2 executor=scripted": "2s", "mode=a": "3s"}, "3s"},
		"blocks in turn":      {4, map[string]any{"*": []any{"1s", "2s", "3s"}}, "2s"},
		"crash":               {0, map[string]any{"*": "crash"}, "crash"},
		"wrong":               {1, map[string]any{"*": []any{"1s", "wrong"}}, "wrong"},
		"leaked":              {0, map[string]any{"*": "leaked"}, "leaked"},
		"unavailable":         {0, map[string]any{"*": "unavailable"}, "unavailable"},
		"hang":                {0, map[string]any{"*": "hang"}, "timeout"},
		"timeout":             {0, map[string]any{"*": "timeout"}, "timeout"},
		"nothing":             {0, map[string]any{"mode=b": "1s"}, "unavailable: no entry"},
		"no script":           {0, nil, "unavailable: no entry"},
		"not a time":          {0, map[string]any{"*": "soon"}, `unavailable: "soon"`},
		"not positive":        {0, map[string]any{"*": "0s"}, `unavailable: "0s"`},
		"not a text":          {0, map[string]any{"*": 7}, "unavailable: is 7"},
		"an empty list":       {0, map[string]any{"*": []any{}}, "unavailable: is []"},
		"not a selector":      {0, map[string]any{"mode=": "1s"}, "unavailable: a value is missing"},
	} {
		job := script(c.block, 2, 2, c.script)
		job.Timeout = 20 * time.Millisecond
		o := Run(context.Background(), job)
		got, wanted := string(o.Status), c.want
		if o.Status == results.OK {
			got = o.Phases.Total.String()
		}
		wanted, reason, _ := strings.Cut(wanted, ": ")
		if got != wanted || !strings.Contains(o.Reason, reason) || o.Status != results.OK && o.Reason == "" {
			t.Errorf("%s: %s (%s), want %s", name, got, o.Reason, c.want)
		}
		if o.Status == results.Leaked && o.Usage.Leaked != 1 {
			t.Errorf("%s: leaked %d", name, o.Usage.Leaked)
		}
	}
}

func TestScriptedResult(t *testing.T) {
	o := Run(context.Background(), script(0, 1, 2, map[string]any{"*": "1s", "result": 42}))
	if !reflect.DeepEqual(o.Results, []workloads.Result{42, 42}) {
		t.Errorf("results are %v", o.Results)
	}
}

func TestScriptedInterrupt(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	time.AfterFunc(10*time.Millisecond, stop)
	if o := Run(ctx, script(0, 1, 1, map[string]any{"*": "hang"})); o.Status != results.Interrupted {
		t.Errorf("%s: %s", o.Status, o.Reason)
	}
}
