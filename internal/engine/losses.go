package engine

import (
	"context"
	"fmt"
	"strings"
	"time"

	"bench/runner/results"
)

const (
	deadly    = 3  // hosts lost in a cell, one after another, until that is taken for its doing
	fruitless = 5  // times that a host is lost while nothing at all is recorded, until the run gives up
	mostTold  = 20 // losses that are told one by one
)

// losses are the hosts that were lost while they had a block.
type losses struct {
	told   []string
	untold int
	falls  map[int]fall   // by cell: since a trial of it was recorded
	barren map[string]int // by host: since any trial was recorded
}

// fall is a host being lost in a cell: how many by now, and when the last one was.
type fall struct {
	times int
	at    time.Time
}

// fell notes that a host was lost in a trial, which is not recorded: another host has it again. Unless it was lost in that
// cell time and again, each time in a trial begun after the loss before, so that it is no outage of all hosts: a trial that
// takes its host with it would else go from one to the next for ever.
func (s *spread) fell(ctx context.Context, host Host, trial results.Trial, r *round, at int) error {
	if ctx.Err() != nil {
		return errLost
	}
	cell := r.slots[at].Cell
	s.mu.Lock()
	f := s.falls[cell]
	if f.times == 0 || !trial.Started.Before(f.at) {
		s.falls[cell] = fall{f.times + 1, s.Now()}
	}
	often := s.falls[cell].times >= deadly
	s.mu.Unlock()
	if often {
		trial.Status, trial.Results, trial.Result = results.Crash, nil, nil
		trial.Reason = fmt.Sprintf("%d times in a row the host was lost in this cell, the last time %s: %v", deadly, host.Name(), host.Lost())
		if err := s.keep(ctx, trial, r, at); err != nil {
			return err
		}
	}
	return errLost
}

// thrive notes that a trial of a cell was recorded.
func (l *losses) thrive(cell int) {
	delete(l.falls, cell)
	clear(l.barren)
}

// add notes a loss. An error says that to go on would lead to nothing but further ones.
func (l *losses) add(host Host) error {
	name, why := host.Name(), host.Lost()
	if len(l.told) < mostTold {
		l.told = append(l.told, fmt.Sprintf("host %s: %v", name, why))
	} else {
		l.untold++
	}
	if l.barren[name]++; l.barren[name] == fruitless {
		return fmt.Errorf("host %s was lost %d times while no trial was recorded: %w\n  hint: look at what its agent says, and at what is prepared there", name, fruitless, why)
	}
	return nil
}

// text tells of the losses, one a line.
func (l *losses) text() string {
	lines := l.told
	if l.untold > 0 {
		lines = append(lines[:len(lines):len(lines)], fmt.Sprintf("and %d more", l.untold))
	}
	return strings.Join(lines, "\n")
}
