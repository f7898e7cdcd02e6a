package reports

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"bench/runner/gates"
)

func TestGitHub(t *testing.T) { golden(t, "github.txt", render(t, "github", fixture(), Style{})) }

// Each line is one annotation, whatever the texts of the report are.
func TestGitHubWritesOneLineEach(t *testing.T) {
	form := regexp.MustCompile(`^::(error|warning|notice) (file=[^:,]+,line=\d+,col=\d+,endColumn=\d+,)?title=[^:,]+::`)
	for _, text := range payloads {
		lines := strings.Split(strings.TrimSuffix(string(render(t, "github", hostileReport(text), Style{})), "\n"), "\n")
		if len(lines) != 5 {
			t.Errorf("%.60q: %d lines of 5 checks that did not pass", text, len(lines))
		}
		for _, l := range lines {
			if !form.MatchString(l) || len(l) > 3*4096 {
				t.Errorf("%.60q: %.200s", text, l)
			}
		}
	}
}

// What GitHub reads back is what was meant.
func TestGitHubEscapes(t *testing.T) {
	r := three("x", gates.Fail, "error")
	r.Verdicts[0].Name, r.Verdicts[0].Reason, r.Verdicts[0].Pos.File = "100 %, or: two", "90 % of a: b, c", "a,b:c%.yaml"
	want := "::error file=a%2Cb%3Ac%25.yaml,line=7,col=3,endColumn=13,title=FAIL 100 %25%2C or%3A two::" +
		"100 %25, or: two: time() < 1%0Afalse (0 blocks)%0A90 %25 of a: b, c%0Aat a,b:c%25.yaml:7\n"
	if got := string(render(t, "github", r, Style{})); got != want {
		t.Errorf("%s, not\n%s", got, want)
	}
}

func TestGitHubTellsWhatIsNotShown(t *testing.T) {
	r := three("x", gates.Skipped, "error")
	for i := range 13 {
		r.Verdicts = append(r.Verdicts, gates.Verdict{Name: fmt.Sprint(i), Check: "x", Outcome: gates.Error, Level: "error"},
			gates.Verdict{Name: fmt.Sprint("f", i), Check: "x", Outcome: gates.Fail, Level: "error"})
	}
	lines := strings.Split(strings.TrimSuffix(string(render(t, "github", r, Style{})), "\n"), "\n")
	if want := "GitHub shows 10 errors of a step as annotations; 16 more are in this log only"; len(lines) != 28 || lines[27] != want {
		t.Errorf("%d lines, the last %q", len(lines), lines[len(lines)-1])
	}
	for i := range 13 {
		if !strings.Contains(lines[i], "title=FAIL ") {
			t.Errorf("%s stands before a failure", lines[i])
		}
	}
}
