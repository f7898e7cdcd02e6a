package cli

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"bench/runner/executors"
	"bench/runner/executors/shims"
	"bench/runner/internal/host"
	"bench/runner/internal/runtimes"
	"bench/runner/internal/stats"
	"bench/runner/reports"
	"bench/runner/results"
	"bench/runner/workloads"
)

func (a *app) doctorCommand() *cobra.Command {
	var asJSON bool
	var salvage string
	c := &cobra.Command{
		Use:   "doctor [database]",
		Short: "Say whether this machine is fit to measure, or a database whole, and what would help",
		Long: `Doctor measures for a few seconds and looks at the settings of the machine: what slows it down, what else runs, what
makes times spread. It changes nothing; where something is wrong it prints the command that would help. What the
system hides is unknown, never ok.

The exit code is 0 whatever it finds; to refuse a machine, let a spec's assertion have needs: parallelism >= 1.8.

With the word database, or with --db FILE, it looks at the stored results instead: every page, row and checksum. The exit
code is then 2 if anything is damaged. --salvage copies all that can still be read into a new file.`,
		Example:   "  runner doctor\n  runner doctor --json\n  runner doctor database\n  runner doctor --db FILE --salvage saved.db",
		ValidArgs: []string{"database"},
		Args:      func(c *cobra.Command, args []string) error { return doctorArgs(c.CommandPath(), args) },
		RunE: func(c *cobra.Command, args []string) error {
			named := c.Flags().Changed("salvage")
			if named && salvage == "" {
				return errSalvageItself
			}
			if len(args) > 0 || a.db != "" || named {
				return a.doctorDatabase(salvage, asJSON)
			}
			if !a.quiet {
				fmt.Fprintln(a.stderr, "measuring for about 4 s …")
			}
			e, err := examine(a.ctx)
			if err != nil {
				return err
			}
			if asJSON {
				return reports.FindingsJSON(a.stdout, e.findings())
			}
			return reports.FindingsText(a.stdout, e.findings(), a.style(a.stdout))
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "for programs ("+reports.FindingsSchema+", of a database "+databaseSchema+")")
	c.Flags().StringVar(&salvage, "salvage", "", "copy what can be read of the database into a new `FILE`")
	return c
}

// examined is what was measured and read; findings says what it means.
type examined struct {
	machine     host.Machine
	vitals      host.Vitals
	neighbours  []host.Neighbour
	others      *float64 // cores that others used; nil: it cannot be told
	parallelism *float64
	first       []float64 // s, a short piece of work
	second      []float64 // s, the same, in turn with the first
	silent      string    // why there are none
	steal       *float64  // share of the time of the usable cores, while all that was measured
	throttled   time.Duration
	reading     time.Duration // what it takes to read the clock
	runtimes    []string
}

// examine takes about four seconds.
func examine(ctx context.Context) (*examined, error) {
	_ = host.Adopt() // where it cannot, trials are ended by their group alone, as in a run
	e := &examined{machine: host.Environment(), vitals: host.VitalsNow(), reading: readClock()}
	begin := host.Count()
	if err := e.watch(ctx, time.Second); err != nil {
		return nil, err
	}
	if p, err := host.Parallelism(ctx, e.machine.Cores); err == nil {
		e.parallelism = &p
	}
	e.repeat(ctx)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	end := host.Count()
	if e.vitals.Stat && end.At > begin.At {
		share := float64(end.Stolen-begin.Stolen) / float64(end.At-begin.At) / float64(len(host.CPUs()))
		e.steal = &share
	}
	e.throttled = end.Throttled - begin.Throttled
	e.runtimes = found(ctx)
	return e, nil
}

// watch looks for others that are busy while nothing of ours is.
func (e *examined) watch(ctx context.Context, while time.Duration) (err error) {
	before := host.Count()
	if e.neighbours, err = host.Neighbours(ctx, while); err != nil {
		return ctx.Err() // else the system does not tell
	}
	if after := host.Count(); e.vitals.Stat && before.Busy > 0 && after.At > before.At {
		cores := float64((after.Busy-before.Busy)-(after.Ours-before.Ours)) / float64(after.At-before.At)
		cores = max(cores, 0)
		e.others = &cores
	}
	return nil
}

// repeated is how often the same work is measured under each of two labels.
const repeated = 10

// repeat measures the same work under two labels, each first in every other round.
func (e *examined) repeat(ctx context.Context) {
	dir, err := os.MkdirTemp("", "runner-doctor-")
	if err != nil {
		e.silent = err.Error()
		return
	}
	defer os.RemoveAll(dir)
	job := executors.Job{Executor: "serial", Runtime: "go", Workers: 1, Dir: dir, Workload: "count_down",
		Tasks: []workloads.Args{{"n": 100_000_000}}, Timeout: 10 * time.Second}
	for i := range 2 * repeated {
		seen := executors.Run(ctx, job)
		if seen.Status != results.OK {
			e.silent = fmt.Sprintf("a trial was %s: %s", seen.Status, seen.Reason)
			return
		}
		into := &e.first
		if i%4 == 1 || i%4 == 2 {
			into = &e.second
		}
		*into = append(*into, seen.Phases.Total.Seconds())
	}
}

// readClock is the median of what it takes to read the clock.
func readClock() time.Duration {
	const reads = 1000
	var batches []float64
	for range 21 {
		begin := time.Now()
		for range reads {
			_ = time.Now()
		}
		batches = append(batches, float64(time.Since(begin))/reads)
	}
	return time.Duration(stats.Median(batches))
}

// found tells what can execute workloads here, one text a language.
func found(ctx context.Context) (all []string) {
	for _, s := range shims.All() {
		text := s.Runtime + ": none found"
		for i, r := range runtimes.All(ctx, runtimes.Language{Kind: s.Runtime, Interpreter: s.Interpreter, Unset: s.Unset, Example: s.Example}, "/") {
			if i == 0 {
				text = s.Runtime + " " + r.Version
			} else {
				text += ", " + r.Version
			}
		}
		all = append(all, text)
	}
	return all
}
