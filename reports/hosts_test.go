package reports

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"bench/runner/results"
)

// spreadOut is a report of a run on three hosts: procs are placed on one of them, and pool spans two. One was heard of only
// in trials.
func spreadOut(t *testing.T) *Report {
	t.Helper()
	r := pictured(6, 100)
	at := time.Date(2026, 1, 2, 10, 0, 0, 0, time.UTC)
	cal := func(when string, median time.Duration) results.Calibration {
		return results.Calibration{When: when, At: at, Median: median, N: 5, Spread: 0.012}
	}
	r.Run.Hosts = []results.Host{
		{Name: "node-1", Version: "1.2.3", Environment: results.Environment{OS: "linux", Arch: "amd64", CPU: "Example CPU @ 2.10GHz", Cores: 8, Memory: 16 << 30, Go: "go1.26.8"},
			Calibrations: []results.Calibration{cal(results.Begin, 200*time.Millisecond), cal(results.End, 206*time.Millisecond)}},
		{Name: "node-2", Environment: results.Environment{OS: "linux", Arch: "amd64", CPU: "Another CPU", Cores: 4, Go: "go1.26.8"}, Calibrations: []results.Calibration{cal(results.Begin, 240*time.Millisecond)}},
		{Name: "idle"},
	}
	var all []results.Trial
	for i := range r.Cells {
		for _, trial := range r.Cells[i].Trials {
			switch {
			case r.Cells[i].Executor == "procs":
				trial.Hosts = []string{[]string{"node-1", "node-3"}[trial.Block%2]}
			case r.Cells[i].Executor == "pool" && trial.Workers > 1:
				trial.Hosts = make([]string, trial.Workers)
				for w := range trial.Hosts {
					trial.Hosts[w] = []string{"node-1", "node-2"}[w*2/trial.Workers]
				}
			}
			all = append(all, *trial)
		}
	}
	r.Hosts = hosts(&r.Run, all)
	return r
}

func TestHostsInText(t *testing.T) {
	golden(t, "hosts.txt", render(t, "text", spreadOut(t), Style{Width: 110}))
	narrow := string(render(t, "text", spreadOut(t), Style{Width: 50}))
	for l := range strings.Lines(narrow) {
		if Width(strings.TrimSuffix(l, "\n")) > 50 && strings.Contains(l, "node") {
			t.Errorf("too wide: %q", l)
		}
	}
}

func TestHostsInJSON(t *testing.T) {
	r := spreadOut(t)
	text := render(t, "json", r, Style{})
	if err := reportSchema(t).Validate(parse(t, text)); err != nil {
		t.Errorf("%#v", err)
	}
	var got reportJSON
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	told := ""
	for _, h := range got.Hosts {
		told += fmt.Sprintf("%s %d/%d %d", h.Name, h.Blocks, h.Trials, len(h.Calibrations))
		if h.Drift != nil {
			told += fmt.Sprintf(" %.3f", *h.Drift)
		}
		told += "; "
	}
	// node-1 has each trial of pool, and each second of procs with its four counts of workers
	if want := "idle 0/0 0; node-1 6/30 2 0.030; node-2 6/18 1; node-3 3/12 0; "; told != want {
		t.Errorf("%s, want %s", told, want)
	}
	if last := got.Cells[len(got.Cells)-1].Trials[0].Hosts; len(last) != 8 || last[0] != "node-1" || last[7] != "node-2" {
		t.Errorf("%q", last)
	}
}

func TestHostsInCSV(t *testing.T) {
	read := func(r *Report) [][]string {
		rows, err := csv.NewReader(strings.NewReader(string(render(t, "csv", r, Style{})))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	rows := read(spreadOut(t))
	at := slices.Index(rows[0], "hosts")
	if at != slices.Index(rows[0], "tasks")+1 {
		t.Fatalf("%q", rows[0])
	}
	if last := rows[len(rows)-1][at]; last != "node-1;node-1;node-1;node-1;node-2;node-2;node-2;node-2" {
		t.Error(last)
	}
	if rows[1][at] != "" {
		t.Errorf("a trial of runner's own machine is on %q", rows[1][at])
	}
	if at := slices.Index(read(pictured(2, 100))[0], "hosts"); at >= 0 {
		t.Error("a run without hosts has a column of them")
	}
}

func TestHostsInPages(t *testing.T) {
	r := spreadOut(t)
	page := string(render(t, "html", r, Style{}))
	for _, want := range []string{`<section id="hosts"`, `<a href="#hosts">`, "node-3", "&#43;3.0", "Another CPU", ">w7 node-2<", ", on node-1 and node-2", "<th scope=\"col\" class=\"left\">host</th>"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	document := string(render(t, "markdown", r, Style{}))
	if !strings.Contains(document, "<summary>4 hosts</summary>") || !strings.Contains(document, "| node-1 |") {
		t.Errorf("the document has no hosts:\n%s", document[max(0, strings.Index(document, "4 hosts")):])
	}
	for _, format := range []string{"html", "markdown", "text"} {
		if text := string(render(t, format, pictured(2, 100), Style{})); strings.Contains(text, "id=\"hosts\"") || strings.Contains(text, " hosts") {
			t.Errorf("%s of a run without hosts tells of them", format)
		}
	}
}

func TestManyHosts(t *testing.T) {
	r := pictured(2, 100)
	for i := range 1000 {
		r.Hosts = append(r.Hosts, Host{Host: results.Host{Name: fmt.Sprint("node-", i)}})
	}
	for _, format := range []string{"html", "markdown", "text"} {
		text := string(render(t, format, r, Style{}))
		if !strings.Contains(text, "900 more of 1000 hosts") || strings.Contains(text, "node-100") {
			t.Errorf("%s: %d bytes", format, len(text))
		}
	}
}

func TestDisturbedTrials(t *testing.T) {
	trials := []results.Trial{
		{Cell: cellOf("py3", "serial", 0), Block: 2, Status: results.OK, Contaminated: "the system swapped 2 MiB"},
		{Cell: cellOf("py3", "serial", 0), Block: 3, Status: results.OK, Contaminated: results.DisturbedBy("the member on b was lost")},
	}
	cell := fixture().Cells[0].Summary
	cell.Cell, cell.Counts = trials[0].Cell, map[results.Status]int{results.OK: 12}
	tell := func(contaminated, disturbed int) string {
		cell.Contaminated, cell.Disturbed = contaminated, disturbed
		r := New(results.Run{}, nil, nil, nil, nil, nil, "PASS", 0)
		r.Cells = []Cell{{Summary: cell, Trials: []*results.Trial{&trials[0], &trials[1]}}}
		return strings.Join(r.shared(), "\n")
	}
	for _, c := range []struct {
		contaminated, disturbed int
		want                    string
	}{
		{1, 1, "1 of 12 trials was disturbed and does not count: the member on b was lost"},
		{3, 2, "1 of 12 trials shared the machine and does not count: the system swapped 2 MiB\n2 of 12 trials were disturbed and do not count: the member on b was lost"},
		{9, 9, "9 of 12 trials were disturbed, but the table counts them, since fewer than 5 others of the cell are there: the member on b was lost"},
	} {
		if got := plainSpaces(tell(c.contaminated, c.disturbed)); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
