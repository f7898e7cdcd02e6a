package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"bench/runner/reports"
	"bench/runner/results/sqlite"
)

func (a *app) importCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "import FILE…",
		Short: "Store runs that were exported elsewhere",
		Long: `Import reads files that "runner export" wrote, and stores their runs beside those that are there. All files are looked at as a
whole first: if one is damaged, changed or no export, nothing is stored. A run that is there already is left as it is. A pipe
is a FILE too, and so is -, which is stdin.

Nothing is run. But a run carries a spec, which is code, and "runner replay" runs it: import what you would run as a script.`,
		Example: `  runner import quickstart-20261121-212246-m9sa.run.gz
  runner import --db all.db laptop.run.gz server.run.gz && runner --db all.db list runs
  ssh server runner export last -o - | runner import -`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return fmt.Errorf("%s takes at least one FILE\n  hint: `runner export RUN` writes one", c.CommandPath())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.importFiles(args) },
	}
}

// importFiles makes no database before each file is known to be good.
func (a *app) importFiles(names []string) error {
	var files []*sqlite.Portable
	for _, name := range names {
		open, done, err := a.again(name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, reason(err))
		}
		defer done()
		file, err := sqlite.Examine(a.ctx, open)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		files = append(files, file)
	}
	db, err := a.open("")
	if err != nil {
		return err
	}
	defer db.Close()
	for i, file := range files {
		got, err := db.Import(a.ctx, file)
		if err != nil {
			return fmt.Errorf("%s: %w%s", names[i], err, stillStored(got))
		}
		a.tellImport(names[i], got)
	}
	return nil
}

func (a *app) tellImport(name string, got sqlite.Imported) {
	for _, note := range got.Notes {
		fmt.Fprintf(a.stderr, "runner: %s\n", reports.Visible(note))
	}
	if a.quiet {
		return
	}
	told := []string{plural(len(got.Runs), "run") + " stored, " + plural(got.Trials, "trial")}
	if n := len(got.Known); n > 0 {
		told = append(told, fmt.Sprintf("%d already there", n))
	}
	fmt.Fprintf(a.stderr, "%s: %s\n", reports.Visible(name), strings.Join(told, "; "))
	for _, id := range got.Runs {
		fmt.Fprintln(a.stdout, id)
	}
}

// again opens a file as often as it is asked to. What can be read only once, such as a pipe, is kept in a private file without a
// name until done is called.
func (a *app) again(name string) (open func() (io.ReadCloser, error), done func() error, err error) {
	in := os.Stdin
	if name != stdout {
		if in, err = os.Open(name); err != nil {
			return nil, nil, err
		}
	}
	info, err := in.Stat()
	switch {
	case err != nil:
		return nil, nil, errors.Join(err, in.Close())
	case info.IsDir():
		return nil, nil, errors.Join(errors.New("this is a directory"), in.Close())
	case info.Mode().IsRegular() && name != stdout:
		return func() (io.ReadCloser, error) { return os.Open(name) }, in.Close, nil
	}
	kept, err := os.CreateTemp("", "runner-import-*")
	if err != nil {
		return nil, nil, err
	}
	copied := make(chan error, 1)
	var n int64
	go func() {
		count, err := io.Copy(kept, io.LimitReader(in, mostKept))
		n = count
		copied <- errors.Join(err, in.Close())
	}()
	select { // a pipe may have nothing for long
	case err = <-copied:
	case <-a.ctx.Done():
		err = a.ctx.Err()
	}
	if err = errors.Join(err, os.Remove(kept.Name())); err == nil && n == mostKept {
		err = fmt.Errorf("it does not end within %d GiB", mostKept>>30)
	}
	return func() (io.ReadCloser, error) { return io.NopCloser(io.NewSectionReader(kept, 0, n)), nil }, kept.Close, err
}

// mostKept is how much of a pipe is kept, in B.
const mostKept = 4 << 30

func stillStored(got sqlite.Imported) string {
	if len(got.Runs) == 0 {
		return ""
	}
	return fmt.Sprintf("\n  %s of the file had been stored; to import it again goes on", plural(len(got.Runs), "run"))
}
