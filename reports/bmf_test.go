package reports

import (
	"encoding/json"
	"testing"

	"bench/runner/gates"
)

func TestBMFGolden(t *testing.T) {
	golden(t, "bmf.json", render(t, "bmf", fixture(), Style{}))
}

func TestBMF(t *testing.T) {
	r := three("x", gates.Pass, "error")
	r.Cells[0].Interval, r.Cells[0].Speedup, r.Cells[0].SpeedupCI = &[2]float64{1.2, 1.3}, ptr(2.0), &[2]float64{1.9, 2.1}
	r.Cells = append(r.Cells, r.Cells[0])
	var got map[string]map[string]bmfValue
	if err := json.Unmarshal(render(t, "bmf", r, Style{}), &got); err != nil {
		t.Fatal(err)
	}
	one, two := got["one threads=2 data=x"], got["one threads=2 data=x (2)"]
	if len(got) != 2 || one["latency"].Value != 1.2341e9 || *one["latency"].Lower != 1.2e9 || *one["latency"].Upper != 1.3e9 || *two["speedup"].Upper != 2.1 {
		t.Errorf("%+v", got)
	}
	if _, there := one["memory"]; there {
		t.Error("memory that was not measured is there")
	}
}
