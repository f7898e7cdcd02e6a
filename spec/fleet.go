package spec

import (
	"slices"
	"time"

	"bench/runner/internal/diag"
)

// Fleet is one entry of `fleet`: hosts that run trials, or parts of them, and the broker between them.
type Fleet struct {
	Name     string
	Servers  []string // of a broker of one's own, tls://HOST:PORT; nil without Join: runner embeds one
	Join     string   // path of the join file of a broker of one's own, as it can be opened from here; "": none
	Provider Provider
	Replicas int           // servers that keep each message: 1 or 3
	Lease    time.Duration // a task whose worker is silent for that long is given to another one
	Attempts int           // how often a task is given out before its trial is given up
	Pos      diag.Pos
}

// Embedded tells whether runner itself brings the broker.
func (f *Fleet) Embedded() bool { return f.Join == "" && len(f.Servers) == 0 }

// Provider says where the hosts of a fleet come from.
type Provider struct {
	Kind    string   // static: agents are started by someone else; ssh; slurm
	Count   int      // how many hosts; of static 0: those that come
	Hosts   []string // of ssh: [USER@]HOST, as in Count
	Sbatch  []string // of slurm: further arguments of sbatch
	Command string   // of ssh and slurm: the runner on those hosts
}

// Placement is `placement`: the trials of a matrix are spread over the hosts of a fleet.
type Placement struct {
	Fleet     string // a name in Experiment.Fleets
	Exclusive string // host: nothing else of runner is on a host meanwhile
	Unit      string // block: all cells of a block run on one host
	Calibrate bool   // a reference cell is run at the start and at the end of a host's work
	Pos       diag.Pos
}

// defaultFleet is there where a fleet is needed and the spec has none: its broker is embedded, and its hosts are those that
// come.
const defaultFleet = "default"

// clusterExecutor is the one whose workers are on several hosts. Its option fleet names a fleet.
const (
	clusterExecutor = "cluster"
	fleetOption     = "fleet"
)

func newFleet(name string) Fleet {
	return Fleet{Name: name, Provider: Provider{Kind: "static"}, Replicas: 1, Lease: 30 * time.Second, Attempts: 3}
}

// Fleet is the one whose hosts a cell's trials need, with placement or as cells of cluster; false: they need none.
func (p *Plan) Fleet(cell int) (Fleet, bool) {
	e, c := p.Experiment, &p.Cells[cell]
	name := ""
	switch {
	case e.Placement != nil:
		name = e.Placement.Fleet
	case c.Executor == clusterExecutor:
		name, _ = c.Options[fleetOption].(string)
	}
	f, needed := e.Fleets[name]
	return f, needed
}

// Fleets are those that the plan needs, each once, in the order of its cells.
func (p *Plan) Fleets() (all []Fleet) {
	for i := range p.Cells {
		if f, needed := p.Fleet(i); needed && !slices.ContainsFunc(all, func(o Fleet) bool { return o.Name == f.Name }) {
			all = append(all, f)
		}
	}
	return all
}

// placeable refuses what cannot be spread over hosts.
func (p *Plan) placeable(opt Options, list *diag.List) {
	place := p.Experiment.Placement
	if place == nil {
		return
	}
	for i := range p.Cells {
		if p.Cells[i].Executor == clusterExecutor {
			list.Add(place.Pos, 1, "take placement out, or exclude the cells of cluster and measure them by a spec of their own",
				"placement puts each block on one host, and cell %s spans several", p.Cells[i].Cell.Key())
			break
		}
	}
	if opt.AgainstBuild != "" {
		list.Add(place.Pos, 1, "add -D placement=none: both builds are then measured here", "placement does not go with --against-build: the other build is not on the hosts")
	}
}
