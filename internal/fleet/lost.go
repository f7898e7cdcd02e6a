package fleet

import (
	"github.com/nats-io/nats.go"
)

// owed are the orders of this coordinator that have not ended for both sides.
type owed struct {
	open map[string]bool   // ids that are waited for
	lost map[string]string // ids that were given up, and who had them: they are stopped there once it is heard of again
}

func (f *Fleet) begun(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.owed.open[id], f.gave = true, true
}

func (f *Fleet) over(id, name string, lost bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.owed.open, id)
	if lost {
		f.owed.lost[id] = name
	}
}

// settle confirms the end of an order that nobody waits for, so that its agent forgets it.
func (f *Fleet) settle(m *nats.Msg) {
	part := f.Join.Subject("order", f.ID) + "."
	id := m.Subject[len(part) : len(m.Subject)-len(".done")]
	f.mu.Lock()
	open := f.owed.open[id]
	_, lost := f.owed.lost[id]
	delete(f.owed.lost, id)
	f.mu.Unlock()
	if lost {
		f.wake() // its agent can be given work again
	}
	if !open && m.Reply != "" {
		_ = m.Respond(nil)
	}
}

// recall has an agent stop what it was given up for, until it has said of each order that it is over.
func (f *Fleet) recall(name string) {
	f.mu.Lock()
	var ids []string
	for id, who := range f.owed.lost {
		if who == name {
			ids = append(ids, id)
		}
	}
	f.mu.Unlock()
	for _, id := range ids {
		_ = f.conn.PublishRequest(f.Join.Subject("agent", name, "stop"), f.Join.Subject("order", f.ID, id, "done"), []byte(id))
	}
}

// by tells whether an agent may still be at work on an order that was given up.
func (o owed) by(name string) bool {
	for _, who := range o.lost {
		if who == name {
			return true
		}
	}
	return false
}
