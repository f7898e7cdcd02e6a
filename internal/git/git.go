// Package git asks git what a repository says of its commits, and lets it start nothing else.
package git

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// Head tells the commit of the repository that dir lies in, and whether a tracked file differs from it. The commit is ""
// without git, outside a repository, and before the first commit.
//
// A repository can name programs for git to start, and it may have come from elsewhere: none of them is.
func Head(ctx context.Context, dir string) (commit string, dirty bool) {
	head, err := run(ctx, dir, "rev-parse", "--verify", "--quiet", "HEAD")
	if err != nil {
		return "", false
	}
	filters, known := withoutFilters(ctx, dir)
	if !known {
		return head, false
	}
	// of a submodule only its commit is looked at: its work tree has settings of its own
	status, err := run(ctx, dir, append(filters, "status", "--porcelain", "--untracked-files=no", "--ignore-submodules=dirty")...)
	return head, err == nil && status != ""
}

// withoutFilters are options that leave out the filters of file contents that are configured, such as that of git-lfs. A
// file that one would have changed then counts as changed if it was touched. Not known where one cannot be left out.
func withoutFilters(ctx context.Context, dir string) (options []string, known bool) {
	keys, err := run(ctx, dir, "config", "--includes", "--list", "--name-only")
	if err != nil {
		return nil, false
	}
	var names []string
	for key := range strings.Lines(keys) {
		key = strings.TrimSuffix(key, "\n")
		if rest, isFilter := strings.CutPrefix(key, "filter."); isFilter {
			if i := strings.LastIndex(rest, "."); i >= 0 && !slices.Contains(names, rest[:i]) {
				names = append(names, rest[:i])
			}
		}
	}
	for _, name := range names {
		if strings.Contains(name, "=") { // with which the value of an option would begin
			return nil, false
		}
		f := "filter." + name + "."
		options = append(options, "-c", f+"clean=", "-c", f+"process=", "-c", f+"required=false")
	}
	return options, true
}

func run(ctx context.Context, dir string, args ...string) (string, error) {
	const nothing = "/dev/null"
	safe := []string{"--no-pager", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=" + nothing, "-c", "core.untrackedCache=false", "-c", "protocol.allow=never"}
	cmd := exec.CommandContext(ctx, "git", append(safe, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_OPTIONAL_LOCKS=0", "GIT_NO_LAZY_FETCH=1", "GIT_TERMINAL_PROMPT=0", "LC_ALL=C")
	out, err := cmd.Output()
	return strings.TrimSpace(string(out)), err
}
