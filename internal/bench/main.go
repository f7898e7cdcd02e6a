// Bench measures what runner itself costs, against peers in the same run, and writes docs/benchmarks.md.
//
// Machines drift, so each comparison alternates between the two sides and reports the median of the ratios of
// neighbours. It measures the built command from outside, as its users meet it.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// row is one line of the table.
type row struct {
	what   string
	ours   string
	peer   string // what it is compared with, and its figure
	ratio  string // with its interval; "" where there is no peer
	target string
	met    string // yes, no, or "" where there is nothing to meet
}

// bench is one invocation: where things were built, and how many pairs to measure.
type bench struct {
	dir     string // temporary, removed at the end
	runner  string
	minimal string // a minimal Go program
	pairs   int
}

func main() {
	out := flag.String("o", "", "write the table to `FILE` as well")
	pairs := flag.Int("n", 41, "pairs of runs for each comparison of starts")
	only := flag.String("only", "", "measure the `PART` of that name alone")
	flag.Parse()
	if err := run(*out, *pairs, *only); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(out string, pairs int, only string) error {
	dir, err := os.MkdirTemp("", "runner-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{dir: dir, runner: filepath.Join(dir, "runner"), minimal: filepath.Join(dir, "minimal"), pairs: pairs}
	if err := b.build(); err != nil {
		return err
	}
	var rows []row
	for _, part := range []struct {
		name    string
		measure func() ([]row, error)
	}{
		{"cold start", b.coldStart}, {"check of 10,000 cells", b.bigCheck}, {"overhead of a run", b.overhead},
		{"start of a worker", b.workerStart}, {"dispatch to a pool", b.dispatch}, {"the Python shim", b.shim}, {"timing a command", b.commands}, {"judging", b.judging},
		{"a million trials", b.million},
	} {
		if only != "" && part.name != only {
			continue
		}
		began := time.Now()
		fmt.Fprintf(os.Stderr, "%s …", part.name)
		more, err := part.measure()
		if err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
		fmt.Fprintf(os.Stderr, " %.0f s\n", time.Since(began).Seconds())
		rows = append(rows, more...)
	}
	text := table(rows)
	fmt.Print(text)
	if out == "" {
		return nil
	}
	return os.WriteFile(out, []byte(text), 0o644)
}
