package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/nats-io/nuid"
	"github.com/spf13/pflag"

	"bench/runner/executors/cluster"
	"bench/runner/internal/broker"
	"bench/runner/internal/fleet"
	"bench/runner/internal/host"
	"bench/runner/internal/link"
	"bench/runner/internal/version"
	"bench/runner/reports"
	"bench/runner/spec"
)

// hosting is what the command line says of the hosts of a run.
type hosting struct {
	agents   int
	listen   string
	joinFile string
}

func (h *hosting) flags(f *pflag.FlagSet) {
	f.IntVar(&h.agents, "agents", 0, "start so many agents on this machine, for cells of the executor cluster and for placements")
	f.StringVar(&h.listen, "listen", "", "let agents of other hosts join at `ADDRESS:PORT`, with TLS and a key (default no port is open)")
	f.StringVar(&h.joinFile, "join-file", "", "write what they need for that into this `FILE` (mode 0600)")
}

func (h *hosting) valid() error {
	switch {
	case h.agents < 0 || h.agents > mostAgents:
		return fmt.Errorf("--agents %d: give a number from 1 to %d", h.agents, mostAgents)
	case h.joinFile != "" && h.listen == "":
		return errors.New("--join-file needs --listen ADDRESS:PORT: without it nobody else can join")
	case h.listen != "" && h.joinFile == "":
		return errors.New("--listen needs --join-file FILE: what an agent needs is written into it")
	}
	return nil
}

const mostAgents = 256

// hosted is the fleet of a run, while it lasts.
type hosted struct {
	*fleet.Fleet
	app      *app
	conf     spec.Fleet
	provider fleet.Provider // of agents that this run has started; nil: there are none
	broker   *broker.Child  // nil: it is one's own
	dir      string
	roots    []string // directories whose files travel
	can      bool     // agents may come
	want     int      // hosts that the run has waited for
	met      map[string]bool
	tries    []string                // why the trial that is under way was begun again, each time
	vain     int                     // so many hosts were waited for in vain, and have not come since; 0: all come
	short    bool                    // the trial that is under way lacks hosts, and has waited for them
	failed   string                  // why an agent could not be started again, as it was told
	patience time.Duration           // instead of the usual; 0: that
	add      func(fleet.About) error // notes a host of the run
}

// fleetOf opens the fleet that a plan needs, and waits for its hosts; nil if it needs none.
func (a *app) fleetOf(ctx context.Context, x experiment, how hosting) (_ *hosted, err error) {
	all := x.plan.Fleets()
	switch len(all) {
	case 0:
		return nil, nil
	case 1:
	default:
		return nil, fmt.Errorf("the plan needs the fleets %s and %s: one run can have one; pick cells with --only", all[0].Name, all[1].Name)
	}
	if err := spanning(&x.plan); err != nil {
		return nil, err
	}
	h := &hosted{app: a, conf: all[0], met: map[string]bool{}, can: true}
	defer func() {
		if err != nil {
			h.close()
		}
	}()
	if h.dir, err = host.TempDir(os.TempDir(), "runner-fleet-"); err != nil {
		return nil, err
	}
	if h.roots, err = rootsOf(x); err != nil {
		return nil, err
	}
	own, agents, err := h.joins(ctx, how)
	if err != nil {
		return nil, err
	}
	if h.Fleet, err = h.open(ctx, own); err != nil {
		return nil, err
	}
	if how.joinFile != "" {
		if err := agents.Write(how.joinFile); err != nil {
			return nil, fmt.Errorf("write the join file: %w", err)
		}
	}
	if err := h.provide(how, agents); err != nil {
		return nil, err
	}
	return h, h.await(ctx, how, x)
}

// rootsOf are the directories whose files travel to hosts that do not have them: the spec's, and where the run was begun.
func rootsOf(x experiment) (roots []string, err error) {
	for _, dir := range []string{filepath.Dir(x.spec.File), "."} {
		abs, err := filepath.Abs(dir)
		if err != nil {
			return nil, err
		}
		roots = append(roots, abs)
	}
	return roots, nil
}

// joins are the ways to the broker, the coordinator's and that of agents; runner's own broker is started for that.
func (h *hosted) joins(ctx context.Context, how hosting) (own, agents link.Join, err error) {
	switch {
	case h.conf.Join != "":
		if own, err = link.ReadJoin(h.conf.Join); err != nil {
			return own, own, err
		}
		if own.Role == string(broker.Agent) {
			return own, own, fmt.Errorf("%s holds the key of agents: a run needs coordinator.join, which the broker has written beside it", h.conf.Join)
		}
		beside := filepath.Join(filepath.Dir(h.conf.Join), "agent.join") // as runner broker writes it
		agents, err = link.ReadJoin(beside)
		if err == nil && agents.Fleet != own.Fleet {
			err = fmt.Errorf("%s is of the fleet %s, not of %s", beside, agents.Fleet, own.Fleet)
		}
		if err != nil && (how.agents > 0 || h.conf.Provider.Kind != "static") { // they are not given the coordinator's key
			return own, agents, fmt.Errorf("the join file of the agents that this run is to start: %w", err)
		}
		return own, agents, nil
	case !h.conf.Embedded():
		own = link.Join{Fleet: h.conf.Name, Servers: h.conf.Servers}
		return own, own, nil
	}
	o := broker.Options{
		Store: filepath.Join(h.dir, "store"), Socket: filepath.Join(h.dir, "s"), Listen: how.listen, Fleet: nuid.Next(),
		Log: func(line string) { fmt.Fprintf(h.app.stderr, "runner: broker: %s\n", reports.Visible(line)) },
	}
	if how.listen != "" {
		if o.Keys, err = broker.NewKeys(o.Fleet); err != nil {
			return own, agents, err
		}
	}
	if h.broker, err = broker.Spawn(ctx, host.Self(), o); err != nil {
		return own, agents, err
	}
	own, agents = h.broker.Local(broker.Coordinator), h.broker.Nearest(broker.Agent)
	agents.Passing = true
	return own, agents, nil
}

func (h *hosted) open(ctx context.Context, own link.Join) (*fleet.Fleet, error) {
	file := filepath.Join(h.dir, "join")
	if err := own.Write(file); err != nil {
		return nil, err
	}
	f := &fleet.Fleet{Join: own, Host: host.Environment().HostHash, File: file, ID: nuid.Next(), Lease: h.conf.Lease, Attempts: h.conf.Attempts, Replicas: h.conf.Replicas}
	f.Version, f.Say = version.Text(), func(text string) { fmt.Fprintf(h.app.stderr, "runner: %s\n", reports.Visible(text)) }
	if err := f.Open(ctx); err != nil {
		return nil, err
	}
	wait, done := context.WithTimeout(ctx, max(f.Lease, fleet.DefaultLease)) // a cluster of brokers takes its time to find a leader
	defer done()
	if err := f.Store(wait); err != nil {
		f.Close()
		return nil, fmt.Errorf("the broker at %s keeps nothing: %w", own.Where(), err)
	}
	return f, nil
}

// provide starts the agents that are this run's to start.
func (h *hosted) provide(how hosting, agents link.Join) (err error) {
	p := h.conf.Provider
	switch {
	case how.agents > 0:
		h.provider = fleet.Local(agents, h.dir, how.agents)
	case p.Kind == "ssh":
		h.provider = fleet.SSH(agents, p.Hosts, p.Command)
	case p.Kind == "slurm":
		h.provider = fleet.Slurm(agents, filepath.Dir(h.app.joinPlace(how)), p.Count, p.Command, p.Sbatch)
	default:
		h.can = h.broker == nil || how.listen != ""
		return nil
	}
	if p.Kind != "static" && how.agents == 0 && h.broker != nil && how.listen == "" {
		return fmt.Errorf("hosts of %s reach this run only with --listen ADDRESS:PORT --join-file FILE, or with a broker of your own", p.Kind)
	}
	return h.provider.Ensure()
}

// joinPlace is a file beside which Slurm's agents find theirs: it must be on a file system that their hosts share.
func (a *app) joinPlace(how hosting) string {
	if how.joinFile != "" {
		return how.joinFile
	}
	return "join"
}

var errNoHosts = errors.New("it needs hosts, and no agent can come: --agents 2 starts two on this machine, --listen ADDRESS:PORT --join-file FILE lets others join")

// spanning refuses what cannot be done with a trial that is on several hosts.
func spanning(plan *spec.Plan) error {
	for i := range plan.Cells {
		c := &plan.Cells[i]
		if c.Executor != cluster.Name {
			continue
		}
		step := func(all ...*spec.Step) bool {
			return slices.ContainsFunc(all, func(s *spec.Step) bool { return s != nil && s.Each == "trial" })
		}
		what := ""
		switch {
		case c.Workload.AsksFor("files"):
			what = "verify asks for the files of a trial, which are on several hosts"
		case c.Proof != nil:
			what = "verify is a command, and the trial was on several hosts"
		case step(c.Prepare...) || step(c.Cleanup...):
			what = "it is prepared or cleaned up for each trial, and that is on several hosts"
		default:
			continue
		}
		return fmt.Errorf("workload %s cannot be run by cluster: %s; use a result instead, or exclude these cells", c.Workload.Name, what)
	}
	return nil
}

func (h *hosted) close() {
	if h == nil {
		return
	}
	if h.Fleet != nil && h.broker != nil {
		h.End()
	}
	if h.provider != nil {
		h.provider.Stop()
	}
	if h.Fleet != nil {
		h.Fleet.Close()
	}
	if h.broker != nil {
		h.broker.Stop()
	}
	if h.dir != "" {
		_ = os.RemoveAll(h.dir)
	}
}
