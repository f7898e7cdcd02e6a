//go:build linux

package main

import (
	"math/rand/v2"
	"syscall"
)

// rivalFaults have several runners at once on one database, one of which is killed.
func rivalFaults() []fault {
	return []fault{
		{name: "rivals", weight: 3, strike: rivals, end: func(p *runner, r *round) bool {
			return p.Status.Signaled() && p.Status.Signal() == syscall.SIGKILL
		}},
		{name: "twins", weight: 2, strike: twins, end: func(p *runner, r *round) bool {
			return p.Status.Signaled() && p.Status.Signal() == syscall.SIGKILL
		}},
	}
}

// rivals starts one or two runs of their own beside the first, lets them meet, and kills the first.
func rivals(r *round, p *runner, chance *rand.Rand) (func(), error) {
	for range 1 + chance.IntN(2) {
		other, err := r.start("", r.runArgs()...)
		if err != nil {
			return nothing, err
		}
		r.join(other)
	}
	if !p.reaches(drawMoment(chance, r.reference, len(r.reference.Trials), fault{})) {
		return nothing, nil
	}
	p.signal(syscall.SIGKILL)
	return nothing, nil
}

// twins has another runner resume the run that goes on: it must refuse, and keep its hands off it.
func twins(r *round, p *runner, chance *rand.Rand) (func(), error) {
	p.read()
	if p.run == "" {
		return nothing, nil
	}
	other, err := r.start("", r.resumeArgs(p.run)...)
	if err != nil {
		return nothing, err
	}
	other.struck = true // it ends as it must: with 2
	r.join(other)
	other.await()
	if !p.ended() && !code(2)(other, r) {
		r.broken(exits, "a second resume of %s ended with %s while the first went on", p.run, other.end())
	}
	if chance.IntN(2) == 0 && p.reaches(drawMoment(chance, r.reference, r.remaining(), fault{})) {
		p.signal(syscall.SIGKILL)
	}
	return nothing, nil
}
