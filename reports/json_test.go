package reports

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"runner/gates"
	"runner/results"
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
