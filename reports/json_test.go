package reports

import (
	"bytes"
	"encoding/json"
	"flag"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"bench/runner/gates"
	"bench/runner/results"
)

func reportSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	s, err := c.Compile("../schema/report.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func parse(t *testing.T, text []byte) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestJSONGoldenAndSchema(t *testing.T) {
	schema := reportSchema(t)
	for name, r := range map[string]*Report{
		"report.json": fixture(),
		"empty.json":  New(results.Run{ID: "1"}, nil, nil, nil, nil, nil, "PASS", 5),
	} {
		got := render(t, "json", r, Style{Color: true})
		golden(t, name, got)
		if err := schema.Validate(parse(t, got)); err != nil {
			t.Errorf("%s: %#v", name, err)
		}
	}
}

var reportFile = flag.String("report", "", "a JSON `FILE` to hold against the schema")

func TestReportFile(t *testing.T) {
	if *reportFile == "" {
		t.Skip("for .ci/formats: -report FILE is validated")
	}
	text, err := os.ReadFile(*reportFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := reportSchema(t).Validate(parse(t, text)); err != nil {
		t.Errorf("%#v", err)
	}
}

// The schema is strict enough to notice a field that was added or renamed, or a number that became null.
func TestSchemaRefuses(t *testing.T) {
	schema := reportSchema(t)
	good := string(render(t, "json", fixture(), Style{}))
	for _, change := range [][2]string{
		{`"median_s": 1.2341`, `"median_s": null`}, {`"median_s": 1.2341`, `"median": 1.2341`}, {`"runner-report/1"`, `"runner-report/2"`},
		{`"status": "wrong"`, `"status": "wrongish"`}, {`"verdicts": [`, `"more": 1, "verdicts": [`}, {`"seed": "18446744073709551615"`, `"seed": 18446744073709551615`},
	} {
		bad := strings.Replace(good, change[0], change[1], 1)
		if bad == good {
			t.Fatalf("%s is not in the report", change[0])
		}
		if schema.Validate(parse(t, []byte(bad))) == nil {
			t.Errorf("%s passes for %s", change[1], change[0])
		}
	}
}

func TestJSONHasNoNumberThatIsNotThere(t *testing.T) {
	nan := math.NaN()
	bare := gates.Summary{Cell: cellOf("py3", "serial", 0), Times: []float64{1, nan}, Median: &nan, Interval: &[2]float64{1, math.Inf(1)}, Phases: nil}
	trials := []results.Trial{{Cell: bare.Cell, Status: results.Timeout, Reason: "no end"}}
	verdict := gates.Verdict{Outcome: gates.Error, Level: "error", Observed: &nan, Margin: &nan, Evidence: []gates.Value{{Value: []any{nan, map[string]any{"x": nan}}}}}
	var got struct {
		Cells []struct {
			Times  []float64        `json:"times_s"`
			Trials []map[string]any `json:"trials"`
		} `json:"cells"`
		Verdicts []map[string]any `json:"verdicts"`
		Noise    []map[string]any `json:"noise"`
	}
	text := render(t, "json", New(results.Run{}, []gates.Summary{bare}, []gates.Noise{{Ratio: nan}}, nil, trials, []gates.Verdict{verdict}, "ERROR", 4), Style{})
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{"median_s", "interval_s", "phases\"", "wall_s", "total_s", "usage", "memory_bytes", "support", "observed", "margin", "ratio", "NaN", "finished"} {
		if strings.Contains(string(text), field) {
			t.Errorf("%s is there: %s", field, text)
		}
	}
	if len(got.Cells[0].Times) != 1 || len(got.Cells[0].Trials) != 1 || got.Cells[0].Trials[0]["status"] != "timeout" {
		t.Errorf("cells: %+v", got.Cells)
	}
}

// What the tasks gave is there once, as itself or as its digest.
func TestJSONResults(t *testing.T) {
	r := three("x", gates.Pass, "error")
	r.Cells[0].Quartiles = &[2]float64{1.2, 1.3}
	own, large, none := r.Cells[0].Trials[0], r.Cells[0].Trials[1], r.Cells[0].Trials[2]
	own.Results, own.Result = []any{1, "two", nil, []any{false}, map[string]any{"nan": math.NaN()}}, false
	large.Results, large.Result, large.ResultsDigest, large.ResultDigest = nil, nil, "sha256:12 results=9 bytes=99", "sha256:34 bytes=9"
	none.Results, none.Result = nil, nil
	text := render(t, "json", r, Style{})
	if err := reportSchema(t).Validate(parse(t, text)); err != nil {
		t.Errorf("%#v", err)
	}
	var got struct {
		Cells []struct {
			Mean      float64   `json:"mean_s"`
			Deviation *float64  `json:"deviation_s"`
			Quartiles []float64 `json:"quartiles_s"`
			Trials    []map[string]json.RawMessage
		}
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	for i, want := range []map[string]string{
		{"results": `[1,"two",null,[false],{"nan":null}]`, "result": "false"},
		{"results_digest": `"sha256:12 results=9 bytes=99"`, "result_digest": `"sha256:34 bytes=9"`},
		{},
	} {
		for _, name := range []string{"results", "result", "results_digest", "result_digest"} {
			var flat bytes.Buffer
			if raw := got.Cells[0].Trials[i][name]; raw != nil {
				_ = json.Compact(&flat, raw)
			}
			if flat.String() != want[name] {
				t.Errorf("%s of trial %d: %s, not %s", name, i, &flat, want[name])
			}
		}
	}
	if c := got.Cells[0]; c.Mean != 1.2341 || c.Deviation == nil || len(c.Quartiles) != 2 {
		t.Errorf("%+v", c)
	}
}

// Whatever a workload printed comes back as it was.
func TestJSONKeepsHostileText(t *testing.T) {
	var got struct {
		Cells []struct {
			Key    string
			Trials []struct{ Stdout, Stderr string }
		}
		Verdicts []struct{ Name string }
	}
	if err := json.Unmarshal(render(t, "json", fixture(), Style{}), &got); err != nil {
		t.Fatal(err)
	}
	want := fixture()
	if s := got.Cells[1].Trials[0].Stdout; s != hostile {
		t.Errorf("stdout %q", s)
	}
	if got.Cells[3].Key != want.Cells[3].Cell.Key() || got.Verdicts[5].Name != hostile {
		t.Errorf("key %q, name %q", got.Cells[3].Key, got.Verdicts[5].Name)
	}
}
