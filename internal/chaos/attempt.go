//go:build linux

package main

import (
	"fmt"
	"os"
	"strings"
	"syscall"
)

// attempt is one runner from its start until all that it left is gone. The first has the round's fault, the next ones are
// killed, and the last ones are left in peace.
func (r *round) attempt(number int, args []string) error {
	f, chance := r.fault, r.chance(1+number)
	switch {
	case number >= r.attempts:
		f = fault{}
	case number > 0 && chance.IntN(5) > 0:
		f = sends("kill", 1, syscall.SIGKILL)
	}
	r.makeTmp()
	p, err := r.start(f.shell, args...)
	if err != nil {
		return err
	}
	r.others = nil
	r.join(p)
	undo := nothing
	if f.strike != nil && p.reaches(drawMoment(chance, r.reference, r.remaining(), f)) {
		p.struck, r.tainted = true, r.tainted || f.taints
		r.found.strike(f.name)
		if undo, err = f.strike(r, p, chance); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	if f.end == nil { // runner is to outlive it
		undo()
	}
	for _, p := range r.others {
		r.await(p, f)
	}
	undo()
	r.calm = !p.struck
	if p.struck && f.strews {
		r.emptyTmp()
	}
	r.gone()
	return nil
}

// remaining is how many trials an undisturbed run has more than the first run that is stored.
func (r *round) remaining() int {
	all := len(r.reference.Trials)
	runs, err := r.runs()
	if err != nil || len(runs) == 0 {
		return all
	}
	return max(0, all-runs[0].Trials)
}

// join counts a runner among those of the round.
func (r *round) join(p *runner) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.living[p.PID] = true
	r.pids = append(r.pids, p.PID)
	r.others = append(r.others, p)
}

// await waits for a runner, and looks at how it ended and what it said.
func (r *round) await(p *runner, f fault) {
	hung := p.await()
	r.mu.Lock()
	delete(r.living, p.PID)
	r.mu.Unlock()
	r.check(ends)
	if hung {
		r.broken(ends, "runner %s did not end within %v: %s", p.what, patience, p.stderr)
	}
	if p.run != "" {
		r.acks[p.run] = append(r.acks[p.run], p.acks...)
	}
	if f.loses && p.struck {
		clear(r.acks)
	}
	if p.Status.Signaled() || p.Status.ExitStatus() > 128 {
		r.found.Kills++
	}
	r.exit(p, f)
}

// exit looks at the exit code, and at what was said on stderr.
func (r *round) exit(p *runner, f fault) {
	r.check(exits)
	told, _ := os.ReadFile(p.stderr)
	for _, word := range []string{"internal fault", "panic:", "fatal error:", "goroutine "} {
		if strings.Contains(string(told), word) {
			r.broken(exits, "runner %s: %q on stderr: %s", p.what, word, p.stderr)
		}
	}
	fine := p.Status.Exited() && p.Status.ExitStatus() == r.reference.Code
	if p.struck && !fine {
		fine = f.end != nil && f.end(p, r) || f.name == "twins" && code(2)(p, r)
	}
	if !fine && r.tainted { // trials went wrong in this run: its verdict follows them
		fine = code(0, 1, 3, 4, 5)(p, r)
	}
	if !fine {
		r.broken(exits, "runner %s ended with %s, undisturbed with exit code %d; %s", p.what, p.end(), r.reference.Code, p.stderr)
	}
}
