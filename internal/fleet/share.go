package fleet

import (
	"errors"
	"fmt"
	"slices"

	"bench/runner/executors"
)

// ErrTooFew says that a trial needs more agents than there are.
var ErrTooFew = errors.New("too few hosts")

// share shares the workers out: as many on each host as per_host says, else evenly over all that can run them. Hosts that
// come later are left out of what began without them: trials of a cell on two hosts and on three are not alike.
func (f *Fleet) share(job executors.Job, work Work) ([]member, error) {
	var able []string
	for _, about := range f.Available() {
		if about.can(work.Kind) {
			able = append(able, about.Name)
		}
	}
	each, _ := job.Options["per_host"].(int)
	hosts, wanted := min(len(able), job.Workers), "it needs one agent"
	if before := f.asBefore(job.Cell.Encoded(), able); before > 0 {
		hosts = min(hosts, before)
	}
	if each > 0 {
		hosts = (job.Workers + each - 1) / each
		wanted = fmt.Sprintf("it needs %d agents for %d workers, %d a host", hosts, job.Workers, each)
	}
	if hosts = max(hosts, 1); hosts > len(able) {
		return nil, f.few(wanted, hosts, work.Kind)
	}
	var members []member
	first := 0
	for i, name := range able[:hosts] {
		n := (job.Workers - first + hosts - i - 1) / (hosts - i)
		if each > 0 {
			n = min(each, job.Workers-first)
		}
		members = append(members, member{name, first, n})
		first += n
	}
	return members, nil
}

// few is the error where agents that can run work of a kind are too few: another run has them, or they are lost, or there were
// never as many.
func (f *Fleet) few(wanted string, hosts int, kind string) error {
	_, here, ever := f.Able(kind)
	if kind != "" {
		kind = " with " + kind
	}
	const next = "--agents starts them on this machine, runner agent --join FILE elsewhere"
	switch {
	case ever == 0:
		return fmt.Errorf("no agent%s takes part: %s", kind, next)
	case here >= hosts:
		return ErrBusy
	case ever >= hosts:
		return fmt.Errorf("%w: %s; agents%s here: %d, of %d that have taken part: %s", ErrTooFew, wanted, kind, here, ever, next)
	}
	return fmt.Errorf("%s; agents%s here: %d: %s", wanted, kind, here, next)
}

// usual is on how many hosts the first trial of a cell was, which is this one if there was none.
func (f *Fleet) usual(cell string, members []member) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.layouts == nil {
		f.layouts = map[string][]string{}
	}
	if f.layouts[cell] == nil {
		for _, m := range members {
			f.layouts[cell] = append(f.layouts[cell], m.agent)
		}
	}
	return len(f.layouts[cell])
}

// asBefore puts the hosts of a cell's first trial before the others, and says how many those were; 0: there was none.
func (f *Fleet) asBefore(cell string, able []string) int {
	f.mu.Lock()
	first := f.layouts[cell]
	f.mu.Unlock()
	slices.SortStableFunc(able, func(a, b string) int {
		switch was, is := slices.Contains(first, a), slices.Contains(first, b); {
		case was == is:
			return 0
		case was:
			return -1
		}
		return 1
	})
	return len(first)
}
