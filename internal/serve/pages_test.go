package serve

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"bench/runner/gates"
	"bench/runner/reports"
	"bench/runner/results"
)

// contains wants texts in a page, in this order.
func contains(t *testing.T, page string, texts ...string) {
	t.Helper()
	rest := page
	for _, text := range texts {
		_, after, found := strings.Cut(rest, text)
		if !found {
			t.Fatalf("%q is missing, or not in its place, in\n%s", text, page)
		}
		rest = after
	}
}

func TestList(t *testing.T) {
	killed := stored("killed", "pi", "")
	killed.Finished = running("", "").Finished
	unjudged := stored("unjudged", "pi", "")
	s := start(t, &fake{runs: []Run{running("goes", "pi"), stored("good", "primes", "PASS"), stored("bad", "pi", "FAIL"), killed, unjudged}}, nil)
	_, page := get(t, s, "/")
	contains(t, page, "<h1>Runs</h1>", `class="word running" href="/run/goes">running</a>`, `<a href="/experiment/pi">pi</a>`,
		`class="word pass" href="/run/good">PASS</a>`, `<a href="/experiment/primes">primes</a>`, "2026-11-20 ", "24 s", ">2<", "20, 2 wrong", "<code>good</code>",
		">FAIL<", ">interrupted<", "–", ">not judged<")
	_, page = get(t, s, "/experiment/pi")
	contains(t, page, "<h1>pi</h1>", `href="/run/bad"`)
	if strings.Contains(page, "primes") {
		t.Errorf("another experiment's runs in\n%s", page)
	}
	_, page = get(t, s, "/experiment/primes")
	if strings.Contains(page, "history") {
		t.Error("one run has no history")
	}
}

// An experiment shows what became of its checks, from its newest judged run; not while one of its runs is measured.
func TestTrends(t *testing.T) {
	value := 1.5
	moment := gates.Moment{Run: "two", Started: day, Outcome: gates.Pass, Observed: &value}
	store := &fake{runs: []Run{running("new", "pi"), stored("two", "pi", "PASS"), stored("one", "pi", "PASS")},
		history: []gates.History{{Name: "it <b>scales</b>", Unit: "1", Moments: []gates.Moment{moment, moment}}}}
	s := start(t, store, nil)
	if _, page := get(t, s, "/experiment/pi"); strings.Contains(page, "<svg") || store.judged.Load() != 0 {
		t.Errorf("judged while something is measured:\n%s", page)
	}
	store.change(func(f *fake) { f.runs = f.runs[1:] })
	for range 2 {
		_, page := get(t, s, "/experiment/pi")
		contains(t, page, `href="/run/two#figures-history"`, "it &lt;b&gt;scales", "<svg")
	}
	if n := store.judged.Load(); n != 1 {
		t.Errorf("judged %d times", n)
	}
	if _, page := get(t, s, "/run/two"); !strings.Contains(page, `id="figures-history"`) {
		t.Error("the report has no such place")
	}
	if _, css := get(t, s, "/style.css"); !strings.Contains(css, "--series-1:") {
		t.Error("figures have no colours")
	}
}

func TestNoRuns(t *testing.T) {
	s := start(t, &fake{}, nil)
	resp, page := get(t, s, "/")
	contains(t, page, "No runs are stored here yet")
	if resp.StatusCode != 200 {
		t.Error(resp.Status)
	}
}

func TestPages(t *testing.T) {
	store := &fake{}
	for i := range 2*perPage + 1 {
		store.runs = append(store.runs, stored(fmt.Sprintf("run-%03d", i), "a b/c", "PASS"))
	}
	s := start(t, store, nil)
	for path, want := range map[string][2]int{
		"/": {0, 100}, "/?page=2": {100, 100}, "/?page=3": {200, 1}, "/?page=0": {0, 100}, "/?page=x": {0, 100}, "/?page=4": {0, 0},
		"/?page=99999999999999999999": {0, 100}, "/experiment/a%20b%2Fc?page=3": {200, 1},
	} {
		_, page := get(t, s, path)
		if n := strings.Count(page, "<tr><td"); n != want[1] {
			t.Errorf("%s: %d rows, want %d", path, n, want[1])
		}
		if want[1] > 0 {
			contains(t, page, fmt.Sprintf("run-%03d", want[0]))
		}
	}
	_, page := get(t, s, "/experiment/a%20b%2Fc?page=2")
	contains(t, page, "/events?experiment=a+b%2Fc&amp;page=2", `<a href="/experiment/a%20b%2Fc" rel="prev">`, "page 2", `<a href="/experiment/a%20b%2Fc?page=3" rel="next">`)
}

// TestHostile wants what comes from runs to be text, wherever it stands.
func TestHostile(t *testing.T) {
	const evil = "\"><script>alert(1)</script>\x1b[31m\u202e'&amp;\r\nSet-Cookie: a=b"
	store := &fake{runs: []Run{running(evil, evil), stored(evil+"2", evil, evil)}, progress: Progress{
		Question: evil, Done: 1, Planned: 2, Where: evil, Left: evil, Last: evil, Cells: []Cell{{Key: evil, N: 1, Median: evil, Speedup: evil, Trouble: evil}},
	}}
	s := start(t, store, nil)
	for _, path := range []string{"/", experimentPath(evil), runPath(evil, ""), runPath(evil+"2", ""), runPath(evil+"2", "csv"), runPath(evil+"2", "json"), "/run/last/csv"} {
		resp, page := get(t, s, path)
		if strings.Contains(resp.Header.Get("Content-Type"), "html") && (strings.Contains(page, "<script>alert") || strings.ContainsAny(page, "\x1b\u202e")) {
			t.Errorf("%s: %s", path, page)
		}
		if resp.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s: a header of its own", path)
		}
	}
}

func TestRunPage(t *testing.T) {
	store := &fake{runs: []Run{stored("one", "primes", "PASS")}}
	s := start(t, store, nil)
	resp, page := get(t, s, "/run/one")
	contains(t, page, "<!doctype html>", `<a href="/">all runs</a>`, `<a href="/experiment/primes">runs of primes</a>`, `<a href="/run/one/json">json</a>`, "<header>", "primes")
	if resp.StatusCode != 200 || resp.Header.Get("Content-Security-Policy") != reportPolicy {
		t.Errorf("%s %v", resp.Status, resp.Header)
	}
	resp, _ = get(t, s, "/run/last")
	if resp.StatusCode != 302 || resp.Header.Get("Location") != "/run/one" {
		t.Errorf("%s %v", resp.Status, resp.Header)
	}
	resp, _ = get(t, s, "/run/last/csv")
	if resp.Header.Get("Location") != "/run/one/csv" {
		t.Errorf("%s %v", resp.Status, resp.Header)
	}
	if resp, body := get(t, s, "/run/none%3Cb%3E"); resp.StatusCode != 404 || body != "no run none<b>\n" {
		t.Errorf("%s %q", resp.Status, body)
	}
}

// TestFormats wants each format as a file of its kind, byte for byte as it is rendered; text is shown.
func TestFormats(t *testing.T) {
	s := start(t, &fake{runs: []Run{stored("one", "primes", "PASS")}}, nil)
	names := map[string]bool{}
	for _, f := range reports.All() {
		resp, body := get(t, s, "/run/one/"+f.Name)
		file := resp.Header.Get("Content-Disposition")
		if resp.StatusCode != 200 || (f.Ext == "txt") != (file == "") || names[file] && file != "" {
			t.Errorf("%s: %s %q", f.Name, resp.Status, file)
		}
		names[file] = true
		r, err := (&fake{runs: []Run{stored("one", "primes", "PASS")}}).Report(t.Context(), "one")
		var want strings.Builder
		if err != nil || f.Render(&want, r, reports.Style{Width: 120}) != nil || body != want.String() {
			t.Errorf("%s: %q, want %q", f.Name, body, want.String())
		}
	}
	resp, _ := get(t, s, "/run/one/json")
	if got := resp.Header.Get("Content-Disposition"); got != `attachment; filename="one.json"` || resp.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%v", resp.Header)
	}
	if resp, _ := get(t, s, "/run/one/none"); resp.StatusCode != 404 {
		t.Error(resp.Status)
	}
}

// TestRunningPage wants progress and no report of a run that goes on.
func TestRunningPage(t *testing.T) {
	store := &fake{runs: []Run{running("goes", "pi")}, progress: Progress{
		Question: "How large?", Done: 24, Planned: 80, Where: "block 3 of 10, 24 of 80 trials", Elapsed: 12e9, Left: "about 28 s left", Last: "pool=2",
		Cells: []Cell{{Key: "serial", N: 3, Median: "308 ms"}, {Key: "pool=2", Trouble: "3 wrong"}},
	}}
	s := start(t, store, nil)
	_, page := get(t, s, "/run/goes")
	contains(t, page, `<noscript><meta http-equiv="refresh" content="5"></noscript>`, `data-events="/run/goes/events"`, "How large?",
		`<progress max="80" value="24"`, "block 3 of 10, 24 of 80 trials · 12 s so far · about 28 s left", "pool=2",
		"serial", ">3<", ">308 ms<", ">–<", "pool=2", ">0<", ">–<", ">–<", ">3 wrong\n")
	for _, f := range reports.All() {
		if resp, _ := get(t, s, "/run/goes/"+f.Name); resp.StatusCode != 409 {
			t.Errorf("%s: %s", f.Name, resp.Status)
		}
	}
	if store.judged.Load() != 0 {
		t.Error("it was judged")
	}
}

// TestRenderedOnce wants one judgement for many who ask at once, and a new one when the run has changed.
func TestRenderedOnce(t *testing.T) {
	store := &fake{runs: []Run{stored("one", "primes", "PASS"), stored("two", "primes", "PASS")}}
	var at, most int
	var mu sync.Mutex
	step := func(by int) {
		mu.Lock()
		defer mu.Unlock()
		at += by
		most = max(most, at)
	}
	store.judging = func() { step(1); step(-1) }
	s := start(t, store, nil)
	var all sync.WaitGroup
	for i := range 24 {
		all.Go(func() { get(t, s, "/run/"+[]string{"one", "two"}[i%2]) })
	}
	all.Wait()
	if n := store.judged.Load(); n != 2 || most != 1 {
		t.Errorf("judged %d times, %d at once", n, most)
	}
	store.change(func(f *fake) { f.runs[0].Trials++; f.runs[0].Counts = map[results.Status]int{} })
	get(t, s, "/run/one")
	get(t, s, "/run/one")
	if n := store.judged.Load(); n != 3 {
		t.Errorf("judged %d times", n)
	}
}
