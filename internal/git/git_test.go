package git

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestGitStartsNothing: a repository that has git start programs, in every way that a status may come to, starts none.
func TestGitStartsNothing(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("needs git")
	}
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	dir := t.TempDir()
	started := filepath.Join(t.TempDir(), "started")
	plain := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
	}
	program := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho \"$0\" >> '"+started+"'\ncat\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	plain("init", "-q")
	write(t, filepath.Join(dir, ".gitattributes"), "file filter=a.b c\nfile filter=tricky\n")
	write(t, filepath.Join(dir, "file"), "one")
	plain("add", ".")
	plain("-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-q", "-m", "one")
	for _, name := range []string{"filter.tricky.clean", "filter.tricky.process", "filter.a.b c.clean", "core.fsmonitor", "core.pager", "core.editor"} {
		plain("config", name, program)
	}
	plain("config", "filter.tricky.required", "true")
	if err := os.Symlink(program, filepath.Join(dir, ".git", "hooks", "post-index-change")); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "file"), "two")
	if commit, dirty := Head(t.Context(), dir); len(commit) < 40 || !dirty {
		t.Errorf("%q, %v", commit, dirty)
	}
	if said, err := os.ReadFile(started); err == nil {
		t.Errorf("it started %s", said)
	}
	cmd := exec.Command("git", "status", "--porcelain") // which does
	cmd.Dir = dir
	_ = cmd.Run()
	if _, err := os.Stat(started); err != nil {
		t.Error("nothing is started either way, so that this shows nothing")
	}
	plain("config", "filter.x=y.clean", program)
	if commit, dirty := Head(t.Context(), dir); len(commit) < 40 || dirty {
		t.Errorf("with a filter that cannot be left out: %q, %v", commit, dirty)
	}
}
