package runtimes

import (
	"context"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestBroken puts something broken first: it must be passed over, and be told where nothing else is found.
func TestBroken(t *testing.T) {
	const path = "bin1/python3"
	for name, c := range map[string]struct {
		make func(s *scene)
		told string
	}{
		"fails":      {func(s *scene) { s.script(path, "echo oh >&2; echo no >&2; exit 3") }, "exit status 3: oh;"},
		"fails late": {func(s *scene) { s.script(path, says("3.9.1", "$0")+"; exit 1") }, "exit status 1;"},
		"killed":     {func(s *scene) { s.script(path, "kill -9 $$") }, "signal: killed"},
		"silent":     {func(s *scene) { s.script(path, "") }, "does not answer the question"},
		"wrong":      {func(s *scene) { s.script(path, "echo Python 3.9.1") }, "does not answer the question"},
		"no version": {func(s *scene) { s.script(path, says("3.x", "$0")) }, "does not answer the question"},
		"half":       {func(s *scene) { s.script(path, `printf '\nrunner-python|cpython|3.9.1|on||'`) }, "does not answer the question"},
		"no name":    {func(s *scene) { s.script(path, `printf '\nrunner-python|c\033[1m|3.9.1|on||/x\n'`) }, "does not answer the question"},
		"no lock":    {func(s *scene) { s.script(path, `printf '\nrunner-python|cpython|3.9.1|maybe||/x\n'`) }, "does not answer the question"},
		"endless":    {func(s *scene) { s.script(path, "while :; do echo "+strings.Repeat("y", 1000)+"; done") }, "writes without end"},
		"deaf":       {func(s *scene) { s.script(path, "trap '' PIPE; while :; do echo "+strings.Repeat("y", 1000)+"; done") }, "writes without end"},
		"hangs": {func(s *scene) {
			s.patience = 500 * time.Millisecond
			s.script(path, "sleep 600")
		}, "does not answer within 500ms"},
		"directory": {func(s *scene) { s.mkdir(path) }, "it is a directory"},
		"dangling":  {func(s *scene) { s.link("nothing", path) }, "link to nothing"},
		"no program": {func(s *scene) {
			s.script(path, "")
			if err := os.WriteFile(s.at(path), []byte("\x00\x01\x02\x03"), 0o755); err != nil {
				s.t.Fatal(err)
			}
		}, "cannot be started: exec format error"},
		"no shell": {func(s *scene) {
			s.script(path, "")
			if err := os.WriteFile(s.at(path), []byte("#!/no/such/shell\n"), 0o755); err != nil {
				s.t.Fatal(err)
			}
		}, "cannot be started: no such file"},
		"not executable": {func(s *scene) {
			s.python(path, "3.9.1")
			if err := os.Chmod(s.at(path), 0o644); err != nil {
				s.t.Fatal(err)
			}
		}, "not executable"},
		"fifo": {func(s *scene) {
			s.mkdir("bin1")
			if err := syscall.Mkfifo(s.at(path), 0o755); err != nil {
				s.t.Skip(err)
			}
		}, "not executable"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			c.make(s)
			s.misses("3", "; broken: "+s.at(path)+": ", c.told, "there is no Python at all")
			s.patience = 20 * time.Second
			s.python("bin2/python3", "3.8.1")
			s.finds("3", "bin2/python3", "PATH")
		})
	}
}

func TestManyBroken(t *testing.T) {
	s := newScene(t)
	for _, v := range []string{"3.12.1", "3.12.2", "3.12.3", "3.12.4", "3.12.5"} {
		s.script("home/.pyenv/versions/"+v+"/bin/python", "exit 1")
	}
	s.misses("3.12", "3.12.5/bin/python: exit status 1;", "3.12.3/bin/python: exit status 1; 2 more are broken;")
}

// TestKilledOnce: who was killed while it was asked is asked again, since that need not be its fault.
func TestKilledOnce(t *testing.T) {
	s := newScene(t)
	s.script("bin1/python3", `test -e '`+s.at("once")+`' || { : > '`+s.at("once")+`'; kill -9 $$; }; `+says("3.9.1", "$0"))
	s.finds("3", "bin1/python3", "PATH")
}

// TestKilledAlways: after a few tries it is told, and not kept, since the file may be as good as before.
func TestKilledAlways(t *testing.T) {
	s := newScene(t)
	s.script("bin1/python3", `test -e '`+s.at("calm")+`' || kill -9 $$; `+says("3.9.1", "$0"))
	s.misses("3", "bin1/python3: signal: killed")
	asked, err := os.ReadFile(s.at("asked"))
	if n := strings.Count(string(asked), "\n"); err != nil || n < mostTries || n > 2*mostTries { // once as a likely one, once among all
		t.Errorf("asked %d times, %v", n, err)
	}
	s.mkdir("calm")
	s.finds("3", "bin1/python3", "PATH")
}

// TestAnswerAmongOtherText: a wrapper may greet first, and a Python may warn at its end.
func TestAnswerAmongOtherText(t *testing.T) {
	s := newScene(t)
	s.script("bin1/python3", "printf hello; echo warning >&2; "+says("3.9.1", "/a|b")+"; echo bye")
	s.finds("3", "bin1/python3", "PATH")
}

func TestHowItIsStarted(t *testing.T) {
	s := newScene(t)
	s.environ = append(s.environ, "PYTHONHOME=/x", "PYTHON_GIL=1", "__PYVENV_LAUNCHER__=/x", "KEPT=1", "PWD=/elsewhere")
	s.script("bin1/python3", `env > '`+s.at("environment")+`'; pwd >> '`+s.at("environment")+`'
test "$1 $2 $3 $#" = "-E -S -c 4" || exit 1
case "$4" in "import sys"*) ;; *) exit 2 ;; esac
test -z "$(cat)" || exit 3
`+says("3.9.1", "$0"))
	s.finds("3", "bin1/python3", "PATH") // cat ended: there is nothing on standard input
	data, err := os.ReadFile(s.at("environment"))
	if err != nil {
		t.Fatal(err)
	}
	text := "\n" + string(data)
	if strings.Contains(text, "\nPYTHON") || strings.Contains(text, "PYVENV") || !strings.Contains(text, "\nKEPT=1\n") {
		t.Errorf("started with %s", text)
	}
	if !strings.Contains(text, "\nPWD=/\n") || !strings.HasSuffix(text, "\n/\n") {
		t.Errorf("started elsewhere: %s", text)
	}
}

// TestNothingIsLeft: what an interpreter starts and leaves is ended, also where it holds on to the output.
func TestNothingIsLeft(t *testing.T) {
	for name, body := range map[string]string{
		"after an answer": says("3.9.1", "$0"),
		"after a hang":    "sleep 600",
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			if name == "after a hang" {
				s.patience = 2 * time.Second
			}
			s.script("bin1/python3", "sleep 600 & echo $! > '"+s.at("left")+"'; "+body)
			_, err := s.ask(context.Background(), candidate{path: s.at("bin1/python3")}, s.root)
			if (err == nil) != (name == "after an answer") {
				t.Error(err)
			}
			data, err := os.ReadFile(s.at("left"))
			if err != nil {
				t.Skipf("the script did not come so far: %v", err)
			}
			pid, err := strconv.Atoi(strings.TrimSpace(string(data)))
			if err != nil {
				t.Fatal(err)
			}
			for range 1000 { // it is gone once its new parent has reaped it
				if gone(pid) {
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
			_ = syscall.Kill(pid, syscall.SIGKILL)
			t.Error("it was left running")
		})
	}
}

// gone is true also for a process that has ended and waits to be reaped, where that can be told.
func gone(pid int) bool {
	if syscall.Kill(pid, 0) == syscall.ESRCH {
		return true
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && strings.Contains(string(stat), ") Z ")
}

func TestStoppedWhileAsking(t *testing.T) {
	s := newScene(t)
	s.script("bin1/python3", "sleep 600")
	ctx, stop := context.WithCancel(context.Background())
	go func() {
		for !exists(s.at("asked")) {
			time.Sleep(time.Millisecond)
		}
		stop()
	}()
	_, err := s.find(ctx, "3", s.at("spec"))
	if err == nil || !strings.Contains(err.Error(), "stopped while looking for Python 3: context canceled") {
		t.Error(err)
	}
	if len(s.answers.kept) != 0 {
		t.Error("being stopped was kept as an answer")
	}
}

func TestShims(t *testing.T) {
	s := newScene(t)
	s.environ[0] = "PATH=" + s.at("shims") + ":" + s.at("bin1") + ":" + s.at("tools")
	s.python("home/.pyenv/versions/3.9.18/bin/python3", "3.9.18")
	s.python("home/.pyenv/versions/3.12.1/bin/python3", "3.12.1")
	s.python("bin1/python3", "3.8.1")
	s.script("shims/python3.12", "echo 'pyenv: python3.12: command not found' >&2; exit 127")
	s.script("shims/python3", says("3.9.18", s.at("home/.pyenv/versions/3.9.18/bin/python3")))
	s.finds("3", "home/.pyenv/versions/3.9.18/bin/python3", "PATH")
	s.finds("3.12", "home/.pyenv/versions/3.12.1/bin/python3", "pyenv")
	s.finds("../shims/python3", "home/.pyenv/versions/3.9.18/bin/python3", "path")
	s.misses("3.12.2", "broken: "+s.at("shims/python3.12")+": exit status 127: pyenv: python3.12: command not found")

	// A shim that starts nothing real, or something broken, is passed over.
	for _, path := range []string{s.at("shims/python3"), "", "python3", s.at("missing"), s.at("tools")} {
		s.script("shims/python3", says("3.9.18", path))
		s.answers = &memory{}
		s.finds("3", "bin1/python3", "PATH")
	}
}

// TestShimsChooseByDirectory: the answer for one directory must not be given for another.
func TestShimsChooseByDirectory(t *testing.T) {
	s := newScene(t)
	s.environ[0] = "PATH=" + s.at("shims") + ":" + s.at("tools")
	for _, v := range []string{"3.9.18", "3.12.1"} {
		s.python("v/"+v+"/bin/python3", v)
		s.mkdir(v)
		if err := os.WriteFile(s.at(v+"/.python-version"), []byte(v), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s.script("shims/python3", `p="`+s.at("v")+`/$(cat "$PWD/.python-version")/bin/python3"; exec "$p" "$@"`)
	for _, v := range []string{"3.9.18", "3.12.1", "3.9.18"} {
		got, err := s.find(context.Background(), "3", s.at(v))
		if err != nil || got.Version != v || got.Path != s.at("v/"+v+"/bin/python3") {
			t.Errorf("%s: %+v, %v", v, got, err)
		}
	}
}

func TestXcodeStub(t *testing.T) {
	none := func(string) bool { return false }
	tools := func(path string) bool { return path == "/Library/Developer/CommandLineTools/usr/bin/python3" }
	if !isXcodeStub("/usr/bin/python3", none) || isXcodeStub("/usr/bin/python3", tools) || isXcodeStub("/usr/local/bin/python3", none) {
		t.Error("the python3 that installs developer tools is not told from others")
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"\nrunner-python|cpython|3.12.1|on||/usr/bin/python3\n", "x\nrunner-python|pypy|3.10.14|off|t|\n", marker} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, output string) {
		a, ok := parse(output)
		if ok && (a.Name == "" || a.Version == "" || len(a.build.version) != 5) {
			t.Errorf("%q was read as %+v", output, a)
		}
	})
}
