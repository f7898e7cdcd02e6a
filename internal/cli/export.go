package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"bench/runner/reports"
	"bench/runner/results"
	"bench/runner/results/sqlite"
)

func (a *app) exportCommand() *cobra.Command {
	var (
		file  string
		alone bool
	)
	c := &cobra.Command{
		Use:   "export RUN…",
		Short: "Write runs as one portable file",
		Long: `Export writes runs with all that belongs to them, the spec, the plan, the machine, every trial, the verdicts and the tags, as one
file that "runner import" reads, or any program: lines of JSON packed by gzip, with a checksum (docs/portable-runs.md).

What a run is compared with goes with it, and so do the earlier runs that its report tells of, so that a report of it there is
byte for byte the one here; --alone leaves the earlier ones out.

A run has the text of its spec and of its workloads' source files, what its trials printed, and facts of the machine, its name hashed.
Look at it before you pass it on.`,
		Example: "  runner export last\n  runner export quickstart@last v1.0 -o runs.run.gz\n  runner export last --alone -o - | zcat | less",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return fmt.Errorf("%s takes at least one RUN\n  hint: such as last; `runner list runs` shows them", c.CommandPath())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.export(args, file, alone) },
		ValidArgsFunction: func(c *cobra.Command, _ []string, text string) ([]string, cobra.ShellCompDirective) {
			return a.completeRuns(c, nil, text)
		},
	}
	c.Flags().StringVarP(&file, "output", "o", "", "write to `FILE`, or into FOLDER/; - is stdout (default EXPERIMENT-ID.run.gz)")
	c.Flags().BoolVar(&alone, "alone", false, "without the earlier runs that a report tells of")
	return c
}

func (a *app) export(refs []string, file string, alone bool) error {
	if file == stdout {
		if f, ok := a.stdout.(interface{ Fd() uintptr }); ok && term.IsTerminal(int(f.Fd())) {
			return errors.New("-o - would write packed bytes to the terminal\n  hint: -o FILE, or a pipe: | zcat")
		}
	} else if file != "" && !isFolder(file) {
		if err := writable(file); err != nil {
			return err
		}
	}
	db, first, err := a.stored(refs[0])
	if err != nil {
		return err
	}
	defer db.Close()
	asked := []string{first}
	for _, ref := range refs[1:] {
		id, err := db.Resolve(a.ctx, ref)
		if err != nil {
			return err
		}
		if !slices.Contains(asked, id) {
			asked = append(asked, id)
		}
	}
	ids, told, err := a.belonging(db, asked, alone)
	if err != nil {
		return err
	}
	typed := file != "" && !isFolder(file)
	if !typed {
		if file, err = a.exportedTo(db, first, file); err != nil {
			return err
		}
	}
	write := func(w io.Writer) error { return db.Export(a.ctx, w, ids) }
	if file == stdout {
		out := bufio.NewWriter(a.stdout)
		if err := write(out); err != nil {
			return err
		}
		return out.Flush()
	}
	if err := writePrivate(file, typed, write); err != nil {
		return err
	}
	if !a.quiet {
		fmt.Fprintf(a.stderr, "%s: %s\n", reports.Visible(file), told)
	}
	return nil
}

// exportedTo names the file for the first run, in a folder if one was asked for.
func (a *app) exportedTo(db *sqlite.DB, id, folder string) (string, error) {
	run, err := db.Run(a.ctx, id)
	if err == nil && folder != "" {
		err = os.MkdirAll(folder, 0o777)
	}
	if err != nil {
		return "", err
	}
	return filepath.Join(folder, strings.TrimSuffix(stem(&reports.Report{Run: run}), "-"+run.ID)+"-"+run.ID+".run.gz"), nil
}

// writePrivate writes a whole file or none, which only its owner can read at any time. Of a name that somebody typed a link is
// followed, and what is no file, such as a pipe, is written to; of one that nobody typed a link is replaced.
func writePrivate(file string, typed bool, write func(io.Writer) error) error {
	if whole, err := filepath.EvalSymlinks(file); err == nil && typed {
		file = whole
	}
	if info, err := os.Stat(file); err == nil && typed && !info.Mode().IsRegular() {
		return writeInto(file, write)
	}
	tmp, err := os.CreateTemp(filepath.Dir(file), ".runner-export-*") // 0600
	if err != nil {
		return fmt.Errorf("write %s: %w", file, reason(err))
	}
	defer os.Remove(tmp.Name())
	out := bufio.NewWriter(tmp)
	err = errors.Join(write(out), out.Flush())
	if err == nil {
		err = tmp.Sync()
	}
	if closed := tmp.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(tmp.Name(), file)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	return nil
}

// belonging are the runs that go into a file, the oldest first, and why.
func (a *app) belonging(db *sqlite.DB, asked []string, alone bool) (ids []string, told string, err error) {
	why := map[string]int{}
	for _, id := range asked {
		why[id] = 0
	}
	add := func(id string, reason int) {
		if _, there := why[id]; !there {
			why[id] = reason
		}
	}
	for _, id := range asked {
		run, err := db.Run(a.ctx, id)
		if err != nil {
			return nil, "", err
		}
		if err := a.referring(a.ctx, db, run.References, func(id string) { add(id, 1) }); err != nil {
			return nil, "", err
		}
		if alone {
			continue
		}
		past, err := db.Alike(a.ctx, id, trend)
		if err != nil {
			return nil, "", err
		}
		for _, p := range past {
			add(p.ID, 2)
		}
	}
	count := [3]int{}
	for id, reason := range why {
		ids = append(ids, id)
		count[reason]++
	}
	slices.Sort(ids) // an id begins with its time
	told = plural(len(ids), "run")
	if count[1] > 0 {
		told += fmt.Sprintf(", %d that others are compared with", count[1])
	}
	if count[2] > 0 {
		told += fmt.Sprintf(", %d earlier ones that their reports tell of", count[2])
	}
	return ids, told, nil
}

// referring gives the references that are still stored.
func (a *app) referring(ctx context.Context, db *sqlite.DB, refs []results.Reference, add func(string)) error {
	for _, r := range refs {
		_, err := db.Resolve(ctx, r.Run)
		switch {
		case err == nil:
			add(r.Run)
		case !errors.Is(err, sqlite.ErrNotFound):
			return err
		default:
			fmt.Fprintf(a.stderr, "runner: run %s, which is compared with, is not stored here any more: it stays behind\n", oneLine(r.Run))
		}
	}
	return nil
}
