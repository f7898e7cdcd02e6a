package reports

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"bench/runner/gates"
	"bench/runner/results"
)

var pages = flag.String("pages", "", "write the pages of the fixtures into this directory, for a browser")

// drawing is a chart within a page. Charts have tests of their own, and what they draw is not of the page.
var drawing = regexp.MustCompile(`(?s)(<div class="chart"[^>]*>)<svg.*?</svg>`)

func TestHTMLGoldens(t *testing.T) {
	for name, r := range map[string]*Report{"report.html": fixture(), "figures.html": pictured(6, 100)} {
		page := render(t, "html", r, Style{})
		if *pages != "" {
			if err := os.WriteFile(filepath.Join(*pages, name), page, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		golden(t, name, drawing.ReplaceAll(page, []byte("$1<svg/>")))
	}
}

// TestPageOfManyCells writes a page with figures of more cells than one shows, for a browser.
func TestPageOfManyCells(t *testing.T) {
	page := render(t, "html", pictured(5, 100, 200, 300, 400, 500, 600, 700, 800), Style{})
	if *pages != "" {
		if err := os.WriteFile(filepath.Join(*pages, "cells.html"), page, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Contains(page, []byte("cells 31 to 60 of 104")) {
		t.Error("the second figure is not there")
	}
}

// A title is green only where something was shown to hold.
func TestTones(t *testing.T) {
	for want, r := range map[string]*Report{
		"pass": {Verdicts: []gates.Verdict{{Outcome: gates.Pass}}}, "neutral": {}, "fail": {Code: 1}, "inconclusive": {Code: 3},
	} {
		if got := tone(r); got != want {
			t.Errorf("%s, not %s", got, want)
		}
	}
	if got := tone(&Report{Verdicts: []gates.Verdict{{Outcome: gates.Skipped}}}); got != "neutral" {
		t.Errorf("what was skipped is %s", got)
	}
	if got := tone(&Report{Code: 4}); got != "fail" {
		t.Errorf("without data it is %s", got)
	}
}

// The page explains its own words, and each law that a sentence names.
func TestWordsOfThePage(t *testing.T) {
	explained := map[string]bool{}
	for _, w := range words {
		if explained[w.Word] || !strings.HasSuffix(w.Means, ".") {
			t.Errorf("%s: %s", w.Word, w.Means)
		}
		explained[w.Word] = true
	}
	for _, name := range laws {
		if !explained[name] {
			t.Errorf("%s is explained nowhere", name)
		}
	}
	page := string(render(t, "html", fixture(), Style{}))
	for _, w := range words {
		if !strings.Contains(page, "<dt>"+w.Word+"</dt>") {
			t.Errorf("%s is not on the page", w.Word)
		}
	}
}

// voids are the elements that have no end.
var voids = []string{"meta", "link", "br", "hr", "img", "source"}

// malformed says what is wrong with the tags of a page; "" if each is closed where it must be, and no id stands twice.
func malformed(page string) string {
	page = strings.TrimPrefix(page, "<!doctype html>")
	d := xml.NewDecoder(strings.NewReader(page))
	d.Strict, d.AutoClose, d.Entity = false, voids, xml.HTMLEntity
	var open []string
	ids := map[string]bool{}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) && len(open) == 0 {
			return ""
		}
		if err != nil {
			return err.Error() + " within " + strings.Join(open, " ")
		}
		switch e := token.(type) {
		case xml.StartElement:
			open = append(open, e.Name.Local)
			for _, a := range e.Attr {
				if a.Name.Local == "id" {
					if ids[a.Value] {
						return "twice: id " + a.Value
					}
					ids[a.Value] = true
				}
			}
		case xml.EndElement:
			if open[len(open)-1] != e.Name.Local {
				return "</" + e.Name.Local + "> ends " + open[len(open)-1]
			}
			open = open[:len(open)-1]
		}
	}
}

func TestPagesAreWellFormed(t *testing.T) {
	interrupted := pictured(3, 100)
	interrupted.Run.Outcome, interrupted.Word, interrupted.Code = string(results.Interrupted), "INTERRUPTED", 3
	for name, r := range map[string]*Report{
		"fixture": fixture(), "figures": pictured(6, 100), "nothing": New(results.Run{}, nil, nil, nil, nil, nil, "", 5),
		"interrupted": interrupted, "no data": unmeasured(),
	} {
		page := string(render(t, "html", r, Style{}))
		if problem := malformed(page); problem != "" {
			t.Errorf("%s: %s", name, problem)
		}
		for _, bad := range []string{"NaN", "Inf", "<nil>", "%!", "ZgotmplZ", "undefined"} {
			if strings.Contains(strings.ReplaceAll(page, "ValueError", ""), bad) {
				t.Errorf("%s: %q is told", name, bad)
			}
		}
		if heads := regexp.MustCompile(`<h([1-6])`).FindAllStringSubmatch(page, -1); heads[0][1] != "1" {
			t.Errorf("%s: begins with a heading of level %s", name, heads[0][1])
		} else {
			for i, h := range heads[1:] {
				if h[1] == "1" || h[1][0] > heads[i][1][0]+1 {
					t.Errorf("%s: a heading of level %s follows one of %s", name, h[1], heads[i][1])
				}
			}
		}
		for _, link := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(page, -1) {
			if !strings.Contains(page, `id="`+link[1]+`"`) {
				t.Errorf("%s: nothing is at #%s", name, link[1])
			}
		}
	}
	if malformed("<!doctype html><p><b></p></b>") == "" || malformed(`<p id="a"></p><p id="a"></p>`) == "" || malformed("<p>") == "" {
		t.Error("what is not well-formed is let through")
	}
}

// unmeasured is a report of cells without a single number.
func unmeasured() *Report {
	r := fixture()
	for i := range r.Cells {
		s := &r.Cells[i].Summary
		*s = gates.Summary{Cell: s.Cell, Workload: s.Workload, Executor: s.Executor, Workers: s.Workers}
		r.Cells[i].Trials = nil
	}
	r.Verdicts, r.Noise, r.Scaling = nil, nil, nil
	return r
}

// A page lets a browser load nothing, and run nothing.
func TestPagesStandAlone(t *testing.T) {
	page := string(render(t, "html", pictured(6, 100), Style{}))
	if !strings.Contains(page, "default-src &#39;none&#39;") {
		t.Error("there is no policy")
	}
	for _, bad := range []string{`<script`, `@import`, `url\([^#"]`, ` style=`, `javascript:`, `<[^>]* on[a-z]+="`} {
		if at := regexp.MustCompile(bad).FindString(page); at != "" {
			t.Errorf("it holds %s", at)
		}
	}
	for _, link := range regexp.MustCompile(`(?:href|src)="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if !strings.HasPrefix(link[1], "#") && link[1] != "data:," {
			t.Errorf("it refers to %s", link[1])
		}
	}
}

func TestSizeOfAPage(t *testing.T) {
	r := pictured(30, 100, 200, 300, 400, 500, 600, 700, 800)
	if len(r.Cells) < 100 {
		t.Fatalf("%d cells", len(r.Cells))
	}
	page := render(t, "html", r, Style{})
	if len(page) > 1_000_000 {
		t.Errorf("%d cells × 30 trials take %d bytes", len(r.Cells), len(page))
	}
	t.Logf("%d cells × 30 trials take %d bytes", len(r.Cells), len(page))
	if problem := malformed(string(page)); problem != "" {
		t.Error(problem)
	}
}

// The words and numbers of the text report are on the page too.
func TestPagesTellWhatTheTextTells(t *testing.T) {
	page := string(render(t, "html", fixture(), Style{}))
	page = strings.NewReplacer("\u00a0", " ", "&#43;", "+", "&gt;", ">", "&lt;", "<", "&#34;", `"`, "&#39;", "'").Replace(page)
	for _, told := range []string{"sum-of-primes: 2 failed (1 as a warning), 1 without data", "1.93", "1.86 … 1.97 contains 1.9", "640.20 ms", "10 blocks", "experiments/primes.yaml:33",
		"CPython runs one thread at a time", "python 2.7 is not installed", "ValueError: lost update", "noise floor: the baseline against itself differs by 1.2 %",
		"2 of 32 trials shared the machine and do not count", "threads > cores", "the two clocks disagree", "runner run --profile full --only runtime=py3 -D repeats.max=10",
		"git checkout a1b2c3d4e5f60718", "−0.0 %", "10 crash"} {
		if !strings.Contains(page, told) {
			t.Errorf("%q is missing", told)
		}
	}
	if at, other := strings.Index(page, `class="verdict fail"`), strings.Index(page, `class="verdict pass"`); at < 0 || other < at {
		t.Error("what passed stands before what failed")
	}
}

func TestRerun(t *testing.T) {
	got := rerun(&results.Run{ID: "-x", Spec: "-a b.yaml", Seed: 7, Environment: results.Environment{Commit: "$(reboot)"},
		Options: results.Options{Only: []string{"a='b'; rm -rf /", ""}, Define: map[string]string{"z": "1", "k": "`x`"}, UntilDecided: true}})
	want := []string{`runner run --only 'a='\''b'\''; rm -rf /' -D 'k=` + "`x`" + `' -D z=1 --until-decided --seed 7 './-a b.yaml'`, "runner report ./-x   # tells this run again"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, not %q", got, want)
	}
}

func TestPagesAreTheSameEachTime(t *testing.T) {
	if r := pictured(6, 100); !bytes.Equal(render(t, "html", r, Style{}), render(t, "html", r, Style{Color: true, Width: 200})) {
		t.Error("they differ")
	}
}
