package reports

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"bench/runner/internal/matrix"
	"bench/runner/results"
)

// payloads are what the texts of a report may hold: names, levels, reasons, what programs printed, paths.
var payloads = []string{
	`<script>alert(1)</script><img src=x onerror=y>&"'>`,
	"\x1b[31mred\x1b]8;;http://x\aOSC\x1b\\ \x9b2J \u009b2J\x07\x00\x7f",
	"\u202e\u2066bidi\u200b\ufeff\u2028\u2029\U000e0041",
	"line\nfeed\r\ncarriage\ttab\v\f\u0085next",
	"::error::injected", "  ::set-output name=a::b", "a ::warning file=x::y\n::add-mask::z", "##[error]old", "x ##[command]y",
	"`code` |cell| [a](javascript:b) ![i](x) **bold** _it_ ~~s~~ @team #1 https://x",
	"# heading", "- item", "1. item", "=cmd|' /C calc'!A0", "+1+cmd", "-2+3", "@SUM(1)", "\t=1", "--- ", "]]>", "<!--", "%s%n%!d(x)",
	"'; DROP TABLE runs; --", `\`, `\u202e`, "\xff\xfe not UTF-8 \xc3(", strings.Repeat("long ", 400), strings.Repeat("W", 3000), "",
}

// fill sets every text of a value that is one of data, however deep. Named types, such as a status, are the program's own.
func fill(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		if v.CanSet() && v.Type() == reflect.TypeFor[string]() {
			v.SetString(text)
		}
	case reflect.Pointer:
		fill(v.Elem(), text)
	case reflect.Interface:
		if _, isText := v.Interface().(string); isText && v.CanSet() {
			v.Set(reflect.ValueOf(text))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Name != "Unit" { // which functions have, not data
				fill(v.Field(i), text)
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), text)
		}
	case reflect.Map:
		if v.Type() == reflect.TypeFor[map[string]string]() {
			v.SetMapIndex(reflect.ValueOf(text), reflect.ValueOf(text))
		}
	}
}

// hostileReport is the fixture with one text everywhere, as a level of a cell too.
func hostileReport(text string) *Report {
	r := fixture()
	for i := range r.Cells {
		for j := range r.Cells[i].Trials {
			r.Cells[i].Trials[j].Stdout = "x"
		}
	}
	r.Against = againstTwo().Against
	r.Hosts = []Host{{Host: results.Host{Name: "x", Environment: results.Environment{CPU: "x", Cores: 2}, Calibrations: []results.Calibration{{When: "begin", Median: 1e9, N: 3}}}, Blocks: 1, Trials: 2}, {}}
	r.Run.Hosts = []results.Host{r.Hosts[0].Host}
	onHosts := r.Cells[0].Trials[1] // one with a timeline, whose workers have names of hosts, and alike ones are one host
	onHosts.Hosts, onHosts.Workers = []string{"x", "x"}, 2
	onHosts.Spans = []results.TaskSpan{{End: time.Second}, {Worker: 1, End: time.Second}}
	fill(reflect.ValueOf(r), text)
	onHosts.Hosts[1] += "2"
	if utf8.ValidString(text) {
		cell := matrix.NewCell(matrix.Facet{Name: "executor", Value: "serial"}, matrix.Facet{Name: "level", Value: text})
		for i := range r.Cells {
			r.Cells[i].Cell = cell
		}
		r.Excluded[0].Cell = cell
	}
	for i := range r.Verdicts {
		r.Verdicts[i].Level = "error"
	}
	r.Word = "FAIL"
	return r
}

// every renders a report in each format, dressed and plain, and as a page of claims.
func every(t *testing.T, r *Report) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, f := range All() {
		for name, s := range map[string]Style{f.Name + "." + f.Ext: {Width: 60}, f.Name + " in colour." + f.Ext: {Color: true, Width: 200}} {
			var b bytes.Buffer
			if err := f.Render(&b, r, s); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			out[name] = b.String()
		}
	}
	var b bytes.Buffer
	if err := Claims(&b, []*Told{{Report: r, Changed: true}}); err != nil {
		t.Fatal(err)
	}
	out["claims.md"] = b.String()
	return out
}

var (
	colours = regexp.MustCompile("\x1b\\[[0-9;]+m")
	command = regexp.MustCompile(`(?m)^\s*::|##\[`)
	formula = regexp.MustCompile(`^\s*[=+@-]`)
	ours    = regexp.MustCompile(`(?m)^::(error|warning|notice) (file|title)=[^:\n]*::`) // an annotation of the format github
)

// acts says what of an output someone who reads it might act on: a terminal, the log of a CI service; "" if nothing.
func acts(name, out string) string {
	if strings.Contains(name, " in colour.") && !strings.HasSuffix(name, ".json") {
		out = colours.ReplaceAllString(out, "")
	}
	switch format, _, _ := strings.Cut(strings.Fields(name)[0], "."); format {
	case "csv": // where lines end as RFC 4180 says
		out = strings.ReplaceAll(out, "\r\n", "\n")
	case "github":
		out = ours.ReplaceAllString(out, "")
	}
	if !utf8.ValidString(out) {
		return "it is not UTF-8"
	}
	for i, r := range out {
		if r != '\n' && (unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)) {
			return strconv.QuoteRune(r) + " in " + strconv.Quote(out[max(0, i-60):min(len(out), i+20)])
		}
	}
	if at := command.FindStringIndex(out); at != nil {
		return "a command of a log: " + strconv.Quote(out[at[0]:min(len(out), at[1]+60)])
	}
	return ""
}

// commentMarker is the only comment that a document may hold, at its very beginning.
var commentMarker = regexp.MustCompile(`^<!-- runner( compare)?: [A-Za-z0-9._~$&+=:@%]* -->\n`)

// brokenTable is the first line with bars that is no row of its table; "" if there is none.
func brokenTable(out string) string {
	bars, above := 0, 0 // of the table, and how many of its rows stand above
	for line := range strings.Lines(out + "\n\n") {
		n := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|")
		switch {
		case n == 0 && above == 1, n != 0 && above == 1 && strings.Trim(line, "|-:\n") != "", above > 0 && n != 0 && n != bars, n != 0 && line[0] != '|':
			return "a broken row: " + line
		case n == 0:
			bars, above = 0, 0
		default:
			bars, above = n, above+1
		}
	}
	return ""
}

// markup says what of a document is taken for more than text; "" if nothing is.
func markup(name, out string) string {
	name = name[strings.LastIndex(name, ".")+1:]
	if slices.Contains([]string{"md", "html", "svg", "xml"}, name) {
		for _, tag := range []string{"<script", "<img", "<!--", "](javascript", "`code`"} {
			if name != "md" && tag[0] != '<' {
				continue // no markup there
			}
			if strings.Contains(strings.NewReplacer("\\]", "", "\\`", "").Replace(commentMarker.ReplaceAllString(out, "")), tag) {
				return tag
			}
		}
	}
	switch name {
	case "md":
		return brokenTable(out)
	case "html":
		return malformed(out)
	case "xml", "svg":
		for d := xml.NewDecoder(strings.NewReader(out)); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				return ""
			} else if err != nil {
				return err.Error()
			}
		}
	case "csv":
		rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
		if err != nil {
			return err.Error()
		}
		for _, field := range slices.Concat(rows...) {
			if _, err := strconv.ParseFloat(field, 64); err != nil && formula.MatchString(field) {
				return "a formula: " + field
			}
		}
	}
	return ""
}

// TestHostileReports goes through all formats that there are, and those to come: whatever is in a report, no format lets
// it act on who reads it.
func TestHostileReports(t *testing.T) {
	for _, text := range payloads {
		for name, out := range every(t, hostileReport(text)) {
			if problem := acts(name, out); problem != "" {
				t.Errorf("%s of %.60q: %s", name, text, problem)
			}
			if problem := markup(name, out); problem != "" {
				t.Errorf("%s of %.60q: %.200s", name, text, problem)
			}
		}
	}
}

// TestJSONKeepsTexts: what is escaped comes back as it was.
func TestJSONKeepsTexts(t *testing.T) {
	for _, text := range payloads {
		var got reportJSON
		r := hostileReport(text)
		if err := json.Unmarshal(render(t, "json", r, Style{}), &got); err != nil {
			t.Fatalf("%.60q: %v", text, err)
		}
		want := string([]rune(text)) // each byte that is no UTF-8 becomes U+FFFD, as encoding/json has it
		kept := []string{got.Run.Experiment, got.Run.Spec, got.Question(), got.Verdicts[0].Name, got.Verdicts[0].Because, got.Verdicts[0].Reason}
		for i, k := range kept {
			if k != want {
				t.Errorf("text %d of %.60q became %.60q", i, text, k)
			}
		}
	}
}

func (r reportJSON) Question() string { return r.Run.Question }

// TestChecksOfHostiles: the checks above find what they are for.
func TestChecksOfHostiles(t *testing.T) {
	for name, bad := range map[string]string{"csv.csv": "a\rb\r\n", "github.txt": "::error file=a::b\n::add-mask::x\n", "github in colour.txt": "::error file=a,line=1\n"} {
		if acts(name, bad) == "" {
			t.Errorf("%s: %q passes", name, bad)
		}
	}
	for _, bad := range []string{"\x1b[2J", "a\u202eb", "\r", " ::error::x", "a\n::x::", "x ##[y]", "\xff", "\u0085"} {
		if acts("text.txt", bad) == "" {
			t.Errorf("%q passes", bad)
		}
	}
	for name, bad := range map[string]string{"a.html": "<script>", "a.md": "| a | b |", "b.md": "[x](javascript:y)", "a.xml": "<a>&</a>", "a.csv": "a,=b\n"} {
		if markup(name, bad) == "" {
			t.Errorf("%s: %q passes", name, bad)
		}
	}
	if acts("text.txt", "a :: b std::c\n") != "" || acts("text in colour.txt", "\x1b[31mx\x1b[0m") != "" {
		t.Error("what is harmless is refused")
	}
	var none results.Trial
	fill(reflect.ValueOf(&none), "x")
	if none.Reason != "x" || none.Status != "" || none.Runtime.Path != "x" {
		t.Errorf("%+v", none)
	}
}
