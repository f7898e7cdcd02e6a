package reports

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"bench/runner/gates"
	"bench/runner/internal/matrix"
	"bench/runner/results"
)

func TestMarkdownGoldens(t *testing.T) {
	golden(t, "report.md", render(t, "markdown", fixture(), Style{}))
	golden(t, "figures.md", render(t, "markdown", pictured(12, 100), Style{File: "the report.md"}))
	golden(t, "empty.md", render(t, "markdown", New(results.Run{}, nil, nil, nil, nil, nil, "", 5), Style{}))
}

// What a document refers to stands beside it, and nothing else does.
func TestPicturesStandBesideTheDocument(t *testing.T) {
	for _, file := range []string{"report.md", "a b&c<d>\"e.md", "no-end", "x:y.md", "läuft.md"} {
		style := Style{File: file}
		r := pictured(6, 100)
		f, _ := Lookup("markdown")
		out := string(render(t, "markdown", r, style))
		var beside, wanted []string
		for _, b := range f.Beside(r, style) {
			beside = append(beside, b.Name)
			for d := xml.NewDecoder(bytes.NewReader(b.Data)); ; {
				if _, err := d.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatalf("%s: %v", b.Name, err)
				}
			}
		}
		for _, m := range regexp.MustCompile(`(?:src|srcset)="([^"]*)"`).FindAllStringSubmatch(out, -1) {
			u, err := url.Parse(strings.ReplaceAll(m[1], "&amp;", "&"))
			if err != nil || u.IsAbs() || u.Host != "" || strings.ContainsAny(m[1], " <>`|") {
				t.Errorf("%s: %q is no relative URL: %v", file, m[1], err)
				continue
			}
			wanted = append(wanted, strings.TrimPrefix(u.Path, "./"))
		}
		slices.Sort(beside)
		slices.Sort(wanted)
		if len(beside) < 8 || !slices.Equal(beside, wanted) {
			t.Errorf("%s: beside it %q, not %q", file, beside, wanted)
		}
	}
	if strings.Contains(string(render(t, "markdown", pictured(6, 100), Style{})), "<picture>") {
		t.Error("a stream has pictures")
	}
}

// Mentions are looked for in the text of the rendered document, within one piece of text.
func TestNobodyIsMentioned(t *testing.T) {
	for text, want := range map[string]string{
		"@octocat": "<span>@</span>octocat", "by @a/b, @@c": "by <span>@</span>a/b, <span>@</span><span>@</span>c", "2.10GHz @ 3": "2.10GHz &#64; 3", "a@b.c": "a<span>@</span>b.c",
	} {
		if got := inMarkdown(text); got != want {
			t.Errorf("%q became %q, not %q", text, got, want)
		}
	}
	piece := regexp.MustCompile(`<[^<>]*>`)
	for name, out := range every(t, hostileReport("by @octocat and @org/team")) {
		if !strings.HasSuffix(name, ".md") {
			continue
		}
		out = regexp.MustCompile(`(?s)<(pre|code)>.*?</(pre|code)>`).ReplaceAllString(out, "") // where GitHub looks for none
		for _, text := range piece.Split(out, -1) {
			if regexp.MustCompile(`@[A-Za-z0-9]`).MatchString(html.UnescapeString(text)) {
				t.Errorf("%s mentions somebody: %.100q", name, text)
			}
		}
	}
}

func TestMarkerIsTheExperimentAlone(t *testing.T) {
	for name, want := range map[string]string{
		"sum-of-primes": "<!-- runner: sum%2Dof%2Dprimes -->\n", "--> <b>\n": "<!-- runner: %2D%2D%3E%20%3Cb%3E%0A -->\n", "": "<!-- runner:  -->\n",
	} {
		if got := marker(name); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}

// A document for GitHub has a greatest size. It ends with whole rows, and says what is missing.
func TestLongDocuments(t *testing.T) {
	r := fixture()
	failed := r.Verdicts[2]
	for i := range 4000 {
		failed.Name = fmt.Sprintf("check %d %s", i, strings.Repeat("long ", 20))
		r.Verdicts = append(r.Verdicts, failed)
	}
	r.Verdicts = append(r.Verdicts, gates.Verdict{Name: strings.Repeat("x", 900_000), Check: "1 < 2", Outcome: gates.Pass})
	out := string(render(t, "markdown", r, Style{}))
	if len(out) > markdownBytes {
		t.Errorf("%d bytes", len(out))
	}
	if problem := brokenTable(out); problem != "" {
		t.Errorf("%.200s", problem)
	}
	if strings.Count(out, "<details>") != strings.Count(out, "</details>") {
		t.Error("a part is not closed")
	}
	for _, told := range []string{"This document would be too long with all of it. Left out: ", "of 4005 checks", "all 2 passed checks", "all 7 cells", "runner 1.2.3: A claim"} {
		if !strings.Contains(out, told) {
			t.Errorf("%q is missing", told)
		}
	}
}

// What figures hold is text, too: in the page, in the document and in the files beside it.
func TestHostileFigures(t *testing.T) {
	f, _ := Lookup("markdown")
	for _, text := range payloads {
		r := pictured(3, 100)
		fill(reflect.ValueOf(r), text)
		for i := range r.Cells {
			r.Cells[i].Executor = text
			for _, t := range r.Cells[i].Trials {
				t.Spans = t.Spans[:8]
			}
			if utf8.ValidString(text) {
				facets := append(r.Cells[i].Cell.Facets(), matrix.Facet{Name: "level", Value: fmt.Sprint(text, i)})
				r.Cells[i].Cell = matrix.NewCell(facets...)
			}
		}
		style := Style{File: "r.md"}
		out := map[string]string{"page.html": string(render(t, "html", r, style))}
		out["r.md"] = regexp.MustCompile(`<img alt="[^"<>]*" src="[^"<>]*">`).ReplaceAllString(string(render(t, "markdown", r, style)), "")
		for _, b := range f.Beside(r, style) {
			out[b.Name] = string(b.Data)
		}
		if len(out) < 8 {
			t.Fatalf("%d files", len(out))
		}
		for name, o := range out {
			if problem := acts(name, o) + markup(name, o); problem != "" {
				t.Errorf("%s of %.60q: %.300s", name, text, problem)
			}
		}
	}
}
