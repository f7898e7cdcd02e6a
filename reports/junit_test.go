package reports

import (
	"encoding/xml"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"bench/runner/gates"
	"bench/runner/results"
)

func TestJUnit(t *testing.T) { golden(t, "junit.xml", render(t, "junit", fixture(), Style{})) }

// Readers use the counts rather than counting.
func TestJUnitCounts(t *testing.T) {
	var got struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Suites   []struct {
			Tests    int    `xml:"tests,attr"`
			Failures int    `xml:"failures,attr"`
			Errors   int    `xml:"errors,attr"`
			Skipped  int    `xml:"skipped,attr"`
			File     string `xml:"file,attr"`
			Cases    []struct {
				Failure *string `xml:"failure"`
				Error   *string `xml:"error"`
				Skipped *string `xml:"skipped"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(render(t, "junit", fixture(), Style{}), &got); err != nil {
		t.Fatal(err)
	}
	s := got.Suites[0]
	failures, errors, skipped := 0, 0, 0
	for i, c := range s.Cases {
		for n, note := range map[*int]*string{&failures: c.Failure, &errors: c.Error, &skipped: c.Skipped} {
			if note != nil {
				*n++
				if at := fixture().Verdicts[i].Pos; !strings.Contains(*note, "at "+at.File+":") { // from which readers take the line
					t.Errorf("no place in %q", *note)
				}
			}
		}
	}
	if s.Tests != 6 || len(s.Cases) != 6 || s.Failures != failures || s.Errors != errors || s.Skipped != skipped || failures != 1 || errors != 1 || skipped != 3 {
		t.Errorf("%+v; %d %d %d", s, failures, errors, skipped)
	}
	if got.Tests != s.Tests || got.Failures != s.Failures || got.Errors != s.Errors || s.File != "experiments/primes.yaml" {
		t.Errorf("%+v", got)
	}
}

// Whatever a report holds, every element and attribute is one of our schema (.ci/formats validates with xmllint).
func TestJUnitKeepsToItsSchema(t *testing.T) {
	schema, err := os.ReadFile("../schema/junit.xsd")
	if err != nil {
		t.Fatal(err)
	}
	var known []string
	for _, m := range regexp.MustCompile(`<xs:(?:element|attribute) name="([^"]*)"`).FindAllStringSubmatch(string(schema), -1) {
		known = append(known, m[1])
	}
	for _, text := range payloads {
		for d := xml.NewDecoder(strings.NewReader(string(render(t, "junit", hostileReport(text), Style{})))); ; {
			token, err := d.Token()
			if err != nil {
				break // TestHostileReports wants it to be well-formed
			}
			if start, ok := token.(xml.StartElement); ok {
				names := []string{start.Name.Local}
				for _, a := range start.Attr {
					names = append(names, a.Name.Local)
				}
				for _, name := range names {
					if !slices.Contains(known, name) {
						t.Fatalf("%s is not in the schema", name)
					}
				}
			}
		}
	}
}

// GitLab takes two checks of one name for one.
func TestJUnitNamesDiffer(t *testing.T) {
	r := fixture()
	r.Verdicts[1].Name = r.Verdicts[0].Name
	if text := string(render(t, "junit", r, Style{})); !strings.Contains(text, `name="speedup(pool=2) &gt; 1.3 (2)"`) {
		t.Error(text)
	}
}

// What no check tells of is told of the run itself, so that no reader shows it as green.
func TestARunThatIsAmissIsNoGreenSuite(t *testing.T) {
	cell := cellOf("py3", "serial", 0)
	crashed := func(word string, code int, verdicts ...gates.Verdict) *Report {
		return New(results.Run{ID: "1", Experiment: "e"}, []gates.Summary{{Cell: cell, Counts: map[results.Status]int{results.Crash: 3}}}, nil, nil,
			[]results.Trial{{Cell: cell, Status: results.Crash}}, verdicts, word, code)
	}
	for _, test := range []struct {
		r    *Report
		want string // of Amiss; "" for nothing
	}{
		{crashed("ERROR", 4), "trials went wrong: " + cell.Key() + ": 3 crash"},
		{crashed("ERROR", 4, gates.Verdict{Name: "c", Outcome: gates.Error, Level: "error"}), ""},
		{crashed("INTERRUPTED", 3, gates.Verdict{Name: "c", Outcome: gates.Pass}), "the run did not come to its end: less was measured than the spec asks for"},
		{crashed("NOTHING MEASURED", 5), "nothing was measured"},
		{crashed("PASS", 0, gates.Verdict{Name: "c", Outcome: gates.Pass}), ""},
		{crashed("FAIL", 1, gates.Verdict{Name: "c", Outcome: gates.Fail}), ""},
	} {
		if got := test.r.Amiss(); got != test.want {
			t.Errorf("%s: %q, want %q", test.r.Word, got, test.want)
		}
		junit, annotations := string(render(t, "junit", test.r, Style{})), string(render(t, "github", test.r, Style{}))
		if told := strings.Contains(junit, `name="the run itself"`) && strings.Contains(junit, ` errors="1"`); told != (test.want != "") {
			t.Errorf("%s: %s", test.r.Word, junit)
		}
		if told := strings.Contains(annotations, "::error title="+test.r.Word+" e::"); told != (test.want != "") {
			t.Errorf("%s: %s", test.r.Word, annotations)
		}
	}
}
