package git

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func TestHead(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("needs git")
	}
	dir, ctx := t.TempDir(), context.Background()
	if commit, dirty := Head(ctx, dir); commit != "" || dirty {
		t.Errorf("outside a repository: %q, %v", commit, dirty)
	}
	file := filepath.Join(dir, "file")
	do := func(args ...string) {
		t.Helper()
		if out, err := run(ctx, dir, args...); err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
	}
	do("init", "-q")
	if commit, _ := Head(ctx, dir); commit != "" {
		t.Errorf("before the first commit: %q", commit)
	}
	write(t, file, "one")
	do("add", "file")
	do("-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-q", "-m", "one")
	if commit, dirty := Head(ctx, dir); len(commit) < 40 || dirty {
		t.Errorf("clean: %q, %v", commit, dirty)
	}
	write(t, filepath.Join(dir, "untracked"), "x")
	if _, dirty := Head(ctx, dir); dirty {
		t.Error("an untracked file made it dirty")
	}
	write(t, file, "two")
	if _, dirty := Head(ctx, dir); !dirty {
		t.Error("a changed file did not make it dirty")
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
