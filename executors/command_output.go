package executors

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
	"unicode/utf8"

	"bench/runner/internal/host"
	"bench/runner/results"
)

// How much of what a command wrote becomes text of its result, in B, and of all of a trial: an event has to hold it.
const (
	mostText    = 64 << 10
	mostTextAll = 16 << 20
)

// output is where the commands write to if that is kept: a file a task, in a directory beside that of the trial. The
// trial's process makes it; the runner reads it once that process has ended, so that the trial's time has an end. A nil
// one keeps nothing.
type output struct {
	dir  string
	text int // B that became text
	lost int // tasks whose text was too much for all
}

func outputOf(job Job) *output {
	if !job.Output {
		return nil
	}
	return &output{dir: job.Dir + outputSuffix}
}

func (o *output) make() error {
	if o == nil {
		return nil
	}
	if err := os.Mkdir(o.dir, 0o700); err != nil {
		return fmt.Errorf("what the commands write cannot be kept: %w", err)
	}
	return nil
}

func (o *output) remove() {
	if o != nil {
		_ = os.RemoveAll(o.dir)
	}
}

func (o *output) path(task int) string { return o.dir + "/" + strconv.Itoa(task) }

// size is how much the commands have written until now, in B.
func (o *output) size() (sum int64) {
	files, _ := os.ReadDir(o.dir) // not made yet: nothing was written
	for _, f := range files {
		if info, err := f.Info(); err == nil {
			sum += info.Size()
		}
	}
	return sum
}

// keptFiles tells how much the commands of a job have written to files that are there, in B; nil where none are kept. Hands that
// are told from outside keep them below the directory of the job, each its own, until they have answered.
func keptFiles(job Job) func() int64 {
	if o := outputOf(job); o != nil {
		return o.size
	}
	if e, known := Lookup(job.Executor); !known || !e.Info().Whole {
		return nil
	}
	return func() (sum int64) {
		dirs, _ := os.ReadDir(job.Dir)
		for _, d := range dirs {
			if name := d.Name(); d.IsDir() && strings.HasSuffix(name, outputSuffix) {
				sum += (&output{dir: job.Dir + "/" + name}).size()
			}
		}
		return sum
	}
}

const outputSuffix = ".out" // of the directory of outputs, beside that of the job

func (o *output) create(task int) (int, error) {
	for {
		fd, err := syscall.Open(o.path(task), syscall.O_WRONLY|syscall.O_CREAT|syscall.O_EXCL|syscall.O_CLOEXEC, 0o600)
		if err != syscall.EINTR {
			return fd, err
		}
	}
}

// take makes what was written part of the results of a trial that went well.
func (o *output) take(ctx context.Context, seen *Observation) {
	if o == nil || seen.Status != results.OK && seen.Status != results.Leaked {
		return
	}
	buf := make([]byte, 256<<10)
	for i, span := range seen.Spans {
		gave, _ := seen.Results[i].(map[string]any)
		value, err := o.read(ctx, span.Task, buf)
		if err != nil {
			seen.Status, seen.Reason = results.Crash, fmt.Sprintf("what task %d wrote cannot be read: %v", span.Task, err)
			return
		}
		value["exit"] = gave["exit"]
		seen.Results[i] = value
	}
	if o.lost > 0 {
		seen.Warnings = append(seen.Warnings, fmt.Sprintf(
			"the stdout of %s is left out of the results, which hold %d MiB of it at most: size and sha256 are there",
			plural(o.lost, "task", "tasks"), mostTextAll>>20))
	}
}

// read tells the size of what a task wrote and its SHA-256, and the text itself if it is short.
func (o *output) read(ctx context.Context, task int, buf []byte) (map[string]any, error) {
	f, err := os.Open(o.path(task))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var start bytes.Buffer
	sum := sha256.New()
	n, err := io.CopyBuffer(struct{ io.Writer }{io.MultiWriter(&head{&start}, sum)}, host.Reader(ctx, f), buf)
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
