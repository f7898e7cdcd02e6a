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
	free := 0
	for _, about := range f.Available() {
		free++
		if work.Kind == "" || slices.Contains(about.Runtimes, work.Kind) {
			able = append(able, about.Name)
		}
	}
	if len(able) == 0 && free > 0 {
		return nil, fmt.Errorf("none of the %d agents that are free has %s", free, work.Kind)
	}
	if len(able) == 0 {
		return nil, fmt.Errorf("%w: no agent takes part any more, or all work for other runs", ErrTooFew)
	}
	each, _ := job.Options["per_host"].(int)
	hosts := min(len(able), job.Workers)
	if before := f.asBefore(job.Cell.Encoded(), able); before > 0 {
		hosts = min(hosts, before)
	}
	if each > 0 {
		if hosts = (job.Workers + each - 1) / each; hosts > len(able) && hosts <= free {
			return nil, fmt.Errorf("%d workers, %d a host, need %d agents, and %d of the %d have %s", job.Workers, each, hosts, len(able), free, work.Kind)
		} else if hosts > len(able) {
			return nil, fmt.Errorf("%w: %d workers, %d a host, need %d agents, and %d are free and can run them", ErrTooFew, job.Workers, each, hosts, len(able))
		}
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
