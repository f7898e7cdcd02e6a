package runtimes

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"
)

// answer is what an interpreter said of itself.
type answer struct {
	Installed
	build      build
	executable string // its own path, as it sees it
}

var (
	errSilent   = errors.New("it does not answer the question for its version")
	errTooMuch  = errors.New("it writes without end")
	errNowhere  = errors.New("it is a link to nothing")
	errMode     = errors.New("it is not executable")
	errXcode    = errors.New("it would ask to install the developer tools; xcode-select --install does that")
	errShimLoop = errors.New("it starts no interpreter outside of shims")
	errChooses  = errors.New("it chooses an interpreter by the directory that it is started in; give the path of that one")
)

// ask gives what the candidate says of itself, started in dir where it is a shim: pyenv's and others' choose by the
// directory. Of a shim it is the interpreter behind it that is given. The error begins with the path.
func (m machine) ask(ctx context.Context, c candidate, dir string) (answer, error) {
	a, err := m.remembered(ctx, c.path, dir)
	if err == nil && a.executable == "" && isShim(c.path) && len(m.language.Interpreter) > 0 {
		return answer{}, fmt.Errorf("%s: %w", c.path, errChooses)
	}
	if err == nil && isShim(c.path) {
		if !filepath.IsAbs(a.executable) || isShim(a.executable) {
			return answer{}, fmt.Errorf("%s: %w", c.path, errShimLoop)
		}
		c.path = filepath.Clean(a.executable)
		a, err = m.remembered(ctx, c.path, dir)
	}
	if err != nil {
		return answer{}, fmt.Errorf("%s: %w", c.path, err)
	}
	a.Path, a.From = c.path, c.from
	return a, nil
}

// isShim tells by its directory whether a command only chooses the interpreter: so with pyenv, asdf and mise.
func isShim(path string) bool { return filepath.Base(filepath.Dir(path)) == "shims" }

// A question that came to nothing, though that need not be the interpreter's fault, is asked again after a breath, each four
// times as long as the one before: 2.1 s in all.
const (
	mostTries = 4
	breath    = 100 * time.Millisecond
)

// memory keeps answers, good and bad, as long as the file is the same.
type memory struct {
	sync.Mutex
	kept map[file]reply
}

type file struct {
	kind, path, dir string // dir only where the answer depends on it
	changed         time.Time
	size            int64
}

type reply struct {
	answer answer
	err    error
}

func (m machine) remembered(ctx context.Context, path, dir string) (answer, error) {
	info, err := m.check(path)
	if err != nil {
		return answer{}, err
	}
	if !isShim(path) {
		dir = ""
	}
	key := file{m.language.Kind, path, dir, info.ModTime(), info.Size()}
	m.answers.Lock()
	r, ok := m.answers.kept[key]
	m.answers.Unlock()
	if ok {
		return r.answer, r.err
	}
	for tries := 1; ; tries++ {
		r.answer, r.err = m.start(ctx, path, dir)
		if !errors.As(r.err, new(again)) {
			break
		}
		if tries == mostTries {
			return answer{}, r.err // not kept: it says nothing of the file
		}
		select {
		case <-ctx.Done():
		case <-time.After(breath << (2 * (tries - 1))):
		}
	}
	if ctx.Err() != nil {
		return answer{}, ctx.Err() // says nothing of the file
	}
	m.answers.Lock()
	defer m.answers.Unlock()
	if m.answers.kept == nil {
		m.answers.kept = map[file]reply{}
	}
	m.answers.kept[key] = r
	return r.answer, r.err
}

// check finds what is wrong with a file without starting it.
func (m machine) check(path string) (fs.FileInfo, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && exists(path):
		return nil, errNowhere
	case err != nil:
		return nil, errors.Unwrap(err) // without the path, which the caller tells
	case info.IsDir():
		return nil, fmt.Errorf("it is a directory; the interpreter is the file bin/%s in it", m.inquiry.command)
	case !info.Mode().IsRegular() || info.Mode()&0o111 == 0:
		return nil, errMode
	case runtime.GOOS == "darwin" && isXcodeStub(path, exists):
		return nil, errXcode
	}
	return info, nil
}

// isXcodeStub tells whether this is the python3 of a macOS without developer tools, which opens a window to install them.
func isXcodeStub(path string, exists func(string) bool) bool {
	return path == "/usr/bin/python3" && !exists("/Library/Developer/CommandLineTools/usr/bin/python3") &&
		!exists("/Applications/Xcode.app") && !exists("/var/db/xcode_select_link")
}
