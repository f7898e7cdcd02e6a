package reports

import (
	"encoding/json"
	"testing"

	"bench/runner/gates"
)

func TestGitLab(t *testing.T) { golden(t, "gitlab.json", render(t, "gitlab", fixture(), Style{})) }

// An issue is the same one in another run, at another line and with another value; two checks are two.
func TestGitLabFingerprints(t *testing.T) {
	read := func(r *Report) (issues []gitlabIssue) {
		if err := json.Unmarshal(render(t, "gitlab", r, Style{}), &issues); err != nil {
			t.Fatal(err)
		}
		return issues
	}
	before := read(fixture())
	r := fixture()
	r.Run.ID, r.Run.Seed = "later", 1
	for i := range r.Verdicts {
		v := &r.Verdicts[i]
		v.Pos.Line, v.Observed, v.Reason = v.Pos.Line+5, ptr(0.123), "another"
	}
	seen := map[string]bool{}
	for i, issue := range read(r) {
		if issue.Fingerprint != before[i].Fingerprint || issue.Location.Lines.Begin != before[i].Location.Lines.Begin+5 || seen[issue.Fingerprint] {
			t.Errorf("%+v, before %+v", issue, before[i])
		}
		seen[issue.Fingerprint] = true
	}
	other, twice := three("x", gates.Fail, "error"), three("x", gates.Fail, "error")
	other.Run.Experiment = "another"
	twice.Verdicts = append(twice.Verdicts, twice.Verdicts[0])
	two := read(twice)
	if len(two) != 2 || two[0].Fingerprint == two[1].Fingerprint || read(other)[0].Fingerprint == two[0].Fingerprint {
		t.Errorf("%+v", two)
	}
}
