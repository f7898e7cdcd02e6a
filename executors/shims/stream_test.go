package shims

import (
	"context"
	"strings"
	"testing"

	"bench/runner/executors"
)

// TestStream: each shim takes tasks line by line, as the workers of a trial on many hosts do, and tells at once what failed.
func TestStream(t *testing.T) {
	eachInterpreter(t, func(t *testing.T, s subject) {
		hand := func(work string) (executors.Hand, executors.Job) {
			job := s.job(t, "cluster", work, 20)
			r, _ := executors.OpenRecord(context.Background(), job)
			h, _, err := executors.NewHand(r, job, 0)
			if err != nil {
				t.Fatal(err)
			}
			return h, job
		}
		do := func(h executors.Hand, job executors.Job, from, to int) executors.Answer {
			chunk, err := executors.EncodeChunk(job.Tasks, from, to)
			if err != nil {
				t.Fatal(err)
			}
			data, err := h.Do(chunk)
			if err != nil {
				t.Fatalf("tasks %d to %d: %v%s", from, to, err, h.End(err))
			}
			a, err := executors.DecodeAnswer(data, from, to, 3)
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		h, job := hand(s.workload(t, "square"))
		if h.Runtime().Name == "" || h.Runtime().Version == "" {
			t.Errorf("the runtime did not say what it is: %+v", h.Runtime())
		}
		for _, c := range [][2]int{{5, 6}, {0, 5}, {6, 20}} {
			a := do(h, job, c[0], c[1])
			for i, span := range a.Spans {
				n := c[0] + i
				if span.Task != n || a.Results[i] != n*n || span.Worker != 3 || span.Start < 0 || span.End < span.Start || span.CPU < 0 {
					t.Errorf("task %d: %+v, %v", n, span, a.Results[i])
				}
			}
			if len(a.Spans) != c[1]-c[0] || a.Failure != "" {
				t.Errorf("%+v", a)
			}
		}
		if why := h.End(nil); why != "" {
			t.Errorf("the worker%s", why)
		}
		h, job = hand(s.workload(t, "fail"))
		if a := do(h, job, 0, 5); a.Task != 1 || !strings.Contains(a.Failure, "broken on purpose") {
			t.Errorf("%+v", a)
		}
		_ = h.End(nil)
		h, job = hand(s.workload(t, "exit3"))
		chunk, _ := executors.EncodeChunk(job.Tasks, 0, 5)
		_, err := h.Do(chunk)
		if why := h.End(err); err == nil || why != ": exit status 3" {
			t.Errorf("%v, %q", err, why)
		}
	})
}
