package executors

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"strconv"
	"syscall"
	"unicode/utf8"
)

// How much of what a command wrote becomes text of its result, in B, and of all of a trial: an event has to hold it.
const (
	mostText    = 64 << 10
	mostTextAll = 16 << 20
)

// output is where the commands write to if that is kept: a file a task, in a directory beside that of the trial. A nil
// one keeps nothing.
type output struct {
	dir  string
	text int // B that became text
	lost int // tasks whose text was too much for all
}

// OutputOf is that directory for a trial's scratch directory. After a trial that was killed it is still there: the caller
// removes it.
func OutputOf(dir string) string { return dir + ".out" }

func newOutput(job Job) (*output, error) {
	if !job.Output {
		return nil, nil
	}
	o := &output{dir: OutputOf(job.Dir)}
	if err := os.Mkdir(o.dir, 0o700); err != nil {
		return nil, fmt.Errorf("what the commands write cannot be kept: %w", err)
	}
	return o, nil
}

func (o *output) remove() {
	if o != nil {
		_ = os.RemoveAll(o.dir)
	}
}

func (o *output) path(task int) string { return o.dir + "/" + strconv.Itoa(task) }

func (o *output) create(task int) (int, error) {
	for {
		fd, err := syscall.Open(o.path(task), syscall.O_WRONLY|syscall.O_CREAT|syscall.O_EXCL|syscall.O_CLOEXEC, 0o600)
		if err != syscall.EINTR {
			return fd, err
		}
	}
}

// take makes what was written part of the results; each file is removed once it was read.
func (o *output) take(seen *Observation) error {
	if o == nil {
		return nil
	}
	buf := make([]byte, 256<<10)
	for i, span := range seen.Spans {
		exit := seen.Results[i].(map[string]any)["exit"]
		value, err := o.read(span.Task, buf)
		if err != nil {
			return fmt.Errorf("what task %d wrote cannot be read: %w", span.Task, err)
		}
		value["exit"] = exit
		seen.Results[i] = value
	}
	if o.lost > 0 {
		seen.Warnings = append(seen.Warnings, fmt.Sprintf(
			"the stdout of %s is left out of the results, which hold %d MiB of it at most: size and sha256 are there",
			plural(o.lost, "task", "tasks"), mostTextAll>>20))
	}
	return nil
}

// read tells the size of what a task wrote and its SHA-256, and the text itself if it is short.
func (o *output) read(task int, buf []byte) (map[string]any, error) {
	f, err := os.Open(o.path(task))
	if err != nil {
		return nil, err
	}
	defer os.Remove(o.path(task))
	defer f.Close()
	var start bytes.Buffer
	sum := sha256.New()
	n, err := io.CopyBuffer(struct{ io.Writer }{io.MultiWriter(&head{&start}, sum)}, struct{ io.Reader }{f}, buf)
	if err != nil {
		return nil, err
	}
	value := map[string]any{"bytes": int(n), "sha256": hex.EncodeToString(sum.Sum(nil))}
	if n <= mostText && utf8.Valid(start.Bytes()) {
		if o.text += int(n); o.text <= mostTextAll {
			value["stdout"] = start.String()
		} else {
			o.lost++
		}
	}
	return value, nil
}

// head keeps the first bytes of a stream, as many as a text may have.
type head struct{ *bytes.Buffer }

func (h *head) Write(p []byte) (int, error) {
	h.Buffer.Write(p[:min(len(p), mostText-h.Len())])
	return len(p), nil
}
