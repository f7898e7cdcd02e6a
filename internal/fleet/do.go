package fleet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nuid"

	"bench/runner/executors"
	"bench/runner/results"
)

// ErrLost says that an agent is not heard of any more. Its job may still run there, and what it gives counts no more.
var ErrLost = errors.New("it is not heard of any more")

// ErrBusy says that an agent works for another run.
var ErrBusy = errors.New("it works for another run")

var errEnded = errors.New("its agent was ended, or has not heard of this run for a lease, and ended the job")

// Do has an agent carry out an order and waits for its end. When ctx ends the job is stopped there, and its observation
// says that it was interrupted. An error means that there is no observation.
func (f *Fleet) Do(ctx context.Context, name string, o Order) (executors.Observation, error) {
	o.ID, o.From, o.Lease = nuid.Next(), f.ID, f.Lease
	ended := make(chan executors.Observation, 1)
	f.begun(o.ID)
	sub, err := f.conn.Subscribe(f.Join.Subject("order", f.ID, o.ID, "done"), func(m *nats.Msg) {
		var p packet
		var out executors.Observation
		if len(ended) > 0 { // it was told before
			_ = m.Respond(nil)
			return
		}
		err := json.Unmarshal(m.Data, &p)
		if err == nil {
			err = f.blobs.unpack(context.WithoutCancel(ctx), p, &out)
		}
		if err == nil && o.Find == "" && !o.List { // it has run the job
			err = out.Check(o.ran())
		}
		if err != nil {
			out = executors.Observation{Status: results.Crash, Reason: fmt.Sprintf("what %s answers cannot be taken: %v", name, err)}
		}
		select {
		case ended <- out: // before the agent hears that it can forget the order
		default: // it was taken before
		}
		_ = m.Respond(nil)
	})
	lost := false
	defer func() { f.over(o.ID, name, lost) }()
	if err != nil {
		return executors.Observation{}, err
	}
	defer func() { _ = sub.Unsubscribe() }()
	text, err := f.blobs.pack(ctx, o.ID, o)
	if err != nil {
		return executors.Observation{}, err
	}
	// An order that is on its way cannot be called back: it is stopped once it is confirmed.
	nonce, err := f.give(context.WithoutCancel(ctx), name, text)
	var out executors.Observation
	if err == nil {
		out, err = f.await(ctx, name, nonce, o.ID, ended)
	}
	if err == nil && out.Status == results.Interrupted && ctx.Err() == nil {
		out, err = executors.Observation{}, errEnded
	}
	lost = errors.Is(err, ErrLost)
	return out, err
}

// give sends an order again and again until it is confirmed, and gives the nonce of the agent that has it.
func (f *Fleet) give(ctx context.Context, name string, order []byte) (nonce string, err error) {
	begin := time.Now()
	for wait := pace; ; wait = min(2*wait, 8*pace) { // a large order takes its time to be read
		try, done := context.WithTimeout(ctx, wait)
		m, err := f.conn.RequestWithContext(try, f.Join.Subject("agent", name, "do"), order)
		done()
		if err == nil {
			var a answer
			if err := json.Unmarshal(m.Data, &a); err != nil {
				return "", fmt.Errorf("%s answers what cannot be read: %w", name, err)
			}
			if a.Busy {
				f.taken(name)
				return "", ErrBusy
			}
			if a.Refused != "" {
				return "", fmt.Errorf("%s refuses: %s", name, a.Refused)
			}
			return a.Nonce, nil
		}
		switch {
		case time.Since(begin) > f.Lease:
			f.lose(name)
			return "", ErrLost
		case errors.Is(err, nats.ErrNoResponders):
			time.Sleep(pace / 10)
		}
	}
}

// taken notes that another run has an agent, which says so by itself only later.
func (f *Fleet) taken(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if s := f.agents[name]; s != nil && (s.Busy == "" || s.Busy == f.ID) {
		s.Busy = "another"
	}
}

// await waits for the end of an order, for as long as its agent is heard of. Another that has taken its name knows nothing of it.
func (f *Fleet) await(ctx context.Context, name, nonce, id string, ended <-chan executors.Observation) (executors.Observation, error) {
	beat := time.NewTicker(f.Lease / parts)
	defer beat.Stop()
	stopped := ctx.Done()
	for {
		select {
		case out := <-ended:
			return out, nil
		case <-stopped:
			stopped = nil
			_ = f.conn.Publish(f.Join.Subject("agent", name, "stop"), []byte(id))
		case <-beat.C:
			if stopped == nil { // said again: the broker may have been away
				_ = f.conn.Publish(f.Join.Subject("agent", name, "stop"), []byte(id))
			}
			if heard, other := f.hears(name, nonce); !heard {
				if !other {
					f.lose(name)
				}
				return executors.Observation{}, ErrLost
			}
			if !f.held(ctx, name, id) {
				select {
				case out := <-ended:
					return out, nil
				default:
					return executors.Observation{}, errEnded
				}
			}
		}
	}
}

// held is false if an agent says that it has no such order: it has ended it and told nobody, since it had not heard of this
// coordinator for a lease. This process was stopped meanwhile, or cut off.
func (f *Fleet) held(ctx context.Context, name, id string) bool {
	try, done := context.WithTimeout(context.WithoutCancel(ctx), pace)
	defer done()
	m, err := f.conn.RequestWithContext(try, f.Join.Subject("agent", name, "holds"), []byte(id))
	return err != nil || string(m.Data) != strconv.FormatBool(false)
}

// hears tells whether an agent is heard of, or another of its name.
func (f *Fleet) hears(name, nonce string) (heard, other bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.agents[name]
	if s == nil || time.Since(s.at) > f.Lease {
		return false, false
	}
	return s.Nonce == nonce, s.Nonce != nonce
}

// Free says that a directory of a trial is no longer needed.
func (f *Fleet) Free(name, path string) {
	_ = f.conn.Publish(f.Join.Subject("agent", name, "free"), []byte(mark{f.ID, path}.String()))
}
