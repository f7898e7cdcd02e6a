//go:build linux

package main

import (
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// roundVariable holds the task of a round's process.
const roundVariable = "RUNNER_CHAOS_ROUND"

// plainVariable says that the process has given up root's rights to files.
const plainVariable = "RUNNER_CHAOS_PLAIN"

// task is what a round's process is told.
type task struct {
	Seed        uint64
	Round       int
	Only        string
	With        string
	Runner      string // the command under test
	Dir         string // of the round
	Reference   string // the directory of the undisturbed run of the same experiment
	Private     bool   // the process has a mount namespace of its own
	Undisturbed bool   // make that run
}

// draw is what chance decides about a round before it begins.
type draw struct {
	experiment experiment
	fault      fault
	attempts   int // that are disturbed
}

// chance gives the numbers of one part of a round: they are the same whatever happened in other parts.
func (t task) chance(part int) *rand.Rand {
	return rand.New(rand.NewPCG(t.Seed, uint64(t.Round)<<16|uint64(part)))
}

func (t task) draw() draw {
	r := t.chance(0)
	var d draw
	all := slices.DeleteFunc(faults(t.Private, t.Only), func(f fault) bool {
		return f.fits != nil && !slices.ContainsFunc(experiments(), func(e experiment) bool { return chosen(e.name, t.With) && f.fits(e) })
	})
	d.fault = weighted(r, all)
	var fit []experiment
	for _, e := range experiments() {
		if chosen(e.name, t.With) && (d.fault.fits == nil || d.fault.fits(e)) {
			fit = append(fit, e)
		}
	}
	d.experiment = fit[r.IntN(len(fit))]
	d.attempts = 1 + r.IntN(6)
	return d
}

// weighted draws a fault, one of weight 6 six times as often as one of 1.
func weighted(r *rand.Rand, all []fault) fault {
	sum := 0
	for _, f := range all {
		sum += f.weight
	}
	n := r.IntN(sum)
	for _, f := range all {
		if n -= f.weight; n < 0 {
			return f
		}
	}
	panic("weights have changed meanwhile")
}

// moment is when a fault strikes: after so many acknowledged trials, and a pause.
type moment struct {
	trials int
	pause  time.Duration
}

// drawMoment draws one: anywhere in the time that is left of an undisturbed run, or near the record of a trial, or after the
// last. left is how many trials are to come.
func drawMoment(r *rand.Rand, ref reference, left int, f fault) moment {
	byTime, which, wide, narrow := r.IntN(2) == 0, r.Float64(), r.Float64(), r.Float64()
	switch {
	case f.early:
		return moment{0, time.Duration(narrow * float64(100*time.Millisecond))}
	case byTime || f.blind:
		share := float64(left+10) / float64(len(ref.Trials)+10)
		return moment{0, time.Duration(wide * share * 1.3 * float64(ref.Took))}
	}
	return moment{int(which * float64(left+2)), time.Duration(narrow * float64(5*time.Millisecond))}
}

func chosen(name, only string) bool { return strings.HasPrefix(name, only) }
