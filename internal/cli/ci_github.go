package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"

	"bench/runner/gates"
	"bench/runner/internal/diag"
	"bench/runner/reports"
)

// summaryBound is how large the summary of a step may become: above 1 MiB the service drops it without a word.
const summaryBound = 900_000

// tellGitHub writes annotations to stderr, which the service reads as it does stdout, and adds the report to the summary
// of the step.
func (a *app) tellGitHub(r *reports.Report) error {
	if err := a.render("github", a.stderr, r); err != nil {
		return err
	}
	file := a.getenv("GITHUB_STEP_SUMMARY")
	if file == "" {
		return nil
	}
	var page bytes.Buffer
	if err := a.render("markdown", &page, r); err != nil {
		return err
	}
	there := int64(0)
	if info, err := os.Stat(file); err == nil {
		there = info.Size()
	}
	if there+int64(page.Len()) > summaryBound {
		page.Reset()
		fmt.Fprintf(&page, "\n%s\n\nThe summary of this step is full; the log has the whole report.\n", reports.Visible(r.Run.Experiment+": "+r.Headline()))
	}
	if there+int64(page.Len()) > summaryBound {
		return errors.New("the summary of this step is full")
	}
	return appendTo(file, page.String()+"\n")
}

// annotate tells of problems of a spec at their places.
func (a *app) annotate(problems diag.List) {
	for _, p := range problems {
		file := p.Pos.File
		if path, err := below(a.getenv("GITHUB_WORKSPACE"), file); err == nil && file != "" {
			file = path
		}
		message := p.Message
		if p.Hint != "" {
			message += "\nhint: " + p.Hint
		}
		fmt.Fprint(a.stderr, reports.Annotation("error", file, p.Pos.Line, p.Pos.Col, p.Pos.Col+p.Width, "runner", message))
	}
}

// outputGitHub sets the outputs of the step: words, numbers and ids, nothing that a spec could choose.
func (a *app) outputGitHub(all []*reports.Report, word string, code int) error {
	file := a.getenv("GITHUB_OUTPUT")
	if file == "" {
		return nil
	}
	var ids []string
	for _, r := range all {
		ids = append(ids, r.Run.ID)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "verdict=%s\nexit-code=%d\nruns=%s\n", word, code, strings.Join(ids, " "))
	for _, o := range []gates.Outcome{gates.Pass, gates.Fail, gates.Inconclusive, gates.Error, gates.Skipped} {
		fmt.Fprintf(&b, "%s=%d\n", o, count(all, o))
	}
	return appendTo(file, b.String())
}

func appendTo(file, text string) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if closing := f.Close(); err == nil {
		err = closing
	}
	return err
}
