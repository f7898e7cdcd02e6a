package reports

import (
	"fmt"
	"io"
	"strings"

	"runner/gates"
)

func init() {
	register(Format{Name: "github", Ext: "txt", Doc: "annotations on the lines of the checks, for a step of GitHub Actions", Render: renderGitHub})
}

const (
	githubShown   = 10   // annotations of a kind that a step shows; the others stand in the log only
	githubMessage = 4000 // characters; the service cuts at 4096
)

// renderGitHub writes a workflow command for each check that did not pass, the worst first.
func renderGitHub(w io.Writer, r *Report, _ Style) error {
	var out, more strings.Builder
	names := r.checkNames()
	for _, kind := range []string{"error", "warning", "notice"} {
		n := 0
		for _, outcome := range []gates.Outcome{gates.Fail, gates.Error, gates.Inconclusive, gates.Skipped} {
			for i := range r.Verdicts {
				if v := &r.Verdicts[i]; v.Outcome == outcome && githubKind(v) == kind {
					out.WriteString(r.annotation(kind, names[i], v))
					n++
				}
			}
		}
		if n > githubShown {
			fmt.Fprintf(&more, "GitHub shows %d %ss of a step as annotations; %d more are in this log only\n", githubShown, kind, n-githubShown)
		}
	}
	if _, err := io.WriteString(w, out.String()+more.String()); err != nil {
		return fmt.Errorf("write the annotations: %w", err)
	}
	return nil
}

// githubKind is the command that tells of a check, "" for none.
func githubKind(v *gates.Verdict) string {
	switch v.Outcome {
	case gates.Fail, gates.Error:
		if v.Level == "warn" {
			return "warning"
		}
		return "error"
	case gates.Inconclusive:
		return "warning"
	case gates.Skipped:
		return "notice"
	}
	return ""
}

// annotation is one command. Its columns are those of the check's first line, the last one exclusive.
func (r *Report) annotation(kind, name string, v *gates.Verdict) string {
	var properties []string
	add := func(name, value string) { properties = append(properties, name+"="+githubProperty.Replace(value)) }
	if file := r.file(v); file != "" {
		add("file", file)
	}
	if v.Pos.File != "" && v.Pos.Line > 0 {
		add("line", fmt.Sprint(v.Pos.Line))
		if v.Pos.Col > 0 {
			add("col", fmt.Sprint(v.Pos.Col))
			if v.EndCol > v.Pos.Col {
				add("endColumn", fmt.Sprint(v.EndCol))
			}
		}
	}
	add("title", Clip(strings.ToUpper(string(v.Outcome))+" "+name, 200))
	message := Clip(account(v), githubMessage)
	return "::" + kind + " " + strings.Join(properties, ",") + "::" + githubData.Replace(message) + "\n"
}

// How the service wants texts of commands to be written.
var (
	githubData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)
