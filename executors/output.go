package executors

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"sync"
)

// outputKept is how much of each of stdout and stderr is kept, in B.
const outputKept = 4 << 10

// tail keeps the end of a stream, and its first line that says why a Go program died: the stacks after that line push
// it out of the end.
type tail struct {
	kept  []byte
	fatal string
	line  []byte      // the beginning of the line that is being written
	count func(n int) // of the B that are read; may be nil
}

// spaces32 are what streams are read to, trial after trial.
var spaces32 = sync.Pool{New: func() any { return new([32 << 10]byte) }}

// follow drains r to its end, so that the writer never waits for a reader.
func (t *tail) follow(r io.Reader) {
	space := spaces32.Get().(*[32 << 10]byte)
	defer spaces32.Put(space)
	buf := space[:]
	for {
		n, err := r.Read(buf)
		t.write(buf[:n])
		if t.count != nil {
			t.count(n)
		}
		if err != nil {
			return
		}
	}
}

func (t *tail) write(p []byte) {
	if t.fatal == "" {
		t.look(p)
	}
	if len(p) >= outputKept {
		t.kept = append(t.kept[:0], p[len(p)-outputKept:]...)
		return
	}
	if over := len(t.kept) + len(p) - outputKept; over > 0 {
		t.kept = append(t.kept[:0], t.kept[over:]...)
	}
	t.kept = append(t.kept, p...)
}

func (t *tail) look(p []byte) {
	const most = 300
	for len(p) > 0 {
		part, rest, ended := bytes.Cut(p, []byte{'\n'})
		t.line = append(t.line, part[:min(len(part), most-len(t.line))]...)
		if ended {
			if bytes.HasPrefix(t.line, []byte("panic: ")) || bytes.HasPrefix(t.line, []byte("fatal error: ")) {
				t.fatal = printable(string(t.line))
				return
			}
			t.line = t.line[:0]
		}
		p = rest
	}
}

// text is what was kept, as valid UTF-8.
func (t *tail) text() string { return strings.ToValidUTF8(string(t.kept), "\uFFFD") }

// why is the line that most likely says what went wrong: Go's panic, or else the last one; "" if nothing was written.
func (t *tail) why() string {
	if t.fatal != "" {
		return t.fatal
	}
	lines := strings.Split(strings.TrimSpace(t.text()), "\n")
	for _, line := range slices.Backward(lines) {
		if !strings.HasPrefix(strings.TrimSpace(line), "warnings.warn(") { // with which Python ends a warning, not an error
			return printable(line)
		}
	}
	return ""
}

// printable is the first line of a text, without control characters, at most 300 B.
func printable(text string) string {
	text, _, _ = strings.Cut(strings.TrimSpace(text), "\n")
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	if len(text) > 300 {
		text = strings.ToValidUTF8(text[:297], "") + "…"
	}
	return text
}
