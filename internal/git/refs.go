package git

import (
	"context"
	"fmt"
	"os"
	"strings"
)

// Branch is the one that is checked out in the repository that dir lies in, or that a CI service says it has checked out;
// "" where there is none.
func Branch(ctx context.Context, dir string) string {
	if name, err := run(ctx, dir, "symbolic-ref", "--quiet", "--short", "HEAD"); err == nil {
		return name
	}
	if _, err := run(ctx, dir, "rev-parse", "--verify", "--quiet", "HEAD"); err != nil {
		return ""
	}
	for _, variable := range []string{"GITHUB_REF_NAME", "CI_COMMIT_REF_NAME"} { // they check out a commit, not a branch; that of a pull request is called 7/merge
		if name := os.Getenv(variable); name != "" {
			return name
		}
	}
	return ""
}

// Commits is what a name stands for in a repository.
type Commits struct {
	Branch bool     // the name is a branch
	List   []string // of a branch: commits at and before the one where it and head part, the newest first; else the one that is named
	Head   bool     // the first of List is head itself
}

// mostCommits is how far back a reference is looked for.
const mostCommits = 1000

// Find finds a branch, a tag or a commit in the repository that dir lies in; found is false where git knows none of that
// name, or is not there. Of a branch that this repository lacks, origin's is taken. head is the commit to compare with; "" is HEAD.
func Find(ctx context.Context, dir, name, head string) (c Commits, found bool) {
	if name == "" || strings.HasPrefix(name, "-") {
		return c, false
	}
	verify := func(ref string) (string, bool) {
		commit, err := run(ctx, dir, "rev-parse", "--verify", "--quiet", "--end-of-options", ref+"^{commit}")
		return commit, err == nil && commit != ""
	}
	if head == "" {
		head = "HEAD"
	}
	head, known := verify(head)
	if !known {
		return c, false
	}
	for _, branch := range []string{"refs/heads/" + name, "refs/remotes/origin/" + name, "refs/remotes/" + name} {
		if _, err := run(ctx, dir, "show-ref", "--verify", "--quiet", branch); err != nil { // such as main~1, which is none
			continue
		}
		tip, known := verify(branch)
		if !known {
			continue
		}
		base, err := run(ctx, dir, "merge-base", tip, head)
		if err != nil { // nothing in common, or a shallow clone that does not reach so far
			base = tip
		}
		list, err := run(ctx, dir, "rev-list", "--first-parent", fmt.Sprintf("--max-count=%d", mostCommits), base)
		if err != nil {
			return c, false
		}
		return Commits{Branch: true, List: strings.Fields(list), Head: base == head}, true
	}
	if commit, known := verify(name); known {
		return Commits{List: []string{commit}, Head: commit == head}, true
	}
	return c, false
}
