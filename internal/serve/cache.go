package serve

import (
	"context"
	"sync"
)

// cache keeps what is dear to make, as long as its stamp stays what it was. What was used longest ago goes first.
type cache struct {
	most int // B

	mu      sync.Mutex
	held    int // B
	clock   int // counts uses
	entries map[string]*entry
}

type entry struct {
	turn  chan struct{} // holds one token while somebody makes it
	used  int
	stamp string // "": it is not made yet
	data  []byte
}

// mostEntries bounds what is kept besides the bytes.
const mostEntries = 1024

func newCache(most int) *cache { return &cache{most: most, entries: map[string]*entry{}} }

// get returns what make made for this stamp. Several who want the same at once wait for one of them to make it. An error
// is not kept. now gives the stamp, in turn: one that goes by the time would be too old for who had to wait.
func (c *cache) get(ctx context.Context, key string, now func() string, make func() ([]byte, error)) ([]byte, error) {
	e := c.entry(key)
	select {
	case e.turn <- struct{}{}:
		defer func() { <-e.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	stamp := now()
	if e.stamp == stamp {
		return e.data, nil
	}
	data, err := make()
	if err == nil {
		c.put(key, e, stamp, data)
	}
	return data, err
}

func (c *cache) entry(key string) *entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.entries[key]
	if e == nil {
		e = &entry{turn: make(chan struct{}, 1)}
		c.entries[key] = e
	}
	c.clock++
	e.used = c.clock
	return e
}

// put is called by who has the entry's turn.
func (c *cache) put(key string, e *entry, stamp string, data []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries[key] != e {
		return // it had to go meanwhile
	}
	c.held += len(data) - len(e.data)
	e.stamp, e.data = stamp, data
	for c.held > c.most || len(c.entries) > mostEntries {
		c.drop()
	}
}

func (c *cache) drop() {
	oldest := ""
	for key, e := range c.entries {
		if oldest == "" || e.used < c.entries[oldest].used {
			oldest = key
		}
	}
	c.held -= len(c.entries[oldest].data)
	delete(c.entries, oldest)
}
