package fleet

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
)

// Two agents of one name would both carry out each order, and answer for one another. So an agent asks for its own name when it
// starts and when the broker is back. One that has it already keeps it; of two that ask at once, that with the smaller nonce.

// Another agent may take so long to say that it has the name, and is asked so often: one on a busy host may not be let run for
// a while. Where there is none, the broker says so at once.
const (
	answering = time.Second
	asks      = 5
)

// alone is an error if another agent has the name.
func (a *Agent) alone(ctx context.Context) error {
	a.mu.Lock()
	a.named, a.yields = false, false
	a.mu.Unlock()
	err := context.DeadlineExceeded
	for try := 0; try < asks && errors.Is(err, context.DeadlineExceeded); try++ {
		one, done := context.WithTimeout(ctx, answering)
		_, err = a.conn.RequestWithContext(one, a.Join.Subject("called", a.About.Name), []byte(a.About.Nonce)) // a connection does not hear itself
		done()
	}
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
