package cluster

import (
	"encoding/json"
	"time"

	"github.com/nats-io/nats.go"

	"bench/runner/internal/link"
)

// What the parts of a trial tell each other besides tasks goes over plain messages, which may be lost: each says all that is
// so now, and is sent again and again. So a message is a heartbeat, too.
type word struct {
	From  string `json:"from"` // the process: a word of its own making
	To    string `json:"to"`   // from a member: the coordinator that it has heard, if any
	State string `json:"state"`
	Epoch string `json:"epoch,omitempty"` // from the coordinator: of the streams that count
	Text  string `json:"text,omitempty"`

	Host       string `json:"host,omitempty"` // from a member
	First      int    `json:"first,omitempty"`
	Workers    int    `json:"workers,omitempty"`
	Reconnects int    `json:"reconnects,omitempty"`
}

// The states of a part.
const (
	stateReady = "ready" // of a member: its workers wait
	stateWait  = "wait"  // of the coordinator: it waits for members
	stateGo    = "go"    // the trial runs
	stateEnd   = "end"   // all tasks are done
	stateAbort = "abort" // the trial went wrong: Text says why
	stateBye   = "bye"   // of a member: its workers are gone
	stateGone  = "gone"  // of a member, from who started it: it has ended, or nobody knows; Text says why
)

const (
	toMembers     = "members"
	toCoordinator = "coordinator"

	often    = 200 * time.Millisecond // between two heartbeats at least, before the trial has begun
	patience = 30 * time.Second       // for the other parts to begin, at least
)

// beat is the time between two heartbeats. Silence counts in beats: a process that was paused has heard nothing meanwhile,
// but has not waited either.
func (p Part) beat() time.Duration { return max(min(p.Lease/4, try), 10*time.Millisecond) }

// silent is the number of beats after which the other part counts as lost.
func (p Part) silent() int { return int(p.Lease/p.beat()) + 1 }

func (l *line) tell(to string, w word) {
	data, err := json.Marshal(w)
	if err == nil {
		_ = l.conn.Publish(l.subject("ctl", to), data) // it is told again
	}
}

// TellGone tells the coordinator of a trial that a member on a host has ended, or is not heard of, and why. If the trial has
// not begun, it never will: it ends at once.
func TellGone(c *nats.Conn, j link.Join, trial, host, why string) error {
	data, err := json.Marshal(word{State: stateGone, Host: host, Text: why})
	if err != nil {
		return err
	}
	return c.Publish(j.Subject(trial, "ctl", toCoordinator), data)
}

// hear calls f with each word, one after the other.
func (l *line) hear(at string, f func(word)) error {
	_, err := l.conn.Subscribe(l.subject("ctl", at), func(m *nats.Msg) {
		var w word
		if json.Unmarshal(m.Data, &w) == nil {
			f(w)
		}
	})
	return err
}
