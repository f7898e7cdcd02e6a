package executors

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"bench/runner/results"
	"bench/runner/workloads"
)

// Protocol is the version of the shim protocol (docs/shim-protocol.md).
const Protocol = 1

// What a trial's process may send; more is refused. The second is for all events together, plus some a task.
const (
	longestLine  = 8 << 20 // B
	mostEvents   = 256 << 20
	mostForATask = 512
	mostWarnings = 20
	mostValues   = 8_000_000        // in all results: each takes 16 B and more, with 2 B of JSON
	ownCommas    = 8                // of an event without its result
	mostCounted  = 1 << 60          // B of memory, and of what else is counted: sums do not overflow
	longestTrial = 1 << 60          // ns: sums of such times do not overflow
	clockSlack   = time.Millisecond // between clocks of different processes
)

// request is the line on the stdin of the trial's process.
type request struct {
	Protocol int               `json:"protocol"`
	Cell     string            `json:"cell"`
	Block    int               `json:"block"`
	Runtime  string            `json:"runtime"`
	Executor string            `json:"executor"`
	Workers  int               `json:"workers"`
	Options  json.RawMessage   `json:"options"`
	Workload string            `json:"workload"`
	Tasks    []json.RawMessage `json:"tasks"`
	Dir      string            `json:"dir"`
	Pin      bool              `json:"pin"`
	Orders   *orders           `json:"orders,omitempty"` // of a job of commands, to this program itself: no shim gets them
}

// event is one line on its descriptor 3; which fields count depends on Event.
type event struct {
	Event    string          `json:"event"`
	Protocol int             `json:"protocol,omitempty"`
	Runtime  string          `json:"runtime,omitempty"`
	Version  string          `json:"version,omitempty"`
	GIL      string          `json:"gil,omitempty"`
	Path     string          `json:"path,omitempty"`
	Task     *int            `json:"task,omitempty"`
	Worker   int             `json:"worker,omitempty"`
	Start    *time.Duration  `json:"start,omitempty"`
	End      *time.Duration  `json:"end,omitempty"`
	CPU      time.Duration   `json:"cpu,omitempty"`
	Result   json.RawMessage `json:"result,omitempty"`
	Text     string          `json:"text,omitempty"`
	Phases   *results.Phases `json:"phases,omitempty"`
	Usage    *results.Usage  `json:"usage,omitempty"`

	Disturbed string `json:"disturbed,omitempty"` // in done, from this program itself: see Observation

	value workloads.Result // Result, decoded
}

// step is what the runner reacts to while a trial's process talks.
type step int

const (
	stepReady  step = iota + 1
	stepFailed      // a task failed: the rest of the report may follow
	stepDone
	stepBroken // the protocol is violated: nothing more is believed
	stepClosed // no more will come
)

// readers read events, trial after trial.
var readers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 64<<10) }}

// listen reads events until the end of the stream or the first violation, and calls tell at each step.
func (r *report) listen(in io.Reader, tell func(step)) {
	limited := &io.LimitedReader{R: in, N: r.most}
	lines := readers.Get().(*bufio.Reader)
	defer readers.Put(lines)
	lines.Reset(limited)
	for {
		line, err := readLine(lines)
		if err == io.EOF && limited.N > 0 {
			tell(stepClosed)
			return
		}
		if err == nil {
			if r.ready && r.answered.IsZero() {
				r.answered = time.Now()
			}
			var s step
			if s, err = r.take(line); s != 0 {
				tell(s)
			}
		}
		if err != nil {
			r.broken = err
			if limited.N <= 0 { // not cut off by the writer
				r.broken = fmt.Errorf("more than %d MiB of events", r.most>>20)
			}
			tell(stepBroken)
			return
		}
	}
}

// readLine reads one line without its end; io.EOF only where nothing is left.
func readLine(in *bufio.Reader) ([]byte, error) {
	var long []byte
	for {
		part, err := in.ReadSlice('\n')
		switch {
		case err == nil && long == nil:
			return part[:len(part)-1], nil
		case err == nil || errors.Is(err, bufio.ErrBufferFull):
			if long = append(long, part...); len(long) > longestLine {
				return nil, fmt.Errorf("a line is longer than %d MiB", longestLine>>20)
			}
			if err == nil {
				return long[:len(long)-1], nil
			}
		case len(part)+len(long) > 0:
			return nil, fmt.Errorf("the last line is cut off: %q", printable(string(append(long, part...))))
		default:
			return nil, io.EOF
		}
	}
}
