package reports

import (
	"encoding/json"
	"testing"

	"bench/runner/gates"
)

func TestHyperfineGolden(t *testing.T) {
	golden(t, "hyperfine.json", render(t, "hyperfine", fixture(), Style{}))
}

func TestHyperfine(t *testing.T) {
	r := three(4, gates.Pass, "error")
	var got struct{ Results []hyperfineResult }
	if err := json.Unmarshal(render(t, "hyperfine", r, Style{}), &got); err != nil {
		t.Fatal(err)
	}
	c := got.Results[0]
	if c.Command != "threads=2 data=4" || *c.Mean != 1.2341 || *c.Deviation != 0 || *c.User != 1.2 || len(c.Times) != 3 || len(c.ExitCodes) != 3 || len(c.Memory) != 3 {
		t.Errorf("%+v", c)
	}
	if len(c.Parameters) != 2 || c.Parameters["workers"] != "2" || c.Parameters["data"] != "4" { // plots read them as numbers
		t.Errorf("%v", c.Parameters)
	}
	r.Cells[0].Trials[1].Usage.Memory, got.Results = 0, nil
	if err := json.Unmarshal(render(t, "hyperfine", r, Style{}), &got); err != nil || got.Results[0].Memory != nil {
		t.Errorf("memory of some trials only: %v, %v", got.Results[0].Memory, err)
	}
}
