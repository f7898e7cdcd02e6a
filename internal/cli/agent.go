package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/nats-io/nuid"
	"github.com/spf13/cobra"

	"bench/runner/executors"
	"bench/runner/executors/shims"
	"bench/runner/internal/broker"
	"bench/runner/internal/engine"
	"bench/runner/internal/fleet"
	"bench/runner/internal/host"
	"bench/runner/internal/link"
	"bench/runner/internal/runtimes"
	"bench/runner/internal/stage"
	"bench/runner/internal/version"
	"bench/runner/reports"
	"bench/runner/spec"
)

func (a *app) agentCommand() *cobra.Command {
	var file, name, spawned string
	c := &cobra.Command{
		Use:   "agent --join FILE",
		Short: "Offer this host to a fleet, until it is ended",
		Long: `An agent runs on this host what a run somewhere else asks for: its part of the executor cluster, or whole blocks of a
placement. The join file, which runner run --join-file or runner broker --join-file has written, holds the address of the
broker, whom to trust, and a key: who has it can run programs here as you, so keep it to yourself (mode 0600).

It ends on Ctrl-C, on TERM, and when the broker refuses its key. While the broker is away, it looks for it each second.`,
		Example: `  runner agent --join join.json
  runner agent --join - < join.json
  runner agent --join join.json --name rack3-7`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			err := a.agent(file, name, spawned)
			if errors.Is(err, context.Canceled) {
				return nil
			}
			return err
		},
	}
	c.Flags().StringVar(&file, "join", "", "the join `FILE`; - reads it from stdin, and ends when that does")
	c.Flags().StringVar(&name, "name", "", "what the host is called in reports (default: the host's name)")
	c.Flags().StringVar(&spawned, "spawned", "", "")
	_ = c.MarkFlagRequired("join")
	_ = c.Flags().MarkHidden("spawned") // both exist
	return c
}

func (a *app) agent(file, name, spawned string) error {
	ctx, cancel := context.WithCancel(a.ctx)
	defer cancel()
	join, err := a.join(file, cancel)
	if err != nil {
		return err
	}
	if join.Role == string(broker.Coordinator) {
		return fmt.Errorf("%s holds the key of runs, which may do everything: bring agent.join here, which the broker has written beside it", reports.Visible(file))
	}
	if name == "" {
		if name, err = hostWord(); err != nil {
			return err
		}
	}
	if !link.Word(name) {
		return fmt.Errorf("--name %s: letters, digits, _ and - are allowed, 64 at most", reports.Visible(name))
	}
	if err := host.Adopt(); err != nil && !a.quiet {
		fmt.Fprintf(a.stderr, "runner: processes that escape a trial cannot be found here: %v\n", err)
	}
	defer a.guard()()
	if spawned != "" {
		if _, err := io.WriteString(a.stdout, fleet.Guarded); err != nil {
			return err
		}
	}
	dir, remove, err := engine.PrivateDir(spawned, "runner-agent-")
	if err != nil {
		return err
	}
	defer remove()
	own := filepath.Join(dir, "join")
	if err := join.Write(own); err != nil {
		return err
	}
	about := fleet.About{Name: name, Environment: machine(ctx, ""), Runtimes: present(ctx), Version: version.Text()}
	about.Environment.Commit, about.Environment.Dirty, about.Environment.Branch = "", false, "" // of wherever it was started
	agent := fleet.Agent{
		Join: join, File: own, Dir: dir, About: about, Launch: executors.Run, Stage: staged(), Turn: a.turn, Watch: host.NewMonitor().Trial,
		Say: func(text string) {
			if !a.quiet {
				fmt.Fprintf(a.stderr, "agent %s: %s\n", name, reports.Visible(text))
			}
		},
	}
	return agent.Serve(ctx)
}

// join reads a join file. One on stdin lasts as long as stdin does, unless that is a file: who started this agent keeps it
// open.
func (a *app) join(file string, ended func()) (link.Join, error) {
	if file != "-" {
		return link.ReadJoin(file)
	}
	var text json.RawMessage
	if err := json.NewDecoder(os.Stdin).Decode(&text); err != nil { // the join file and no more: the rest is the life line
		return link.Join{}, fmt.Errorf("stdin holds no join file: %w", err)
	}
	if info, err := os.Stdin.Stat(); err == nil && info.Mode().IsRegular() {
		return link.ParseJoin(text)
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		if !a.quiet {
			fmt.Fprintln(a.stderr, "stdin has ended, and with it this agent: give --join a file, or keep it open")
		}
		ended()
	}()
	return link.ParseJoin(text)
}

// hostWord is the name of this host as a word, with something of its own behind it: two agents may be on one.
func hostWord() (string, error) {
	name, err := os.Hostname()
	if err != nil {
		return "", err
	}
	short, _, _ := strings.Cut(name, ".")
	word := strings.Map(func(r rune) rune {
		if link.Word(string(r)) {
			return r
		}
		return '-'
	}, short)
	id := nuid.Next()
	return word[:min(len(word), 50)] + "-" + id[len(id)-4:], nil
}

// present are the languages that have an interpreter here.
func present(ctx context.Context) (kinds []string) {
	for _, shim := range shims.All() {
		language := runtimes.Language{Kind: shim.Runtime, Interpreter: shim.Interpreter, Unset: shim.Unset, Example: shim.Example}
		if len(runtimes.All(ctx, language, "/")) > 0 {
			kinds = append(kinds, shim.Runtime)
		}
	}
	return kinds
}

// staged gives jobs this host's interpreter. Each is looked for once.
func staged() func(ctx context.Context, w fleet.Work, dir string, job *executors.Job) error {
	found := map[fleet.Work]engine.Program{}
	return func(ctx context.Context, w fleet.Work, dir string, job *executors.Job) error {
		p, known := found[w]
		work := spec.Workload{Builtin: w.Builtin, File: w.File, Function: w.Function}
		if !known {
			var err error
			dir = filepath.Join(dir, "stage")
			if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
				return err
			}
			if p, err = stage.Program(ctx, spec.Runtime{Name: w.Kind, Kind: w.Kind, Version: w.Version}, dir, []spec.Workload{work}); err != nil {
				return err
			}
			if p.Missing == "" {
				found[w] = p
			}
		}
		if p.Missing != "" {
			return errors.New(p.Missing)
		}
		p.Fill(job, &work)
		return nil
	}
}
