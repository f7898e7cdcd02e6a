package executors

import (
	"fmt"
	"runtime"
	"slices"

	"bench/runner/results"
)

// Hand is one worker that is given its chunks from outside, one after the other.
type Hand interface {
	// Do runs a chunk that EncodeChunk made, and gives an answer for DecodeAnswer, or an error if the worker is of no more
	// use: End then tells why.
	Do(chunk []byte) ([]byte, error)

	// End ends the worker and tells what was wrong with it: a text that can follow its number; "" if nothing was. err is
	// what Do gave last.
	End(err error) string

	// Runtime says what runs the tasks.
	Runtime() results.RuntimeInfo
}

// NewHand starts a worker for the job's tasks: a process of this program, of the job's own program, or one that starts
// commands. It is ready when NewHand returns. number is unlike that of all others of the
// trial on this machine, and tells the core if the job is pinned.
func NewHand(r *Record, job Job, number int) (Hand, []string, error) {
	switch {
	case len(job.Commands) > 0:
		return newCommandHand(r, job, number)
	case len(job.Program) > 0:
		return newStreamHand(r, job, number)
	}
	return newProcessHand(r, job, number)
}

// thread is one thread of the system that runs what it is given. A process that was started from it, or pinned, lives and
// is bound as long as it does.
type thread chan func()

func newThread() thread {
	t := make(thread)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		for do := range t {
			do()
		}
	}()
	return t
}

// do runs f there, and waits for its end.
func (t thread) do(f func()) {
	done := make(chan struct{})
	t <- func() {
		defer close(done)
		f()
	}
	<-done
}

// processHand is a worker process such as pool has.
type processHand struct {
	hand
	home  thread
	trial *Record
}

func newProcessHand(r *Record, job Job, number int) (Hand, []string, error) {
	p := &processHand{hand: hand{record: &record{job: job, zero: r.r.zero}, number: number}, home: newThread(), trial: r}
	var warnings []string
	var err error
	p.home.do(func() { warnings, err = p.start() })
	if err != nil {
		return nil, warnings, fmt.Errorf("worker %d%s", number, p.End(err))
	}
	return p, warnings, nil
}

func (p *processHand) Runtime() results.RuntimeInfo { return ownRuntime() }

func (p *processHand) Do(chunk []byte) ([]byte, error) {
	p.begin(frameTasks)
	p.out = append(p.out, chunk...)
	if err := p.send(); err != nil {
		return nil, err
	}
	kind, data, err := p.await()
	if err == nil && kind != frameResults && kind != frameFailed {
		err = errFrame
	}
	return slices.Concat([]byte{kind}, data), err
}

func (p *processHand) End(err error) string {
	why := p.part(err)
	close(p.home)
	p.trial.remember(p.memory)
	return why
}

// remember adds the peak of a worker's memory in B.
func (r *Record) remember(peak int64) {
	r.r.mu.Lock()
	r.r.memory += peak
	r.r.mu.Unlock()
}
