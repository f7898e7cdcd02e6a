package gates

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"bench/runner/internal/diag"
	"bench/runner/results"
	"bench/runner/spec"
)

func ptr[T any](v T) *T { return &v }

var host = Host{Cores: 2, Parallelism: ptr(1.75), Memory: 8 << 30, OS: "linux", Arch: "amd64"}

// judgeOne judges a check that stands for one cell combination.
func judgeOne(t *testing.T, plan *spec.Plan, a spec.Assertion, trials []results.Trial) Verdict {
	t.Helper()
	v := Judge(mustCompile(t, plan, a), Data{Plan: plan, Trials: trials, Host: host})
	if len(v) != 1 {
		t.Fatalf("%s: %d verdicts", a.Check.String, len(v))
	}
	if _, err := json.Marshal(v); err != nil {
		t.Errorf("%s: %v", a.Check.String, err)
	}
	return v[0]
}

func said(v Verdict) string {
	s := string(v.Outcome)
	if v.Reason != "" {
		s += ": " + v.Reason
	}
	return s
}

func TestJudge(t *testing.T) {
	plan := small()
	good := trials(plan, 10, perWorker(plan))
	for check, want := range map[string]string{
		`speedup(procs=2) > 1.3`:                             "pass",
		`speedup(procs=2) > 2.5`:                             "fail: speedup(procs=2) is 2, not > 2.5",
		`speedup(procs=4) == 4 and efficiency(procs=4) == 1`: "pass",
		`speedup(procs=4, against="procs=2") == 2`:           "pass",
		`time(procs=2) < 500*ms`:                             "fail: time(procs=2) is 0.5 s, not < 0.5 s",
		`time(procs=2) <= 500*ms`:                            "pass",
		`1 < speedup(procs=2) < 1.5`:                         "fail: speedup(procs=2) is 2, not < 1.5",
		`3 < speedup(procs=2)`:                               "fail: speedup(procs=2) is 2, not > 3",
		`not (speedup(procs=2) > 1)`:                         "fail: speedup(procs=2) is 2, not <= 1",
		`speedup(procs=2) > 2.00000001`:                      "fail: speedup(procs=2) is 2, not > 2.00000001",
		`time(procs=2) > time(serial)`:                       "fail: time(procs=2) is 0.5 s, not > 1 s",
		`all([2, 4], efficiency(procs=#) > 0.9)`:             "pass",
		`all([2, 4], speedup(procs=#) < 3)`:                  "fail: it is false",
		`time(procs=2, phase="work") == 0.25 and time(serial, phase="startup") == 1 and time(serial, phase="spawn") == time(serial, phase="join")`: "pass",
		`time(serial, stat="mean") == 1 and time(serial, stat="min") == 1 and time(serial, stat="max") == 1`:                                       "pass",
		`throughput(procs=2) == 12`:                                    "pass",
		`cpu(procs=2) == 0.75 and cores_used(procs=2) == 1.5`:          "pass",
		`memory(serial) == 1*MiB`:                                      "pass",
		`switches(serial) == 7`:                                        "pass",
		`spread(serial) == 0`:                                          "pass",
		`abs(serial_fraction(procs)) < 1e-9`:                           "pass",
		`best_workers(procs) == 4`:                                     "pass",
		`result(serial) == 42`:                                         "pass",
		`results(procs=2) == [42, 42, 42, 42, 42, 42, 42, 42, 42, 42]`: "pass",
		`trials(procs=2) == 10 and failures(procs=2) == 0 and timeouts(procs=2) + leaked(procs=2) == 0`: "pass",
		`speedup(procs=2) > parallelism`:                                            "pass",
		`speedup(procs=2) > cores`:                                                  "fail: speedup(procs=2) is 2, not > 2",
		`gil == "off" ? speedup(procs=2) > 1 : speedup(procs=2) < 1`:                "pass",
		`at_least(version, "1.9") and time(serial) > 0`:                             "pass",
		`at_least(version, "1.27") and time(serial) > 0`:                            "fail: it is false",
		`os == "linux" and arch == "amd64" and memory > 4*GiB and time(serial) > 0`: "pass",
		`time(serial) / (time(serial) - 1) > 1`:                                     "error: time(serial) / (time(serial) - 1) is not a number",
		`not (0 / (time(serial) - 1) > 1)`:                                          "error: 0 / (time(serial) - 1) is not a number",
		`time(serial, stat="p90") < 1`:                                              "error: p90 of the tasks of serial was not measured",
		`len(uniq(results(serial))) == 1`:                                           "pass",
	} {
		if got := said(judgeOne(t, plan, asserted(check, "", ""), good)); got != want {
			t.Errorf("%s\n got %s\nwant %s", check, got, want)
		}
	}
}

func TestFewBlocksAreInconclusive(t *testing.T) {
	plan := small()
	three := trials(plan, 3, perWorker(plan))
	for check, want := range map[string]string{
		`speedup(procs=2) > 1.3`: "inconclusive: 3 blocks; at least 5 are needed",
		`speedup(procs=2) > 9`:   "inconclusive: 3 blocks; at least 5 are needed",
		`result(procs=2) == 42`:  "pass",
		`failures(procs=2) == 1`: "fail: failures(procs=2) is 0, not == 1",
	} {
		if got := said(judgeOne(t, plan, asserted(check, "", ""), three)); got != want {
			t.Errorf("%s: %s, want %s", check, got, want)
		}
	}
	one := trials(plan, 1, perWorker(plan))
	if got := said(judgeOne(t, plan, asserted(`time(serial) > 0`, "", ""), one)); got != "inconclusive: 1 block; at least 5 are needed" {
		t.Error(got)
	}
}

func TestNeeds(t *testing.T) {
	plan := small()
	good := trials(plan, 10, perWorker(plan))
	for needs, want := range map[string]string{
		`cores >= 2`:                  "pass",
		`cores >= 4`:                  "skipped: needs cores >= 4: cores is 2",
		`parallelism >= 1.8`:          "skipped: needs parallelism >= 1.8: parallelism is 1.75",
		`memory > 16*GiB and cores>1`: "skipped: needs memory > 16*GiB and cores>1: cores is 2, memory is 8*GiB",
		`os == "darwin"`:              "skipped: needs os == \"darwin\": os is linux",
		`at_least(version, "1.26")`:   "pass",
		`gil == "on"`:                 "skipped: needs gil == \"on\": gil is off",
		`1 > 2`:                       "skipped: needs 1 > 2: that is never so",
	} {
		if got := said(judgeOne(t, plan, asserted(`time(serial) > 0`, "", needs), good)); got != want {
			t.Errorf("%s: %s, want %s", needs, got, want)
		}
	}
}

func TestWhatIsNotKnownIsNoPass(t *testing.T) {
	plan := small()
	bare := trials(plan, 10, perWorker(plan))
	for i := range bare {
		bare[i].Runtime = results.RuntimeInfo{}
	}
	for _, test := range []struct{ check, needs, want string }{
		{`time(serial) > 0`, `parallelism < 99`, "skipped: needs parallelism < 99: parallelism is not known here"},
		{`time(serial) > 0`, `gil != "on"`, "skipped: needs gil != \"on\": gil is not known here"},
		{`time(serial) > 0`, `not at_least(version, "3")`, "skipped: needs not at_least(version, \"3\"): version is not known here"},
		{`speedup(procs=2) < 9 * parallelism`, ``, "skipped: parallelism is not known here"},
		{`time(serial) > 0 or cores > 0`, ``, "skipped: cores is not known here"},
	} {
		v := Judge(mustCompile(t, plan, asserted(test.check, "", test.needs)), Data{Plan: plan, Trials: bare})
		if got := said(v[0]); got != test.want {
			t.Errorf("%s: %s, want %s", test.check, got, test.want)
		}
	}
	crashed := with(bare, "serial", bad(results.Crash, "exit status 3", 0))
	for _, needs := range []string{`at_least(version, "3")`, `gil == "on"`} {
		v := Judge(mustCompile(t, plan, asserted(`time(serial) > 0`, "", needs)), Data{Plan: plan, Trials: crashed})
		if got := said(v[0]); got != "error: serial has no ok trial: 10 crash (exit status 3)" {
			t.Errorf("needs %s of what crashed: %s", needs, got)
		}
	}
	nan := Data{Plan: plan, Trials: bare, Host: Host{Cores: 2, Parallelism: ptr(math.NaN())}}
	if v := Judge(mustCompile(t, plan, asserted(`speedup(procs=2) != parallelism`, "", "")), nan); v[0].Outcome != Skipped {
		t.Errorf("NaN: %s", said(v[0]))
	}
}

// with changes the trials of one cell, given by its key.
func with(trials []results.Trial, key string, change func(*results.Trial)) []results.Trial {
	out := slices.Clone(trials)
	for i := range out {
		if out[i].Cell.Key() == key {
			change(&out[i])
		}
	}
	return out
}

func bad(status results.Status, reason string, from int) func(*results.Trial) {
	return func(t *results.Trial) {
		if t.Block >= from {
			t.Status, t.Reason = status, reason
			t.Phases = results.Phases{Total: time.Nanosecond} // a time that would make any speedup look good
		}
	}
}

func TestMissingDataIsAnError(t *testing.T) {
	plan := small()
	good := trials(plan, 10, perWorker(plan))
	crashed := with(good, "procs=2", bad(results.Crash, "exit status 3", 0))
	unavailable := with(good, "procs=2", func(t *results.Trial) { t.Status, t.Reason = results.Unavailable, "python 2.7 is not installed" })
	unavailable = slices.DeleteFunc(unavailable, func(t results.Trial) bool { return t.Cell.Key() == "procs=2" && t.Block > 0 })
	for i := range unavailable {
		unavailable[i].Warmup = unavailable[i].Block == 0
	}
	ran := append(slices.Clone(unavailable), results.Trial{Cell: plan.Cells[3].Cell, Workload: "sum", Block: -1, Warmup: true, Status: results.OK})
	apart := with(with(good, "procs=2", bad(results.Wrong, "", 5)), "serial", func(t *results.Trial) {
		if t.Block < 5 {
			t.Status = results.Timeout
		}
	})
	for name, test := range map[string]struct {
		trials      []results.Trial
		check, want string
	}{
		"crash":               {crashed, `speedup(procs=2) > 1`, "error: procs=2 has no ok trial: 10 crash (exit status 3)"},
		"crash, negated":      {crashed, `not (speedup(procs=2) > 1)`, "error: procs=2 has no ok trial: 10 crash (exit status 3)"},
		"crash, or":           {crashed, `time(serial) > 0 or speedup(procs=2) > 1`, "error: procs=2 has no ok trial: 10 crash (exit status 3)"},
		"crash, in predicate": {crashed, `any([4, 2], not (speedup(procs=#) > 4))`, "error: procs=2 has no ok trial: 10 crash (exit status 3)"},
		"crash, group":        {crashed, `best_workers(procs) == 4`, "error: procs=2 has no ok trial: 10 crash (exit status 3)"},
		"crash, other cell":   {crashed, `speedup(procs=4) > 1`, "pass"},
		"crash, counted":      {crashed, `failures(procs=2) == 10`, "pass"},
		"crash, result":       {with(crashed, "procs=2", func(t *results.Trial) { t.Result, t.Results = nil, nil }), `result(procs=2) == 42`, "error: procs=2 has no result: 10 crash (exit status 3)"},
		"baseline crashed":    {with(good, "serial", bad(results.Crash, "", 0)), `speedup(procs=2) > 1`, "error: serial has no ok trial: 10 crash"},
		"both failed":         {with(crashed, "serial", bad(results.Timeout, "after 1 s", 0)), `speedup(procs=2) > 1`, "error: serial has no ok trial: 10 timeout (after 1 s)"},
		"mixed":               {with(with(good, "procs=2", bad(results.Wrong, "a task is missing", 0)), "procs=2", bad(results.Timeout, "after 1 s", 7)), `time(procs=2) < 1`, "error: procs=2 has no ok trial: 7 wrong (a task is missing), 3 timeout (after 1 s)"},
		"no trial":            {nil, `failures(procs=2) == 0`, "error: procs=2 has no trial"},
		"no trial, time":      {nil, `time(procs=2) < 1`, "error: procs=2 has no trial"},
		"interrupted":         {with(good, "procs=2", bad(results.Interrupted, "", 0)), `failures(procs=2) == 0`, "error: procs=2 has no trial"},
		"apart":               {apart, `speedup(procs=2) > 1`, "error: procs=2 and serial have no ok trial in the same block"},
		"no memory":           {with(good, "procs=2", func(t *results.Trial) { t.Usage.Memory = 0 }), `memory(procs=2) < 1*MiB`, "error: memory of procs=2 was not measured"},
		"unavailable":         {unavailable, `speedup(procs=2) > 1`, "skipped: procs=2 is unavailable: python 2.7 is not installed"},
		"ran, then not":       {ran, `failures(procs=2) == 0`, "error: procs=2 has no trial"},
		"unavailable count":   {unavailable, `failures(procs=2) == 0`, "skipped: procs=2 is unavailable: python 2.7 is not installed"},
		"fault before excuse": {with(unavailable, "procs=4", bad(results.Crash, "", 0)), `time(procs=2) > 1 and time(procs=4) > 1`, "error: procs=4 has no ok trial: 9 crash"},
	} {
		v := judgeOne(t, plan, asserted(test.check, "", ""), test.trials)
		if got := said(v); got != test.want {
			t.Errorf("%s: got %s\nwant %s", name, got, test.want)
		}
	}
}

func TestOnlyCountedTrialsCount(t *testing.T) {
	plan := small()
	good := trials(plan, 10, perWorker(plan))
	for name, change := range map[string]func(*results.Trial){
		"warm-up": func(t *results.Trial) { t.Warmup = true },
		"control": func(t *results.Trial) { t.Control = true },
		"wrong":   func(t *results.Trial) { t.Status = results.Wrong },
		"leaked":  func(t *results.Trial) { t.Status = results.Leaked },
	} {
		more := slices.Clone(good)
		for i := range len(plan.Cells) {
			extra := good[i]
			extra.Block += 100
			extra.Phases.Total = time.Hour
			change(&extra)
			more = append(more, extra)
		}
		v := judgeOne(t, plan, asserted(`time(procs=2, stat="max") < 1`, "", ""), more)
		if v.Outcome != Pass || v.N != 10 {
			t.Errorf("%s: %s, n=%d", name, said(v), v.N)
		}
	}
}

// The speedup is of the blocks that both cells have: here those in which the machine was slow for both.
func TestSpeedupIsPaired(t *testing.T) {
	plan := small()
	slow := trials(plan, 21, func(cell, block int) float64 {
		s := perWorker(plan)(cell, block)
		if block >= 2 {
			s *= 10
		}
		return s
	})
	slow = with(slow, "serial", func(t *results.Trial) {
		if t.Block < 2 {
			t.Status = results.Crash
		}
	})
	v := judgeOne(t, plan, asserted(`speedup(procs=2) == 2`, "", ""), slow)
	if v.Outcome != Pass || v.N != 19 {
		t.Errorf("%s, n=%d", said(v), v.N)
	}
}

func TestAllowedStatusesAreData(t *testing.T) {
	plan := small()
	allowing := *work
	allowing.Allow = []string{"wrong", "timeout"}
	for i := range plan.Cells {
		plan.Cells[i].Workload = &allowing
	}
	lost := with(trials(plan, 10, perWorker(plan)), "threads=2", func(t *results.Trial) { t.Status, t.Result = results.Wrong, 40+t.Block })
	for check, want := range map[string]string{
		`len(results(threads=2)) == 10 and any(results(threads=2), # != 42)`: "pass",
		`result(threads=2) == 42`:                  "error: the result of threads=2 differs from trial to trial: results() lists them",
		`failures(threads=2) == trials(threads=2)`: "pass",
		`time(threads=2) < 1`:                      "error: threads=2 has no ok trial: 10 wrong",
	} {
		if got := said(judgeOne(t, plan, asserted(check, "", ""), lost)); got != want {
			t.Errorf("%s: %s, want %s", check, got, want)
		}
	}
}

func TestVerdictTellsAll(t *testing.T) {
	plan := small()
	a := asserted("  speedup(procs=2) >\n1.25 * 2", "", "")
	a.Because, a.Level = "two processes", "warn"
	v := judgeOne(t, plan, a, trials(plan, 10, perWorker(plan)))
	if v.Level != "warn" || v.Because != "two processes" || v.N != 10 || v.Support != 0 || v.Outcome != Fail {
		t.Errorf("%+v", v)
	}
	if v.Pos != (diag.Pos{File: "x.yaml", Line: 1, Col: 3}) || v.EndCol != 21 {
		t.Errorf("at %v to %d", v.Pos, v.EndCol)
	}
	if *v.Observed != 2 || *v.Limit != 2.5 || math.Abs(*v.Margin+0.2) > 1e-12 {
		t.Errorf("observed %v limit %v margin %v", *v.Observed, *v.Limit, *v.Margin)
	}
	var got []string
	for _, e := range v.Evidence {
		if e.Text != string([]rune(a.Check.String)[e.From:e.To]) {
			t.Errorf("%+v does not stand there", e)
		}
		got = append(got, fmt.Sprint(strings.Join(strings.Fields(e.Text), " "), " = ", e.Value, " ", e.Unit))
	}
	want := "speedup(procs=2) > 1.25 * 2 = false |speedup(procs=2) = 2 1|1.25 * 2 = 2.5 1"
	if s := strings.Join(got, "|"); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
}

func TestMargins(t *testing.T) {
	plan := small()
	good := trials(plan, 10, perWorker(plan))
	for check, want := range map[string][3]float64{
		`speedup(procs=2) > 1.6`:                          {2, 1.6, 0.25},
		`time(procs=2) < 0.625`:                           {0.5, 0.625, 0.2},
		`1 < speedup(procs=2)`:                            {2, 1, 1},
		`speedup(procs=2) > 1 and speedup(procs=4) > 3.2`: {4, 3.2, 0.25}, // the nearest to its limit
		`speedup(procs=2) > 1 and speedup(procs=4) > 5`:   {4, 5, -0.2},   // the one that is false
		`not (speedup(procs=2) < 1.6)`:                    {2, 1.6, 0.25},
		`speedup(procs=2) == 2`:                           {2, 2, 0},
	} {
		v := judgeOne(t, plan, asserted(check, "", ""), good)
		if v.Observed == nil || v.Margin == nil || *v.Observed != want[0] || *v.Limit != want[1] || math.Abs(*v.Margin-want[2]) > 1e-9 {
			t.Errorf("%s: %v %v %v", check, *v.Observed, *v.Limit, *v.Margin)
		}
	}
	v := judgeOne(t, plan, asserted(`failures(procs=2) > 0`, "", ""), good)
	if *v.Observed != 0 || *v.Limit != 0 || v.Margin != nil {
		t.Errorf("a limit of 0: %+v", v)
	}
}

func TestEvidenceIsShort(t *testing.T) {
	plan := small()
	long := with(trials(plan, 10, perWorker(plan)), "serial", func(t *results.Trial) { t.Result = strings.Repeat("x", 100_000) })
	v := judgeOne(t, plan, asserted(`len(results(serial)) == 10 and len(1..1000) == 1000`, "", ""), long)
	if text, err := json.Marshal(v); err != nil || len(text) > 10_000 {
		t.Errorf("%d bytes, %v", len(text), err)
	}
}

func TestTaskPercentile(t *testing.T) {
	plan := small()
	spans := with(trials(plan, 10, perWorker(plan)), "serial", func(t *results.Trial) {
		for i := range 11 {
			t.Spans = append(t.Spans, results.TaskSpan{Task: i, Start: time.Second, End: time.Second + time.Duration(i)*time.Millisecond})
		}
	})
	if v := judgeOne(t, plan, asserted(`abs(time(serial, stat="p90") - 9*ms) < 1e-9`, "", ""), spans); v.Outcome != Pass {
		t.Errorf("%s", said(v))
	}
}

func TestStatisticFollowsTheDraw(t *testing.T) {
	plan := small()
	data := Data{Plan: plan, Host: host, Trials: trials(plan, 6, func(cell, block int) float64 {
		return float64(block+1) / float64(plan.Cells[cell].Workers)
	})}
	c := mustCompile(t, plan, asserted(`time(serial) == 2 and speedup(procs=2) == 2`, "", ""))[0]
	s := measure(data).statistic(&c)
	for _, test := range []struct {
		draw []int
		want bool
		n    int
	}{{[]int{1}, true, 1}, {[]int{0, 1, 2}, true, 3}, {[]int{1, 1, 5}, true, 3}, {[]int{3, 4}, false, 2}} {
		if got, err := s.holds(each(test.draw)); got != test.want || err != nil || s.n() != test.n && test.want {
			t.Errorf("%v: %v, %v, n=%d", test.draw, got, err, s.n())
		}
	}
}

func TestVersions(t *testing.T) {
	for _, test := range []struct {
		have, want string
		is         bool
	}{{"3.13.1", "3.13", true}, {"3.9.2", "3.13", false}, {"3.13", "3.13.0", true}, {"3.14.0rc1", "3.14", true}, {"2.7", "3", false}, {"1.26.0", "1.9", true}} {
		if got := compareVersions(test.have, test.want) >= 0; got != test.is {
			t.Errorf("at_least(%q, %q) = %v", test.have, test.want, got)
		}
	}
}
