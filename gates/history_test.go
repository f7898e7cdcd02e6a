package gates

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"bench/runner/results"
)

func judgedRun(t *testing.T, n int, verdicts ...Verdict) results.Judged {
	t.Helper()
	j := results.Judged{ID: fmt.Sprint("run", n), Started: time.Unix(int64(n), 0).UTC(), Commit: fmt.Sprint("c", n)}
	for _, v := range verdicts {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		j.Verdicts = append(j.Verdicts, results.StoredVerdict{Name: v.Name, JSON: text})
	}
	return j
}

func observed(name string, value float64) Verdict {
	return Verdict{Name: name, Check: name, Outcome: Pass, Observed: &value, Evidence: []Value{{Text: name, To: 4, Value: value, Unit: "s"}}}
}

func TestHistories(t *testing.T) {
	var past []results.Judged
	for i, v := range []float64{1, 1.1, 0.9, 1.05, 0.95} {
		past = append(past, judgedRun(t, i, observed("a", v), Verdict{Name: "b", Check: "b", Outcome: Error}))
	}
	now := []Verdict{observed("new", 3), observed("a", 2), {Name: "b", Check: "b", Outcome: Error}, observed("b", 1)}
	all := Histories(results.Judged{ID: "now"}, now, past)
	if len(all) != 1 || all[0].Name != "a" || all[0].Unit != "s" || len(all[0].Moments) != 6 || all[0].Moments[5].Run != "now" || all[0].Moments[0].Commit != "c0" {
		t.Fatalf("%+v", all)
	}
	// By hand: the median is 1, its absolute deviations 0, 0.1, 0.1, 0.05, 0.05 have the median 0.05. The run that is
	// told, 2, moves neither.
	u := all[0].Usual
	if u == nil || u.N != 5 || u.Median != 1 || !nearly(u.High-1, 3*1.4826*0.05) || !nearly(1-u.Low, 3*1.4826*0.05) {
		t.Errorf("usual: %+v", u)
	}
	if all = Histories(results.Judged{}, now, past[:4]); len(all) != 1 || all[0].Usual != nil {
		t.Errorf("a band of four runs: %+v", all)
	}
	if all = Histories(results.Judged{}, now, nil); len(all) != 0 {
		t.Errorf("a history of nothing: %+v", all)
	}
	past[0].Verdicts[0].JSON = []byte("{") // what cannot be read is left out
	if all = Histories(results.Judged{}, now, past); len(all[0].Moments) != 5 {
		t.Errorf("%+v", all)
	}
}

func nearly(a, b float64) bool { return a-b < 1e-9 && b-a < 1e-9 }
