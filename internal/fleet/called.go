package fleet

import (
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
)

// Two agents of one name would both carry out each order, and answer for one another. So an agent asks for its own name when it
// starts and when the broker is back. One that has it already keeps it; of two that ask at once, that with the smaller nonce.

// answering is how long another agent may take to say that it has the name.
const answering = time.Second

// alone is an error if another agent has the name.
func (a *Agent) alone() error {
	a.mu.Lock()
	a.named, a.yields = false, false
	a.mu.Unlock()
	_, err := a.conn.Request(a.Join.Subject("called", a.About.Name), []byte(a.About.Nonce), answering) // a connection does not hear itself
	a.mu.Lock()
	defer a.mu.Unlock()
	if err == nil || a.yields {
		return fmt.Errorf("another agent of this fleet is called %s: give this one another name with --name", a.About.Name)
	}
	a.named = true
	return nil
}

// called answers one that asks for this agent's name, unless it may have it.
func (a *Agent) called(m *nats.Msg) {
	theirs := string(m.Data)
	a.mu.Lock()
	mine := a.named || a.About.Nonce < theirs
	a.yields = a.yields || !mine && theirs != a.About.Nonce
	a.mu.Unlock()
	if mine {
		_ = m.Respond([]byte(a.About.Nonce))
	}
}
