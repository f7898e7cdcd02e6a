package cli

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"bench/runner/gates"
	"bench/runner/reports"
)

// service is a CI service that a run tells of its verdicts in the service's own way: "" is the one that it finds itself
// in, if any.
type service string

const (
	github service = "github"
	gitlab service = "gitlab"
	noCI   service = "none"
)

var services = []string{string(github), string(gitlab), string(noCI)}

func (s *service) flag(c *cobra.Command) {
	const name = "ci"
	c.Flags().StringVar((*string)(s), name, "", "also tell a CI `SERVICE` in its own way: github, gitlab or none; without it the one whose environment this is")
	_ = c.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(services, cobra.ShellCompDirectiveNoFileComp))
}

func (s service) valid() error {
	if s != "" && !slices.Contains(services, string(s)) {
		return fmt.Errorf("--ci %s: it is one of %s", s, strings.Join(services, ", "))
	}
	return nil
}

// found is the service that is meant, by the variables that each of them sets.
func (s service) found(getenv func(string) string) service {
	switch {
	case s != "":
		return s
	case getenv("GITHUB_ACTIONS") == "true":
		return github
	case getenv("GITLAB_CI") == "true":
		return gitlab
	}
	return noCI
}

// tellCI tells one report to the service. What it cannot write there changes no verdict: it is said, and that is all.
func (a *app) tellCI(r *reports.Report, out *outputs) {
	var err error
	switch s := out.service.found(a.getenv); s {
	case github:
		err = a.tellGitHub(rooted(r, a.getenv("GITHUB_WORKSPACE")))
	case gitlab:
		err = a.tellGitLab(rooted(r, a.getenv("CI_PROJECT_DIR")), out)
	}
	a.unheard(err)
}

// endCI tells what holds for all reports together.
func (a *app) endCI(out *outputs, word string, code int) {
	if out.service.found(a.getenv) == github {
		a.unheard(a.outputGitHub(out.told, word, code))
	}
}

// ended tells of what ended without a verdict, which is trouble, and passes the error on.
func (a *app) ended(out *outputs, err error) error {
	var verdict *verdictError
	if err != nil && !errors.As(err, &verdict) && a.ctx.Err() == nil {
		a.endCI(out, "TROUBLE", exitTrouble)
	}
	return err
}

func (a *app) unheard(err error) {
	if err != nil {
		fmt.Fprintf(a.stderr, "runner: warning: not told to CI: %s\n", reports.Visible(strings.ReplaceAll(err.Error(), "\n", "; ")))
	}
}

// rooted is the report with the places of its checks told from the root of the checked out repository, as services want
// them, and not from the current directory.
func rooted(r *reports.Report, root string) *reports.Report {
	if root == "" {
		return r
	}
	copied := *r
	copied.Verdicts = slices.Clone(r.Verdicts)
	for i := range copied.Verdicts {
		at := &copied.Verdicts[i].Pos
		if path, err := below(root, at.File); err == nil && at.File != "" {
			at.File = path
		}
	}
	return &copied
}

// below is the path of a file from a folder that holds it, with slashes.
func below(root, file string) (string, error) {
	whole, err := filepath.Abs(file)
	if err != nil {
		return "", err
	}
	for _, clean := range []func(string) (string, error){filepath.Abs, filepath.EvalSymlinks} {
		from, err := clean(root)
		if err != nil {
			continue
		}
		to, err := clean(whole)
		if err != nil {
			continue
		}
		if path, err := filepath.Rel(from, to); err == nil && filepath.IsLocal(path) {
			return filepath.ToSlash(path), nil
		}
	}
	return "", errors.New("it lies outside")
}

// count is how many of the verdicts have an outcome.
func count(all []*reports.Report, outcome gates.Outcome) (n int) {
	for _, r := range all {
		for _, v := range r.Verdicts {
			if v.Outcome == outcome {
				n++
			}
		}
	}
	return n
}
