package reports

import (
	"encoding/csv"
	"strings"
	"testing"

	"bench/runner/gates"
)

func tableOf(t *testing.T, r *Report) []map[string]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(string(render(t, "csv", r, Style{})))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, row := range rows[1:] {
		named := map[string]string{}
		for i, v := range row {
			named[rows[0][i]] = v
		}
		out = append(out, named)
	}
	return out
}

func TestCSV(t *testing.T) {
	text := render(t, "csv", fixture(), Style{})
	golden(t, "csv.csv", text)
	if strings.Count(string(text), "\n") != strings.Count(string(text), "\r\n") {
		t.Error("a line does not end in CRLF")
	}
	rows, n := tableOf(t, fixture()), 0
	for _, c := range fixture().Cells {
		n += len(c.Trials)
	}
	if len(rows) != n {
		t.Errorf("%d rows of %d trials", len(rows), n)
	}
	crash := rows[5]
	for _, name := range []string{"total_s", "wall_s", "startup_s", "join_s", "user_s", "memory_bytes", "voluntary_switches", "leaked", "axis.data"} {
		if v, there := crash[name]; v != "" || !there {
			t.Errorf("%s of a crash: %q, %v", name, v, there)
		}
	}
	if rows[0]["warmup"] != "true" || rows[2]["control"] != "true" || rows[1]["join_s"] != "0" || crash["status"] != "crash" {
		t.Errorf("%v", rows)
	}
}

func TestCSVGuardsFormulas(t *testing.T) {
	for level, want := range map[any]string{"=1+1": "'=1+1", "+1": "'+1", "-a": "'-a", "@x": "'@x", "\t=1": "' =1", " =1": "' =1", "a=1": "a=1", -2: "-2", -0.5: "-0.5",
		"": "", "＝1": "'＝1", true: "true", "a,\"b\"": "a,\"b\""} {
		if got := tableOf(t, three(level, gates.Pass, "error"))[0]["axis.data"]; got != want {
			t.Errorf("%v: %q, not %q", level, got, want)
		}
	}
}
