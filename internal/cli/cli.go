// Package cli is what people type: one file a verb. It wires the other packages together and owns flags, streams,
// signals and exit codes; it measures and judges nothing itself.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"

	"bench/runner/internal/diag"
)

// app is one invocation: its streams and environment, so that tests can bring their own.
type app struct {
	ctx    context.Context
	stdout io.Writer // the product
	stderr io.Writer // the conversation
	getenv func(string) string
	db     string // --db
	quiet  bool

	service  service      // that problems of specs are told to; "": none
	noTurns  bool         // --no-turns
	joinFile string       // --join, of list
	waits    bool         // it was told that another run is waited for
	say      func(string) // tells what is waited for; nil: a line on stderr
}

// Main runs the command line and returns the exit code. It never panics: an internal fault is trouble, exit code 2.
func Main(args []string) (code int) {
	ctx, caught, stop := signals()
	defer stop()
	stdout := &product{file: os.Stdout}
	a := &app{ctx: ctx, stdout: stdout, stderr: os.Stderr, getenv: os.Getenv}
	defer func() {
		if p := recover(); p != nil {
			fmt.Fprintf(a.stderr, "runner: internal fault: %v\n%s", p, debug.Stack())
			fmt.Fprintln(a.stderr, "What was recorded is kept. Please report this with the text above.")
			code = exitTrouble
		}
	}()
	root := a.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		err = stdout.lost
	}
	return a.exit(err, caught())
}

// product is stdout. It keeps the first error of writing, so that no verb can lose what it was asked for in silence; that
// the reader left early is none.
type product struct {
	file *os.File
	lost error
}

func (p *product) Fd() uintptr { return p.file.Fd() }

func (p *product) Write(b []byte) (int, error) {
	n, err := p.file.Write(b)
	if errors.Is(err, syscall.EPIPE) {
		return len(b), nil
	}
	if p.lost == nil {
		p.lost = err
	}
	return n, err
}

// exit turns what a verb returned into an exit code and, for trouble, a message.
func (a *app) exit(err error, signal int) int {
	var verdict *verdictError
	switch {
	case signal != 0:
		if err != nil && !errors.As(err, &verdict) && !errors.Is(err, context.Canceled) {
			fmt.Fprintf(a.stderr, "runner: %s\n", diag.Printable(err.Error()))
		}
		return 128 + signal
	case err == nil:
		return 0
	case errors.As(err, &verdict):
		return verdict.code
	case errors.Is(err, errReported):
		return exitTrouble
	}
	fmt.Fprintf(a.stderr, "runner: %s\n", diag.Printable(err.Error()))
	return exitTrouble
}

// Exit codes are an interface; docs/exit-codes.md explains them.
const exitTrouble = 2

// errReported is trouble whose messages have been printed already.
var errReported = errors.New("reported")

// verdictError carries the exit code of a judgement through cobra.
type verdictError struct{ code int }

func (e *verdictError) Error() string { return fmt.Sprintf("exit code %d", e.code) }

func verdictCode(code int) error {
	if code == 0 {
		return nil
	}
	return &verdictError{code}
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "runner",
		Short: "Performance claims you can check in",
		Long: `runner measures every cell of an experiment (executors × worker counts × parameters), keeps each trial,
judges assertions such as "speedup(procs=2) > 1.3", and exits with a code that CI can trust.

A spec runs code: run only specs that you would run as scripts.`,
		Example: `  runner run experiments/quickstart.yaml    measure, judge, report
  runner check experiments                  find every problem of the specs, run nothing
  runner plan experiments/pi.yaml           what would run, and for how long
  runner report last                        the last run, told again
  runner gate last --assert 'speedup(procs=2) > 1.5'`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.PersistentFlags().StringVar(&a.db, "db", "", "the database `FILE` (default .runner/results.db at the root of the specs' repository, without one here)")
	root.PersistentFlags().BoolVarP(&a.quiet, "quiet", "q", false, "no progress and no tables, only problems and the verdict")
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return fmt.Errorf("%w\n  hint: %s --help lists the flags", err, c.CommandPath())
	})
	for _, verb := range []func() *cobra.Command{
		a.initCommand, a.runCommand, a.resumeCommand, a.checkCommand, a.planCommand, a.listCommand, a.reportCommand, a.serveCommand, a.agentCommand, a.brokerCommand, a.gateCommand, a.compareCommand, a.historyCommand, a.replayCommand, a.tagCommand, a.exportCommand, a.importCommand, a.claimsCommand, a.doctorCommand, a.schemaCommand, a.versionCommand,
	} {
		root.AddCommand(verb())
	}
	return root
}
