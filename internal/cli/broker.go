package cli

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"bench/runner/internal/broker"
	"bench/runner/internal/shell"
	"bench/runner/reports"
)

// serving is what `runner broker` is asked for.
type serving struct {
	broker.Options
	keys, joinFile string
	cluster        broker.Cluster
	spawned        bool
}

func (a *app) brokerCommand() *cobra.Command {
	var s serving
	c := &cobra.Command{
		Use:   "broker",
		Short: "Serve the messages of a fleet: alone, or as one of three servers",
		Long: `Broker serves the messages between a run and the agents of its fleet, for longer than one run, which otherwise has a broker
of its own. What it stores is disposable: the database is the ledger.

On first use it makes the keys of the fleet: a certificate authority, with which it speaks TLS, and a key for each role.
It writes two join files into its store, agent.join and coordinator.join, which nobody else can read: bring the first to
each agent, and the second to where runs start. Without --listen no port is open, and this machine's user alone
reaches it.

Three servers keep every stream three times, and go on while two of them live. They need the same keys: start one,
and copy its keys to the others, which take them with --keys.

It goes on until Ctrl-C, and exits with 130 then, as every command that a signal ends (128+n).`,
		Example: `  runner broker --listen 10.0.0.1:4222 --join-file agent.join
  runner broker --store /var/lib/runner --fleet lab --listen 10.0.0.1:4222
  runner broker --name a --listen 10.0.0.1:4222 --cluster-listen 10.0.0.1:6222 --routes 10.0.0.1:6222,10.0.0.2:6222,10.0.0.3:6222 --servers 10.0.0.1:4222,10.0.0.2:4222,10.0.0.3:4222`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if s.spawned {
				return broker.Serve(os.Stdin, os.Stdout, os.Stderr)
			}
			return a.broker(&s)
		},
	}
	f := c.Flags()
	f.StringVar(&s.Store, "store", filepath.Join(".runner", "broker"), "keep streams, keys and join files in `DIR`")
	f.StringVar(&s.Listen, "listen", "", "let other hosts in at `ADDRESS:PORT`, with TLS and a key (default no port is open)")
	f.StringVar(&s.Fleet, "fleet", "", "the fleet's `NAME` (default that of the keys; of new ones: fleet)")
	f.StringVar(&s.keys, "keys", "", "the keys of the fleet are in `DIR`, and are made there on first use (default keys in the store)")
	f.StringVar(&s.joinFile, "join-file", "", "write what an agent needs into this `FILE` too (mode 0600)")
	f.StringSliceVar(&s.Servers, "servers", nil, "what agents reach this server and its cluster by, as a `LIST` of ADDRESS:PORT (default where it listens)")
	f.StringVar(&s.cluster.Name, "name", "", "this server's `NAME` in its cluster, always the same")
	f.StringVar(&s.cluster.Listen, "cluster-listen", "", "meet the other servers of a cluster at `ADDRESS:PORT`")
	f.StringSliceVar(&s.cluster.Routes, "routes", nil, "where all servers of the cluster meet, as a `LIST` of ADDRESS:PORT")
	f.BoolVar(&s.spawned, "spawned", false, "")
	_ = f.MarkHidden("spawned") // it exists
	return c
}

func (a *app) broker(s *serving) error {
	if err := s.complete(); err != nil {
		return err
	}
	var mu sync.Mutex
	s.Log = func(line string) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintf(a.stderr, "runner: %s\n", reports.Visible(line))
	}
	b, err := broker.Start(s.Options)
	if err != nil {
		return err
	}
	defer b.Stop()
	if err := s.join(&b.Door); err != nil {
		return err
	}
	if !a.quiet {
		mu.Lock()
		fmt.Fprint(a.stderr, s.greeting(&b.Door))
		mu.Unlock()
	}
	<-a.ctx.Done()
	return a.ctx.Err()
}

// complete checks the flags together, and brings or makes the keys.
func (s *serving) complete() (err error) {
	switch c := &s.cluster; {
	case c.Listen == "" && len(c.Routes) == 0 && c.Name == "":
	case c.Listen == "" || len(c.Routes) == 0 || c.Name == "":
		return errors.New("a server of a cluster needs --name, --cluster-listen and --routes")
	case s.Listen == "":
		return errors.New("a server of a cluster needs --listen: the others' agents may come to it")
	default:
		s.Cluster = c
	}
	if s.Listen == "" {
		if len(s.Servers) > 0 {
			return errors.New("--servers needs --listen: without it no port is open")
		}
		if s.keys != "" {
			return errors.New("--keys needs --listen: without it nobody needs a key")
		}
		s.Fleet = cmp.Or(s.Fleet, "fleet")
		s.Socket, err = filepath.Abs(filepath.Join(s.Store, "socket"))
		return err
	}
	if _, _, err := net.SplitHostPort(s.Listen); err != nil {
		return fmt.Errorf("--listen %s: ADDRESS:PORT is needed", s.Listen)
	}
	if s.keys == "" {
		s.keys = filepath.Join(s.Store, "keys")
	}
	if err := os.MkdirAll(s.Store, 0o700); err != nil {
		return err
	}
	s.Keys, err = broker.LoadKeys(s.keys, s.Fleet)
	return err
}

// join writes the join files.
func (s *serving) join(d *broker.Door) error {
	for _, r := range []broker.Role{broker.Agent, broker.Coordinator} {
		if err := d.Nearest(r).Write(s.joinOf(r)); err != nil {
			return fmt.Errorf("write the join file: %w", err)
		}
	}
	if s.joinFile == "" {
		return nil
	}
	if err := d.Nearest(broker.Agent).Write(s.joinFile); err != nil {
		return fmt.Errorf("write the join file: %w", err)
	}
	return nil
}

func (s *serving) joinOf(r broker.Role) string { return filepath.Join(s.Store, string(r)+".join") }

func (s *serving) greeting(d *broker.Door) string {
	var b strings.Builder
	name := "the broker"
	if s.Cluster != nil {
		name = "server " + s.Cluster.Name
	}
	if s.Listen == "" {
		fmt.Fprintf(&b, "%s of fleet %s listens on %s, for you alone; Ctrl-C ends it\n", name, s.Fleet, reports.Visible(s.Socket))
	} else {
		fmt.Fprintf(&b, "%s of fleet %s listens on %s, with TLS and keys; Ctrl-C ends it\n", name, s.Keys.Fleet, d.Listen)
	}
	if s.Cluster != nil {
		fmt.Fprintf(&b, "its cluster meets at %s\n", d.Cluster)
	}
	fmt.Fprintf(&b, "an agent joins with: runner agent --join %s\n", reports.Visible(shell.Quote(cmp.Or(s.joinFile, s.joinOf(broker.Agent)))))
	return b.String()
}
