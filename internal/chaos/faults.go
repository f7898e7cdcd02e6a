//go:build linux

package main

import (
	"fmt"
	"math/rand/v2"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"bench/runner/internal/host"
)

// fault is one kind of harm.
type fault struct {
	name   string
	weight int
	fits   func(experiment) bool // nil: all
	before func(*round) error    // done before the first runner starts; may be nil
	shell  string                // text for sh that starts the command from its arguments; "": it is started directly
	strike func(*round, *runner, *rand.Rand) (undo func(), err error)
	end    func(p *runner, r *round) bool // tells whether a runner that was struck may end so; nil: as if nothing had been
	blind  bool                           // nothing is to be read from stderr
	taints bool                           // trials may go wrong by it
	loses  bool                           // what was kept may be gone
	early  bool                           // it strikes while runner begins
	plain  bool                           // root is to be kept out of files too
	strews bool                           // nobody can remove what is in TMPDIR meanwhile
}

// faults are those that can be had, whose names begin with only.
func faults(private bool, only string) (all []fault) {
	kinds := append(signalFaults(), processFaults()...)
	kinds = append(kinds, diskFaults()...)
	if private {
		kinds = append(kinds, mountFaults()...)
	}
	kinds = append(kinds, descriptorFaults()...)
	kinds = append(kinds, rivalFaults()...)
	for _, f := range kinds {
		if chosen(f.name, only) {
			all = append(all, f)
		}
	}
	return all
}

func nothing() {}

// sends is a fault that sends signals to runner alone.
func sends(name string, weight int, signals ...syscall.Signal) fault {
	last := signals[0]
	return fault{name: name, weight: weight,
		strike: func(_ *round, p *runner, chance *rand.Rand) (func(), error) {
			for i, s := range signals {
				if i > 0 {
					p.EndsWithin(time.Duration(chance.Float64() * float64(20*time.Millisecond)))
				}
				p.signal(s)
			}
			return nothing, nil
		},
		end: func(p *runner, r *round) bool {
			s := p.Status
			return s.Signaled() && s.Signal() == last && (last == syscall.SIGKILL || !p.told || r.finished(p.run)) || s.Exited() && s.ExitStatus() == 128+int(last)
		}}
}

func signalFaults() []fault {
	kill := sends("kill", 16, syscall.SIGKILL)
	after := sends("TERM, KILL", 2, syscall.SIGTERM, syscall.SIGKILL)
	after.end = func(p *runner, r *round) bool {
		return p.Status.Signaled() || p.Status.Exited() && p.Status.ExitStatus() == 128+int(syscall.SIGTERM)
	}
	return []fault{kill, sends("TERM", 3, syscall.SIGTERM), sends("INT", 3, syscall.SIGINT), sends("HUP", 1, syscall.SIGHUP),
		sends("INT twice", 2, syscall.SIGINT, syscall.SIGINT), after}
}

// code tells whether runner ended with one of these exit codes.
func code(codes ...int) func(*runner, *round) bool {
	return func(p *runner, _ *round) bool {
		for _, c := range codes {
			if p.Status.Exited() && p.Status.ExitStatus() == c {
				return true
			}
		}
		return false
	}
}

func processFaults() []fault {
	tree := func(e experiment) bool { return e.tree }
	return []fault{
		{name: "worker killed", weight: 3, fits: tree, strike: killOne, taints: true,
			end: func(p *runner, r *round) bool { // a server or a clean-up that died is trouble
				return code(0, 1, 3, 4)(p, r) || code(2)(p, r) && (r.experiment.name == "server" || r.experiment.name == "steps")
			}},
		{name: "warden killed", weight: 1, strike: killWarden},
		{name: "stopped", weight: 2, strike: func(_ *round, p *runner, chance *rand.Rand) (func(), error) {
			p.signal(syscall.SIGSTOP)
			return func() { p.signal(syscall.SIGCONT) }, pause(chance)
		}},
		{name: "worker stopped", weight: 2, fits: tree, strike: func(_ *round, p *runner, chance *rand.Rand) (func(), error) {
			pid := p.descendant(chance)
			if pid != 0 {
				_ = syscall.Kill(pid, syscall.SIGSTOP)
			}
			return func() {
				if pid != 0 {
					_ = syscall.Kill(pid, syscall.SIGCONT)
				}
			}, pause(chance)
		}},
	}
}

// pause is for as long as something is to be as it should not be.
func pause(chance *rand.Rand) error {
	time.Sleep(time.Duration((0.02 + 0.4*chance.Float64()) * float64(time.Second)))
	return nil
}

// descendant draws one of the processes that runner has started, 0 if there is none for a while.
func (p *runner) descendant(chance *rand.Rand) int {
	share := chance.Float64()
	for range 200 {
		_, table, err := host.Table()
		if err != nil || p.ended() {
			return 0
		}
		if all := host.Descendants(host.Process{PID: p.PID}, table); len(all) > 0 {
			return all[int(share*float64(len(all)))].PID
		}
		time.Sleep(time.Millisecond)
	}
	return 0
}

func killOne(_ *round, p *runner, chance *rand.Rand) (func(), error) {
	for range 1 + chance.IntN(3) {
		if pid := p.descendant(chance); pid != 0 {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	return nothing, nil
}

// killWarden kills the process that would clear up after runner: it must not be needed by one that goes on.
func killWarden(_ *round, p *runner, _ *rand.Rand) (func(), error) {
	self, table, err := host.Table()
	if err != nil {
		return nothing, err
	}
	for _, child := range table {
		if child.Parent == self.PID && child.PID != p.PID && child.Session == child.PID {
			_ = syscall.Kill(child.PID, syscall.SIGKILL)
		}
	}
	return nothing, nil
}

func descriptorFaults() []fault {
	closed := []fault{}
	for _, c := range []struct{ name, shell string }{
		{"stdin closed", `exec "$0" "$@" <&-`}, {"stdout closed", `exec "$0" "$@" >&-`},
		{"stderr closed", `exec "$0" "$@" 2>&-`}, {"all closed", `exec "$0" "$@" <&- >&- 2>&-`},
	} {
		f := sends(c.name, 1, syscall.SIGKILL)
		f.shell = c.shell
		f.blind = c.name == "stderr closed" || c.name == "all closed"
		closed = append(closed, f)
	}
	return append(closed, fault{name: "descriptors", weight: 2, taints: true, end: code(0, 1, 2, 3, 4, 5),
		strike: func(_ *round, p *runner, chance *rand.Rand) (func(), error) {
			limit := 3 + chance.Uint64N(12)
			return nothing, bounded(p, unix.RLIMIT_NOFILE, limit)
		}})
}

// bounded gives a running process another limit. That it has ended is no error.
func bounded(p *runner, resource int, limit uint64) error {
	err := unix.Prlimit(p.PID, resource, &unix.Rlimit{Cur: limit, Max: limit}, nil)
	if err == unix.ESRCH {
		return nil
	}
	if err != nil {
		return fmt.Errorf("prlimit: %w", err)
	}
	return nil
}
