package gates

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"bench/runner/internal/matrix"
	"bench/runner/results"
)

// Every function of the registry is described, and answers or refuses on good data.
func TestRegistry(t *testing.T) {
	plan := small()
	good := with(trials(plan, 10, perWorker(plan)), "serial", func(t *results.Trial) { t.Spans = []results.TaskSpan{{End: 1}} })
	for _, f := range Functions() {
		if f.Doc == "" || f.Unit == "" && !f.Any {
			t.Errorf("%s: no doc or unit", f.Name)
		}
		if !strings.Contains(FunctionTable(), "| `"+f.Signature()+"` |") {
			t.Errorf("%s is not in the reference", f.Name)
		}
		for _, p := range f.Params {
			if p.Doc == "" {
				t.Errorf("%s: %s has no doc", f.Name, p.Name)
			}
		}
		call := f.Name + "(serial)"
		switch registry[f.Name].kind {
		case allCounts:
			call = f.Name + "(procs)"
		case noCell:
			call = f.Name + `("3", "2") and 0 <= time(serial)`
		}
		if !f.Any {
			call += " > -1"
		} else if registry[f.Name].kind != noCell {
			call += " != nil"
		}
		if registry[f.Name].across { // there is no reference here: see TestChange
			continue
		}
		if v := judgeOne(t, plan, asserted(call, "", ""), good); v.Outcome != Pass {
			t.Errorf("%s: %s", call, said(v))
		}
	}
}

func FuzzCompile(f *testing.F) {
	for _, r := range refused {
		f.Add(r.check, r.where)
	}
	for _, text := range []string{`speedup(procs=2) > 1.3`, `all([2, 4], speedup(procs=#) > 0)`, `time("runtime=py2 \"a b\"") > 0`, `best_workers() > any([1], # > 0)`} {
		f.Add(text, "runtime=py3")
	}
	plan := primes()
	good := trials(plan, 6, perWorker(plan))
	f.Fuzz(func(t *testing.T, check, where string) {
		a := asserted(check, "", "")
		var err error
		if a.Where, err = matrix.ParseSelector(where); err != nil {
			a.Where = nil
		}
		checks, problems := compileOne(plan, a)
		if (len(checks) == 0) != (len(problems) > 0) {
			t.Fatalf("%q: %d checks, %v", check, len(checks), problems)
		}
		for _, v := range Judge(checks, Data{Plan: plan, Trials: good, Host: host}) {
			if v.Outcome == "" || v.Outcome != Pass && v.Reason == "" {
				t.Fatalf("%q: %+v", check, v)
			}
			if _, err := json.Marshal(v); err != nil {
				t.Fatalf("%q: %v", check, err)
			}
		}
	})
}

func BenchmarkJudge(b *testing.B) {
	plan := small()
	data := Data{Plan: plan, Trials: trials(plan, 30, perWorker(plan)), Host: host}
	checks := mustCompile(b, plan, asserted(`speedup(procs=2) > 1.3`, "", ""))
	b.ReportAllocs()
	for b.Loop() {
		Judge(checks, data)
	}
}

func BenchmarkStatistic(b *testing.B) {
	plan := small()
	c := mustCompile(b, plan, asserted(`speedup(procs=2) > 1.3`, "", ""))[0]
	m := measure(Data{Plan: plan, Trials: trials(plan, 30, perWorker(plan)), Host: host})
	s := m.statistic(&c)
	b.ReportAllocs()
	for b.Loop() {
		f := finding{sight: s.sight()}
		m.resampled.resampling, m.resampled.key = nil, ""
		s.resample(&f)
	}
}

func BenchmarkCompileManyCells(b *testing.B) {
	var cells []string
	for chunk := range 100 {
		for workers := range 100 {
			cells = append(cells, fmt.Sprintf("executor=procs workers=%d chunk=%d", workers+1, chunk))
		}
	}
	plan := planOf("", cells...)
	b.ReportAllocs()
	for b.Loop() {
		mustCompile(b, plan, asserted(`time(procs=2) > 1.3`, "", ""))
	}
}
