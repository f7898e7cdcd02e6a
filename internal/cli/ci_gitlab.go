package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"bench/runner/reports"
)

// gitlabFolder holds what ci/gitlab.yml hands over as artefacts, below the current directory.
const gitlabFolder = "runner-reports"

// tellGitLab writes what the service shows in a merge request. It takes one file of code quality and one of metrics a
// job, so that these hold all experiments so far; of JUnit it takes any number.
func (a *app) tellGitLab(r *reports.Report, out *outputs) error {
	if err := os.MkdirAll(gitlabFolder, 0o777); err != nil {
		return err
	}
	var quality, metrics bytes.Buffer
	if err := errors.Join(a.render("gitlab", &quality, r), a.render("metrics", &metrics, r)); err != nil {
		return err
	}
	var issues []json.RawMessage
	if err := json.Unmarshal(quality.Bytes(), &issues); err != nil {
		return fmt.Errorf("code quality: %w", err)
	}
	out.quality = append(out.quality, issues...)
	out.metrics = append(out.metrics, metrics.String())
	all, err := json.MarshalIndent(append([]json.RawMessage{}, out.quality...), "", "  ")
	if err != nil {
		return err
	}
	own := func(name, file string) error {
		return replace(filepath.Join(gitlabFolder, file), func(w io.Writer) error { return a.render(name, w, r) })
	}
	return errors.Join(own("junit", stem(r)+".junit.xml"), own("html", stem(r)+".html"),
		replace(filepath.Join(gitlabFolder, "codequality.json"), text(string(all)+"\n")),
		replace(filepath.Join(gitlabFolder, "metrics.txt"), text(joinMetrics(out.metrics))))
}

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
}

// joinMetrics makes one text of several in the OpenMetrics format: there a family of samples must not come twice.
func joinMetrics(all []string) string {
	var order []string
	heads, samples := map[string]string{}, map[string]*strings.Builder{}
	for _, one := range all {
		family := ""
		for line := range strings.Lines(one) {
			words := strings.Fields(line)
			switch {
			case len(words) == 0, line == "# EOF\n":
				continue
			case words[0] != "#":
				samples[family].WriteString(line)
				continue
			case len(words) > 2 && words[2] != family:
				family = words[2]
				if _, known := heads[family]; !known {
					order = append(order, family)
					samples[family] = new(strings.Builder)
				}
			}
			if !strings.Contains(heads[family], line) {
				heads[family] += line
			}
		}
	}
	var b strings.Builder
	for _, family := range order {
		b.WriteString(heads[family] + samples[family].String())
	}
	return b.String() + "# EOF\n"
}
