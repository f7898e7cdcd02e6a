package reports

import (
	"fmt"
	"io"
	"strings"

	"bench/runner/gates"
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
	if amiss := r.Amiss(); amiss != "" {
		out.WriteString(Annotation("error", r.file(&gates.Verdict{}), 0, 0, 0, r.Word+" "+r.Run.Experiment, amiss))
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

// annotation is that of one check: its columns are those of the check's first line.
func (r *Report) annotation(kind, name string, v *gates.Verdict) string {
	at := v.Pos
	if at.File == "" {
		at.Line = 0
	}
	return Annotation(kind, r.file(v), at.Line, at.Col, v.EndCol, strings.ToUpper(string(v.Outcome))+" "+name, account(v))
}

// Annotation is one workflow command, with its newline. file is "" where there is none, line, col and end count from 1 and are 0
// where they are not known; end is exclusive.
func Annotation(kind, file string, line, col, end int, title, message string) string {
	var properties []string
	add := func(name, value string) { properties = append(properties, name+"="+githubProperty.Replace(value)) }
	if file != "" {
		add("file", Visible(file))
	}
	if line > 0 {
		add("line", fmt.Sprint(line))
		if col > 0 {
			add("col", fmt.Sprint(col))
			if end > col {
				add("endColumn", fmt.Sprint(end))
			}
		}
	}
	add("title", Clip(Visible(title), 200))
	lines := strings.Split(message, "\n")
	for i := range lines {
		lines[i] = Visible(lines[i])
	}
	return "::" + kind + " " + strings.Join(properties, ",") + "::" + githubData.Replace(Clip(strings.Join(lines, "\n"), githubMessage)) + "\n"
}

// How the service wants texts of commands to be written.
var (
	githubData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)
