package reports

import (
	"encoding/xml"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
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
