package reports

import (
	"crypto/sha256"
	"fmt"
	"io"

	"bench/runner/gates"
)

func init() {
	register(Format{Name: "gitlab", Ext: "json", Doc: "checks that did not pass as code quality, for GitLab's merge requests", Render: renderGitLab})
}

// The part of the Code Climate format that GitLab reads.
type (
	gitlabIssue struct {
		Description string         `json:"description"`
		Check       string         `json:"check_name"`
		Fingerprint string         `json:"fingerprint"` // the same in each run, and nobody else's
		Severity    string         `json:"severity"`
		Location    gitlabLocation `json:"location"`
	}
	gitlabLocation struct {
		Path  string      `json:"path"`
		Lines gitlabLines `json:"lines"`
	}
	gitlabLines struct {
		Begin int `json:"begin"`
	}
)

func renderGitLab(w io.Writer, r *Report, _ Style) error {
	issues := []gitlabIssue{}
	names := r.checkNames()
	for i := range r.Verdicts {
		v := &r.Verdicts[i]
		severity := gitlabSeverity(v)
		if severity == "" {
			continue
		}
		told := Visible(claim(v)) + ": " + summary(v)
		begin := 1
		if v.Pos.File != "" {
			begin = max(1, v.Pos.Line)
		}
		issues = append(issues, gitlabIssue{told, names[i], fingerprint(r.Run.Experiment, names[i]), severity,
			gitlabLocation{r.file(v), gitlabLines{begin}}})
	}
	return writeJSON(w, issues, "the code quality report")
}

// gitlabSeverity is "" for what is no issue.
func gitlabSeverity(v *gates.Verdict) string {
	switch {
	case v.Outcome == gates.Pass:
		return ""
	case v.Outcome == gates.Skipped:
		return "info"
	case v.Outcome == gates.Inconclusive || v.Level == "warn":
		return "minor"
	case v.Outcome == gates.Error: // the check says nothing at all
		return "critical"
	}
	return "major"
}

// fingerprint names a check wherever its line moves to, and whatever it comes to.
func fingerprint(experiment, check string) string {
	return fmt.Sprintf("%x", sha256.Sum256([]byte(experiment+"\x00"+check)))[:32]
}
