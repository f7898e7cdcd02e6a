package cluster

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"bench/runner/executors"
	"bench/runner/results"
)

// crew is a member: the workers of one host.
type crew struct {
	*line
	id       string
	job      executors.Job // of this process
	rec      *executors.Record
	zero     time.Time // from which the times of the workers count
	hands    []executors.Hand
	warnings []string

	mu      sync.Mutex
	state   string
	boss    string // the coordinator
	epoch   string
	heard   bool                       // of the coordinator, since the last beat
	held    map[jetstream.Msg]struct{} // chunks at work or not yet acknowledged
	began   chan struct{}
	ended   chan struct{}
	renewed chan struct{} // closed and replaced with each epoch
	deaf    int           // beats without a connection
	shift   time.Duration // from zero to when it heard that the trial had begun
}

func prepareMember(ctx context.Context, job, own executors.Job, p Part) (executors.Executor, error) {
	m := &crew{
		id: nats.NewInbox()[len("_INBOX."):], job: job, state: stateReady, held: map[jetstream.Msg]struct{}{},
		began: make(chan struct{}), ended: make(chan struct{}), renewed: make(chan struct{}),
	}
	own.Dir, own.Pin = job.Dir, job.Pin
	m.rec, _ = executors.OpenRecord(ctx, job)
	m.zero = m.rec.Zero()
	if err := m.hire(own, p.First); err != nil {
		return nil, err
	}
	var err error
	m.line, err = dial(ctx, p, p.Host)
	return m, err
}

// hire starts the workers, all at once. They are numbered as in the trial, so that those of two agents on one machine are not
// pinned to the same cores.
func (m *crew) hire(own executors.Job, first int) error {
	m.hands = make([]executors.Hand, m.job.Workers)
	errs, warnings := make([]error, len(m.hands)), make([][]string, len(m.hands))
	var started sync.WaitGroup
	for i := range m.hands {
		started.Go(func() { m.hands[i], warnings[i], errs[i] = executors.NewHand(m.rec, own, first+i) })
	}
	started.Wait()
	m.warnings = warnings[0] // the others say the same
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (m *crew) Info() executors.Info { return cluster{}.Info() }

// Runtime is that of the workers.
func (m *crew) Runtime() results.RuntimeInfo { return m.hands[0].Runtime() }

// listen takes in what the coordinator says. The first that is heard is the one; another one means that it was started again.
func (m *crew) listen(w word) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.boss == "" && w.State != stateAbort {
		m.boss = w.From
	}
	if w.From != m.boss {
		return
	}
	m.heard = true
	if w.Epoch != m.epoch {
		m.epoch = w.Epoch
		close(m.renewed)
		m.renewed = make(chan struct{})
	}
	switch {
	case w.State == stateAbort:
		m.quit("the coordinator ended the trial: " + w.Text)
	case w.State == stateGo && m.state == stateReady:
		m.state, m.shift = stateGo, time.Since(m.zero)
		close(m.began)
	case w.State == stateEnd && (m.state == stateReady || m.state == stateGo):
		if m.state == stateReady { // the word that the trial had begun was lost, and the others have done all tasks
			close(m.began)
		}
		m.state = stateEnd
		close(m.ended)
	}
}

// quit ends this process, and with it the workers, whatever they do.
func (m *crew) quit(why string) {
	m.rec.Fail(-1, 0, why)
	os.Exit(1)
}

// announce tells the coordinator what is so now.
func (m *crew) announce() {
	m.mu.Lock()
	w := word{
		From: m.id, To: m.boss, State: m.state, Host: m.Host, First: m.First, Workers: len(m.hands),
		Reconnects: int(m.conn.Stats().Reconnects),
	}
	m.mu.Unlock()
	m.tell(toCoordinator, w)
}

// watch sends the heartbeat, keeps the lease of each chunk at work, and ends this process when the coordinator is silent.
func (m *crew) watch() {
	silence := 0
	for {
		m.announce()
		m.mu.Lock()
		beat, most := m.beat(), m.silent()
		if m.boss == "" {
			most = max(most, int(patience/beat))
		}
		switch {
		case m.heard:
			silence, m.heard, m.deaf = 0, false, 0
		case m.conn.IsConnected():
			silence++
		default: // nobody can be heard then
			m.deaf++
		}
		if m.state == stateReady {
			beat = min(often, beat)
			most = max(most, int(patience/beat))
		}
		held := make([]jetstream.Msg, 0, len(m.held))
		for msg := range m.held {
			held = append(held, msg)
		}
		m.mu.Unlock()
		for _, msg := range held {
			_ = msg.InProgress() // else another member gets it too
		}
		if m.deaf > 2*most {
			m.quit(fmt.Sprintf("the broker at %s was not to be reached for %v", m.Where(), 2*m.Lease))
		}
		if silence > most {
			m.quit(fmt.Sprintf("the coordinator has not been heard for %v: it has ended, or the way to it is cut", max(m.Lease, time.Duration(most)*beat)))
		}
		time.Sleep(beat)
	}
}

// Execute works for the coordinator until that says that the trial is over. The clock of this process's own trial runs from
// here on, its workers are ready when the trial begins.
func (m *crew) Execute(ctx context.Context, job executors.Job) (executors.Observation, error) {
	m.rec.Restart(job)
	if err := m.hear(toMembers, m.listen); err != nil {
		return executors.Observation{}, err
	}
	go m.watch()
	<-m.began
	spawned := m.rec.Now()
	var done sync.WaitGroup
	for i, hand := range m.hands {
		done.Go(func() {
			w := &worker{crew: m, Hand: hand, number: i}
			w.work()
			m.rec.Put(results.TaskSpan{Task: i, Worker: i, Start: spawned, End: m.rec.Now()},
				map[string]any{"chunks": w.chunks, "tasks": w.tasks})
		})
	}
	done.Wait()
	o := m.rec.Observation(spawned)
	o.Warnings = m.warnings
	m.mu.Lock()
	m.state = stateBye
	m.mu.Unlock()
	m.announce()
	_ = m.conn.FlushTimeout(try)
	m.conn.Close()
	return o, nil
}
