package runtimes

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// scene is a machine of fake interpreters: shell scripts that give an answer and write down that they were asked.
type scene struct {
	machine
	t    *testing.T
	root string
}

func newScene(t *testing.T) *scene {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := &scene{t: t, root: root}
	s.machine = machine{
		environ:  []string{"PATH=" + s.at("bin1") + ":relative:" + s.at("bin2") + ":" + s.at("tools")},
		home:     s.at("home"),
		known:    []string{s.at("known")},
		patience: 20 * time.Second, // nothing waits so long, except where a test says so
		answers:  &memory{},
	}
	s.speaks(aPython)
	// The scripts need the system's commands, but the system's Pythons must not be found.
	s.mkdir("tools")
	for _, tool := range []string{"cat", "sleep", "env"} {
		for _, dir := range []string{"/bin", "/usr/bin"} {
			if exists(filepath.Join(dir, tool)) {
				_ = os.Symlink(filepath.Join(dir, tool), s.at("tools/"+tool))
				break
			}
		}
	}
	s.mkdir("spec")
	return s
}

// The languages of the tests: one with a finder of its own, and one that has but names.
var (
	aPython = Language{Kind: "python", Unset: []string{"PYTHON", "__PYVENV_LAUNCHER__"}, Example: "3.12"}
	aNode   = Language{Kind: "node", Interpreter: []string{"node", "nodejs"}, Unset: []string{"NODE_"}, Example: "20"}
)

// speaks makes the scene look for a language.
func (s *scene) speaks(l Language) { s.machine = s.asking(l) }

func (s *scene) at(path string) string { return filepath.Join(s.root, path) }

func (s *scene) mkdir(path string) {
	s.t.Helper()
	if err := os.MkdirAll(s.at(path), 0o755); err != nil {
		s.t.Fatal(err)
	}
}

// script writes an executable shell script that notes its own path first.
func (s *scene) script(path, body string) {
	s.t.Helper()
	s.mkdir(filepath.Dir(path))
	text := "#!/bin/sh\necho \"$0\" >> '" + s.at("asked") + "'\n" + body + "\n"
	if err := os.WriteFile(s.at(path), []byte(text), 0o755); err != nil {
		s.t.Fatal(err)
	}
}

// python writes a fake of a build, such as 3.12.1, 3.13.0t or pypy3.10.14.
func (s *scene) python(path, build string) {
	s.t.Helper()
	s.script(path, says(build, `$0`))
}

// says is the shell command that gives the answer of a build.
func says(build, executable string) string {
	impl, version, gil, threaded := "cpython", build, "on", ""
	if rest, ok := strings.CutPrefix(build, "pypy"); ok {
		impl, version = "pypy", rest
	}
	if rest, ok := strings.CutSuffix(version, "t"); ok {
		version, gil, threaded = rest, "off", "t"
	}
	return fmt.Sprintf(`printf '\nrunner-python|%s|%s|%s|%s|%%s\n' "%s"`, impl, version, gil, threaded, executable)
}

func (s *scene) link(target, path string) {
	s.t.Helper()
	s.mkdir(filepath.Dir(path))
	if err := os.Symlink(target, s.at(path)); err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) remove(path string) {
	s.t.Helper()
	if err := os.RemoveAll(s.at(path)); err != nil {
		s.t.Fatal(err)
	}
}

// asked are the interpreters that were started since the last call, in order.
func (s *scene) asked() []string {
	s.t.Helper()
	data, err := os.ReadFile(s.at("asked"))
	if err != nil && !os.IsNotExist(err) {
		s.t.Fatal(err)
	}
	s.remove("asked")
	list := strings.Fields(string(data))
	for i, path := range list {
		list[i] = strings.TrimPrefix(path, s.root+"/")
	}
	return list
}

func (s *scene) search(ctx context.Context, want string) (Installed, error) {
	if len(s.language.Interpreter) > 0 {
		return s.findNamed(ctx, want, s.at("spec"))
	}
	return s.find(ctx, want, s.at("spec"))
}

// finds fails the test unless want is found at path.
func (s *scene) finds(want, path, from string) Installed {
	s.t.Helper()
	got, err := s.search(context.Background(), want)
	if err != nil {
		s.t.Fatalf("%s: %v", want, err)
	}
	if got.Path != s.at(path) || got.From != from {
		s.t.Fatalf("%s: found %s from %s, not %s from %s", want, got.Path, got.From, s.at(path), from)
	}
	return got
}

// misses fails the test unless want is not found, for a reason that holds all the parts.
func (s *scene) misses(want string, parts ...string) {
	s.t.Helper()
	got, err := s.search(context.Background(), want)
	if err == nil {
		s.t.Fatalf("%s: found %+v", want, got)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			s.t.Errorf("%s: %q is not in the error: %v", want, part, err)
		}
	}
}

func (s *scene) asks(want ...string) {
	s.t.Helper()
	if got := s.asked(); !slices.Equal(got, want) {
		s.t.Errorf("asked %q, not %q", got, want)
	}
}
