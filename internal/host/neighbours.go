//go:build unix

package host

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// Neighbour is a process of somebody else that used CPU time.
type Neighbour struct {
	PID   int
	Name  string
	Cores float64
}

// Neighbours watches for a while who else uses CPU time, the busiest first; an error where the system does not tell, or
// ctx ends. This process and its descendants are none; nor is who used less than a hundredth of a core. Children that have
// ended meanwhile are left out: when they ran cannot be told.
func Neighbours(ctx context.Context, while time.Duration) ([]Neighbour, error) {
	_, before, err := Table()
	if err != nil {
		return nil, err
	}
	begin := time.Now()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(while):
	}
	self, after, err := Table()
	if err != nil {
		return nil, err
	}
	return neighbours(self, before, after, time.Since(begin)), nil
}

func neighbours(self Process, before, after []Process, while time.Duration) (found []Neighbour) {
	ours := map[int]bool{self.PID: true}
	for _, p := range Descendants(self, after) {
		ours[p.PID] = true
	}
	was := map[int]Process{}
	for _, p := range before {
		was[p.PID] = p
	}
	for _, p := range after {
		old := was[p.PID] // a new one began with nothing
		used := p.CPU - old.CPU
		if cores := float64(used) / float64(while); !ours[p.PID] && cores >= 0.01 {
			found = append(found, Neighbour{p.PID, p.Name, cores})
		}
	}
	slices.SortFunc(found, func(a, b Neighbour) int { return cmp.Or(cmp.Compare(b.Cores, a.Cores), cmp.Compare(a.PID, b.PID)) })
	return found
}
