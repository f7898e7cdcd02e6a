package runtimes

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPrecedence takes away the place that was chosen, and the next one must be.
func TestPrecedence(t *testing.T) {
	s := newScene(t)
	s.mkdir("repo/.git")
	s.mkdir("repo/a/spec")
	s.environ = append(s.environ, "VIRTUAL_ENV="+s.at("active"))
	steps := []struct{ path, build, from string }{
		{"active/bin/python", "3.9.1", "venv"},
		{"repo/a/spec/.venv/bin/python", "3.9.2", "venv"},
		{"repo/a/spec/venv/bin/python3", "3.9.3", "venv"},
		{"repo/a/.venv/bin/python", "3.9.4", "venv"},
		{"repo/venv/bin/python", "3.9.5", "venv"},
		{"bin1/python3", "3.8.1", "PATH"},
		{"bin2/python3", "3.8.2", "PATH"},
		{"bin1/python", "3.8.3", "PATH"},
		{"home/.local/share/uv/python/cpython-3.14.1-linux-x86_64-gnu/bin/python", "3.14.1", "uv"},
		{"home/.pyenv/versions/3.13.0/bin/python", "3.13.0", "pyenv"},
		{"known/python3.12", "3.12.1", "well-known"},
		{"home/.pyenv/versions/3.9.0/bin/python", "3.9.0", "pyenv"},
		{"known/python3", "3.7.2", "well-known"},
		{"home/.pyenv/versions/work/bin/python", "3.13.9", "pyenv"},
		{"home/.pyenv/versions/3.15.0a1/bin/python", "3.15.0a1", "pyenv"},
		{"bin2/python3.6", "3.6.1", "PATH"}, // no python3 beside it: not what a user would get, but one
	}
	for _, step := range steps {
		s.python(step.path, step.build)
	}
	s.python(".venv/bin/python", "3.9.9") // above the repository
	s.python("relative/python3", "3.9.9") // not absolute on PATH
	t.Chdir(s.root)
	for _, step := range steps {
		got, err := s.find(context.Background(), "3", s.at("repo/a/spec"))
		if err != nil || got.Path != s.at(step.path) || got.From != step.from || got.Version != step.build {
			t.Fatalf("%+v, %v; not %+v", got, err, step)
		}
		s.remove(step.path)
	}
	if got, err := s.find(context.Background(), "3", s.at("repo/a/spec")); err == nil {
		t.Errorf("%+v is left", got)
	}
}

func TestOutsideOfARepositoryOnlyTheDirectoryCounts(t *testing.T) {
	s := newScene(t)
	for _, d := range upwards(s.root) {
		if exists(filepath.Join(d, ".git")) {
			t.Skipf("%s is a repository", d)
		}
	}
	s.python("venv/bin/python", "3.9.1")
	s.misses("3")
	s.python("spec/venv/bin/python", "3.9.2")
	s.finds("3", "spec/venv/bin/python", "venv")
}

func TestVersions(t *testing.T) {
	s := newScene(t)
	s.python("spec/.venv/bin/python", "3.11.7")
	s.python("bin1/python3", "3.10.13")
	s.python("bin2/python3.12", "3.12.1")
	s.python("bin2/python", "2.7.18")
	s.python("home/.pyenv/versions/3.12.2/bin/python", "3.12.2")
	s.python("home/.pyenv/versions/3.13.0t/bin/python", "3.13.0t")
	s.python("home/.pyenv/versions/3.14.0t/bin/python", "3.14.0t")
	s.python("home/.pyenv/versions/pypy3.10-7.3.15/bin/pypy3", "pypy3.10.14")
	s.finds("3.11", "spec/.venv/bin/python", "venv")
	s.asks("spec/.venv/bin/python")
	s.finds("3.12", "bin2/python3.12", "PATH")
	s.asks("bin2/python3.12")
	s.finds("3.12.2", "home/.pyenv/versions/3.12.2/bin/python", "pyenv")
	s.finds("3.10", "bin1/python3", "PATH")
	s.finds("2.7", "bin2/python", "PATH")
	s.finds("2", "bin2/python", "PATH")
	s.asked()
	if got := s.finds("3.13t", "home/.pyenv/versions/3.13.0t/bin/python", "pyenv"); got.GIL != "off" || got.Version != "3.13.0" {
		t.Errorf("%+v", got)
	}
	s.asks("home/.pyenv/versions/3.13.0t/bin/python") // the others have been asked before, and the newer one need not be
	s.finds("3t", "home/.pyenv/versions/3.14.0t/bin/python", "pyenv")
	if got := s.finds("pypy3.10", "home/.pyenv/versions/pypy3.10-7.3.15/bin/pypy3", "pyenv"); got.Name != "pypy" || got.Kind != "python" {
		t.Errorf("%+v", got)
	}
	s.finds("pypy3", "home/.pyenv/versions/pypy3.10-7.3.15/bin/pypy3", "pyenv")
	s.misses("3.1", "no Python 3.1 found", "there is 3.14.0t, 3.13.0t, 3.12.2, 3.12.1, 3.11.7, 3.10.13, 2.7.18, pypy3.10.14: ")
	s.misses("pypy2.7", "no pypy2.7 found")
}

func TestBareVersionsMeanCPythonWithTheLock(t *testing.T) {
	s := newScene(t)
	s.python("spec/.venv/bin/python", "pypy3.10.14")
	s.python("bin1/python3", "3.13.0t")
	s.misses("3", "there is 3.13.0t, pypy3.10.14:")
	s.python("known/python", "3.6.15")
	s.finds("3", "known/python", "well-known")
	s.finds("3.13t", "bin1/python3", "PATH") // a build that says so
	s.finds("pypy3", "spec/.venv/bin/python", "venv")
}

func TestNamesThatLie(t *testing.T) {
	s := newScene(t)
	s.python("bin1/python3.12", "3.11.7")
	s.python("home/.pyenv/versions/3.9.18/bin/python", "3.12.1")
	s.finds("3.12", "home/.pyenv/versions/3.9.18/bin/python", "pyenv")
	s.finds("3.11", "bin1/python3.12", "PATH")
}

func TestStoresSaidByTheEnvironment(t *testing.T) {
	s := newScene(t)
	s.python("p/versions/3.9.1/bin/python3.9", "3.9.1")
	s.python("home/.pyenv/versions/3.9.2/bin/python", "3.9.2")
	s.python("u/cpython-3.8.1-linux/bin/python3.8", "3.8.1")
	s.python("x/uv/python/cpython-3.8.2-linux/bin/python", "3.8.2")
	s.python("home/.local/share/uv/python/cpython-3.8.3-linux/bin/python", "3.8.3")
	s.python("u/.temp/bin/python3.8", "3.8.9")
	s.finds("3.9", "home/.pyenv/versions/3.9.2/bin/python", "pyenv")
	s.finds("3.8", "home/.local/share/uv/python/cpython-3.8.3-linux/bin/python", "uv")
	s.environ = append(s.environ, "PYENV_ROOT="+s.at("p"), "XDG_DATA_HOME="+s.at("x"))
	s.finds("3.9", "p/versions/3.9.1/bin/python3.9", "pyenv")
	s.finds("3.8", "x/uv/python/cpython-3.8.2-linux/bin/python", "uv")
	s.environ = append(s.environ, "UV_PYTHON_INSTALL_DIR="+s.at("u"))
	s.finds("3.8", "u/cpython-3.8.1-linux/bin/python3.8", "uv")
	s.home = ""
	s.environ = []string{"PYENV_ROOT=p"} // not absolute
	s.misses("3", "there is no Python at all")
}

func TestPaths(t *testing.T) {
	s := newScene(t)
	s.python("spec/env/bin/python", "3.9.1")
	s.python("home/mine", "pypy3.10.14")
	s.python("own python", "3.13.0t")
	s.link("own python", "link")
	s.finds("./env/bin/python", "spec/env/bin/python", "path")
	s.finds("env/bin/python", "spec/env/bin/python", "path")
	s.finds("../link", "link", "path") // not the file behind it
	s.finds(s.at("own python"), "own python", "path")
	if got := s.finds("~/mine", "home/mine", "path"); got.Name != "pypy" || got.GIL != "on" {
		t.Errorf("%+v", got)
	}
	s.link("nothing", "spec/dangling")
	s.script("spec/fails", "echo 'no \033[1mluck' >&2; exit 7")
	s.misses("./missing", s.at("spec/missing")+": no such file")
	s.misses("./dangling", s.at("spec/dangling")+": it is a link to nothing")
	s.misses("./env", s.at("spec/env")+": it is a directory", "bin/python")
	s.misses("./fails", s.at("spec/fails")+": exit status 7: no [1mluck;")
	s.misses("python3", `"python3" means no interpreter`, "3.12", "a path")
}

func TestRelativeDirectory(t *testing.T) {
	s := newScene(t)
	s.python("spec/.venv/bin/python", "3.9.1")
	t.Chdir(s.at("spec"))
	for _, dir := range []string{"", "."} {
		for _, want := range []string{"3", ".venv/bin/python"} {
			got, err := s.find(context.Background(), want, absolute(dir))
			if err != nil || got.Path != s.at("spec/.venv/bin/python") {
				t.Errorf("%s in %q: %+v, %v", want, dir, got, err)
			}
		}
	}
}

func TestAskedOnce(t *testing.T) {
	s := newScene(t)
	s.python("bin1/python3", "3.9.1")
	s.python("bin2/python3", "3.9.2")
	for range 3 {
		s.finds("3", "bin1/python3", "PATH")
	}
	s.asks("bin1/python3")
	s.script("bin1/python3", "exit 1 # now it is another file")
	for range 3 {
		s.finds("3", "bin2/python3", "PATH")
	}
	s.asks("bin1/python3", "bin2/python3") // what is broken is kept as well
}

func TestStopped(t *testing.T) {
	s := newScene(t)
	s.python("bin1/python3", "3.9.1")
	ctx, stop := context.WithCancel(context.Background())
	stop()
	for _, want := range []string{"3", s.at("bin1/python3"), "3.12"} {
		if _, err := s.find(ctx, want, s.at("spec")); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", want, err)
		}
	}
	s.finds("3", "bin1/python3", "PATH") // nothing was learnt from being stopped
}

func TestAll(t *testing.T) {
	s := newScene(t)
	s.python("bin1/python3.11", "3.11.7")
	s.link("python3.11", "bin1/python3")
	s.link("python3", "bin1/python")
	s.link("bin1", "bin2") // as /bin is of /usr/bin
	s.link(s.at("bin1/python3.11"), "known/python3.11")
	s.link(s.at("bin1/python3.11"), "spec/.venv/bin/python") // a virtual environment of it
	s.link("python", "spec/.venv/bin/python3")
	if err := os.WriteFile(s.at("spec/.venv/pyvenv.cfg"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	s.python("home/.pyenv/versions/3.9.18/bin/python", "3.9.18")
	s.python("home/.pyenv/versions/3.13.0/bin/python", "3.13.0")
	s.python("home/.pyenv/versions/3.13.0t/bin/python", "3.13.0t")
	s.python("home/.pyenv/versions/3.13.0rc2/bin/python", "3.13.0rc2")
	s.python("home/.pyenv/versions/pypy3.10/bin/python", "pypy3.10.14")
	s.python("known/python2.7", "2.7.18")
	s.script("known/python3.12", "exit 1")
	s.script("known/python3.11-config", "exit 1")
	s.environ[0] += ":" + s.at("shims")
	s.script("shims/python3.10", "exit 1")
	s.asked()
	var got []string
	for _, a := range sorted(s.askAll(context.Background(), s.everywhere(s.at("spec")), s.at("spec"))) {
		got = append(got, a.build.String()+" "+a.From+" "+strings.TrimPrefix(a.Path, s.root+"/"))
	}
	want := []string{
		"3.13.0 pyenv home/.pyenv/versions/3.13.0/bin/python",
		"3.13.0t pyenv home/.pyenv/versions/3.13.0t/bin/python",
		"3.13.0 pyenv home/.pyenv/versions/3.13.0rc2/bin/python",
		"3.11.7 venv spec/.venv/bin/python",
		"3.11.7 PATH bin1/python3",
		"3.9.18 pyenv home/.pyenv/versions/3.9.18/bin/python",
		"2.7.18 well-known known/python2.7",
		"pypy3.10.14 pyenv home/.pyenv/versions/pypy3.10/bin/python",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("found\n%s", strings.Join(got, "\n"))
	}
	for _, path := range s.asked() {
		if strings.HasSuffix(path, "-config") || strings.HasPrefix(path, "shims") {
			t.Errorf("%s was started", path)
		}
	}
}

func TestAllAsksFewAtOnce(t *testing.T) {
	s := newScene(t)
	for i := range 3 * atOnce {
		s.script(fmt.Sprintf("home/.pyenv/versions/3.9.%d/bin/python", i),
			"echo begin >> '"+s.at("log")+"'; sleep 0.1; echo end >> '"+s.at("log")+"'; "+says("3.9.1", "$0"))
	}
	if n := len(s.askAll(context.Background(), s.everywhere(s.root), s.root)); n != 3*atOnce {
		t.Errorf("%d answered", n)
	}
	data, err := os.ReadFile(s.at("log"))
	if err != nil {
		t.Fatal(err)
	}
	running, most := 0, 0
	for _, line := range strings.Fields(string(data)) {
		if line == "end" {
			running--
			continue
		}
		running++
		most = max(most, running)
	}
	if most > atOnce {
		t.Errorf("%d were asked at the same time", most)
	}
}
