package fleet

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"bench/runner/executors"
	"bench/runner/internal/engine"
	"bench/runner/results"
	"bench/runner/spec"
)

// Places are the hosts of a fleet as the engine takes them: each for one block at a time.
type Places struct {
	Fleet *Fleet
	Work  func(*spec.PlannedCell) Work
	Roots []string // directories whose files travel: see Need
	Came  func(About) error
	// Ensure starts agents again that have ended, if they are this run's own, and tells where it cannot; nil: none are.
	Ensure func()

	mu    sync.Mutex
	taken map[string]bool
	met   map[string]bool
}

// Take waits for an agent that has no block. There will be none if none is heard of for a lease, and none is at work.
func (p *Places) Take(ctx context.Context) (engine.Host, error) {
	for alone := time.Now(); ; {
		if p.Ensure != nil {
			p.Ensure()
		}
		p.Fleet.mu.Lock()
		changed := p.Fleet.changed
		p.Fleet.mu.Unlock()
		if about, found := p.free(p.Fleet.Available()); found {
			if p.Came != nil && !p.met[about.Name] {
				if err := p.Came(about); err != nil {
					return nil, err
				}
			}
			p.meet(about.Name)
			return &place{all: p, name: about.Name}, nil
		}
		if p.busy() || len(p.Fleet.Agents()) > 0 {
			alone = time.Now()
		}
		if time.Since(alone) > p.Fleet.Lease {
			return nil, errors.New("no agent takes part in the fleet any more")
		}
		select {
		case <-changed:
		case <-time.After(p.Fleet.Lease / parts):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (p *Places) free(agents []About) (About, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.taken == nil {
		p.taken, p.met = map[string]bool{}, map[string]bool{}
	}
	for _, about := range agents {
		if !p.taken[about.Name] {
			p.taken[about.Name] = true
			return about, true
		}
	}
	return About{}, false
}

func (p *Places) meet(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.met[name] = true
}

func (p *Places) busy() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.taken) > 0
}

// Give takes a host back.
func (p *Places) Give(h engine.Host) {
	p.mu.Lock()
	delete(p.taken, h.Name())
	p.mu.Unlock()
	p.Fleet.wake()
}

// place is one host, with a block.
type place struct {
	all  *Places
	name string

	mu   sync.Mutex
	lost error
}

func (h *place) Name() string { return h.name }

func (h *place) Lost() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.lost
}

// do carries an order out; a host that does not is lost, whatever the reason.
func (h *place) do(ctx context.Context, o Order) executors.Observation {
	seen, err := h.all.Fleet.Do(ctx, h.name, o)
	if err == nil {
		return seen
	}
	if ctx.Err() == nil {
		h.mu.Lock()
		if h.lost == nil && h.all.Fleet.Say != nil {
			h.all.Fleet.Say(fmt.Sprintf("%s is lost in a block, which is measured on another host or later: %v", h.name, err))
		}
		h.lost = err
		h.mu.Unlock()
		h.all.Fleet.lose(h.name) // until it is heard of again
	}
	return executors.Observation{Status: results.Interrupted, Reason: err.Error()}
}

func (h *place) Find(ctx context.Context, program string) error {
	if o := h.do(ctx, Order{Find: program}); o.Status == results.Unavailable {
		return errors.New(o.Reason)
	}
	return nil
}

func (h *place) Launch(ctx context.Context, job executors.Job, cell *spec.PlannedCell) executors.Observation {
	var work Work
	if cell != nil {
		work = h.all.Work(cell)
	}
	files, err := h.all.Fleet.Need(ctx, job, work, h.all.Roots...)
	if err != nil {
		return executors.Observation{Status: results.Crash, Reason: err.Error()}
	}
	o := h.do(ctx, Order{Job: job, Work: work, Files: files, Turn: true, AtOnce: atOnce(cell)})
	o.Hosts = []string{h.name}
	return o
}

// atOnce is how many threads of a cell want to run at once; 0: any number.
func atOnce(cell *spec.PlannedCell) int {
	switch {
	case cell == nil:
		return 1 // a step
	case !cell.Counted():
		return 0
	}
	return cell.Workers
}

func (h *place) Files(ctx context.Context, dir string) (map[string]any, error) {
	o := h.do(ctx, Order{Job: executors.Job{Dir: dir}, List: true})
	if o.Status != results.OK || len(o.Results) != 1 {
		return nil, errors.New(o.Reason)
	}
	files, _ := o.Results[0].(map[string]any)
	return files, nil
}

func (h *place) Free(dir string) { h.all.Fleet.Free(h.name, dir) }
