package runtimes

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
	"unicode"

	"bench/runner/internal/host"
)

// question runs on every Python from 2.6 on, imports nothing that is not built in, and prints one line that begins
// with the marker. The path comes last, in the bytes of the file system: it may hold anything.
const question = `import sys
i = getattr(sys, "implementation", None)
n = i.name if i else getattr(sys, "subversion", ("cpython",))[0].lower()
v = "%d.%d.%d" % tuple(sys.version_info[:3])
l = {"alpha": "a", "beta": "b", "candidate": "rc"}.get(sys.version_info[3])
if l: v += l + str(sys.version_info[4])
g = getattr(sys, "_is_gil_enabled", lambda: True)() and "on" or "off"
t = "t" in getattr(sys, "abiflags", "") and "t" or ""
e = sys.executable or ""
if not isinstance(e, bytes): e = e.encode(sys.getfilesystemencoding(), "surrogateescape")
o = getattr(sys.stdout, "buffer", sys.stdout)
o.write("|".join(["\nrunner-python", n, v, g, t, ""]).encode("ascii") + e + "\n".encode("ascii"))
`

const marker = "\nrunner-python|"

// mostOutput is far more than an answer takes, in bytes.
const mostOutput = 64 << 10

// start runs the inquiry in dir, in a process group of its own that is ended afterwards, whatever it left behind.
func (m machine) start(ctx context.Context, path, dir string) (answer, error) {
	asker := ctx
	ctx, enough := context.WithCancelCause(ctx)
	defer enough(nil)
	if dir == "" {
		dir = "/"
	}
	stdout, stderr := &bounded{over: func() { enough(errTooMuch) }}, &bounded{over: func() {}}
	cmd := exec.CommandContext(ctx, path, m.inquiry.args...)
	cmd.Dir, cmd.Env = dir, append(m.clean(), "PWD="+dir)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	cmd.SysProcAttr = ofGroup()
	runtime.LockOSThread() // Linux ends the process when the thread that started it ends
	defer runtime.UnlockOSThread()
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second // for a child of its own that holds on to the pipes
	err := cmd.Start()
	if err != nil {
		return answer{}, startError(err)
	}
	over := make(chan struct{})
	go func() {
		if !host.Within(over, m.patience) {
			enough(fmt.Errorf("it does not answer within %v", m.patience))
		}
	}()
	err = cmd.Wait()
	close(over)
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	if cause := context.Cause(ctx); cause != nil && (err != nil || asker.Err() != nil) {
		return answer{}, cause
	}
	if err != nil && !errors.Is(err, exec.ErrWaitDelay) {
		said := withFirstLine(err, stderr.kept.String())
		if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() && status.Signal() == syscall.SIGKILL {
			said = again{said}
		}
		return answer{}, said
	}
	a, ok := m.inquiry.parse(stdout.kept.String())
	if !ok {
		silent := withFirstLine(errSilent, stderr.kept.String())
		if err != nil {
			silent = again{silent}
		}
		return answer{}, silent
	}
	return a, nil
}

// again is an error that need not be the interpreter's, so that it is asked again: it could not be started for want of
// something that is back soon, or while its file was being written; it was killed, by somebody or by the kernel for want of
// memory; or it has ended, and its output was not read to its end. That may have been there: where the machine stood still,
// the time to read it was over at once.
type again struct{ error }

func (a again) Unwrap() error { return a.error }

// clean is the environment without what changes how the interpreter starts.
func (m machine) clean() []string {
	var list []string
	for _, entry := range m.environ {
		if !slices.ContainsFunc(m.language.Unset, func(name string) bool { return strings.HasPrefix(entry, name) }) {
			list = append(list, entry)
		}
	}
	return list
}

// startError leaves the path out, which the caller tells.
func startError(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	said := fmt.Errorf("it cannot be started: %w", err)
	for _, want := range []error{syscall.EAGAIN, syscall.ENOMEM, syscall.EMFILE, syscall.ENFILE, syscall.ETXTBSY} {
		if errors.Is(err, want) {
			return again{said}
		}
	}
	return said
}

func withFirstLine(err error, text string) error {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	line = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1 // it will be shown on a terminal
	}, strings.TrimSpace(line))
	if line == "" {
		return err
	}
	const most = 200
	if runes := []rune(line); len(runes) > most {
		line = string(runes[:most]) + "…"
	}
	return fmt.Errorf("%w: %s", err, line)
}

// parse reads the line of the question; what a wrapper prints before or after it does not matter.
func parse(output string) (answer, bool) {
	begin := strings.LastIndex(output, marker)
	if begin < 0 {
		return answer{}, false
	}
	line, _, whole := strings.Cut(output[begin+len(marker):], "\n")
	f := strings.SplitN(line, "|", 5)
	if !whole || len(f) != 5 || f[2] != "on" && f[2] != "off" || f[3] != "t" && f[3] != "" {
		return answer{}, false
	}
	b := parseName(f[1])
	if len(b.version) != 5 || strings.Trim(f[1], "0123456789.abrc") != "" || !isName(f[0]) {
		return answer{}, false
	}
	b.impl, b.threaded = f[0], f[3] == "t"
	return answer{Installed: Installed{Kind: python, Name: f[0], Version: f[1], GIL: f[2]}, build: b, executable: f[4]}, true
}

// isName tells whether this can be the name of an implementation.
func isName(text string) bool {
	return text != "" && len(text) <= 20 && !strings.ContainsFunc(text, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' && r != '-'
	})
}

// bounded keeps the first mostOutput bytes, and says when there are more. It does not embed a buffer: io.Copy would then
// fill that by its ReadFrom, without bounds.
type bounded struct {
	kept bytes.Buffer
	over func()
}

func (b *bounded) Write(p []byte) (int, error) {
	room := mostOutput - b.kept.Len()
	b.kept.Write(p[:min(room, len(p))])
	if room < len(p) {
		b.over()
	}
	return len(p), nil
}
