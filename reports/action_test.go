package reports

import (
	"encoding/json"
	"testing"

	"bench/runner/gates"
)

func TestActionGolden(t *testing.T) {
	golden(t, "action.json", render(t, "action", fixture(), Style{}))
}

func TestAction(t *testing.T) {
	r := three("x", gates.Pass, "error")
	r.Cells[0].Memory, r.Cells[0].Interval = ptr(1024.0), &[2]float64{1.2, 1.3}
	var got []actionBench
	if err := json.Unmarshal(render(t, "action", r, Style{}), &got); err != nil {
		t.Fatal(err)
	}
	want := []actionBench{{"one threads=2 data=x", "s", 1.2341, "1.2 … 1.3", "n=3\nrun 1"}, {"one threads=2 data=x memory", "B", 1024, "", "n=3\nrun 1"}}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("%+v", got)
	}
}
