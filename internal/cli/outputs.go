package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"bench/runner/reports"
)

// outputs says where a report goes.
type outputs struct {
	json    bool
	reports []string // FORMAT, FORMAT=FILE, FORMAT=- or FORMAT=FOLDER/
	service service

	told    []*reports.Report // so far
	quality []json.RawMessage // of them
	metrics []string          // of them
}

// stdout stands for standard output where a file is asked for.
const stdout = "-"

func (o *outputs) flags(c *cobra.Command) {
	f := c.Flags()
	f.BoolVar(&o.json, "json", false, "print one JSON document on stdout instead of the text report")
	f.StringArrayVar(&o.reports, "report", nil, "also write the report as `FORMAT=FILE` (repeatable), or FORMAT=FOLDER/ for a file an experiment; FORMAT alone prints it instead of the text; `runner list formats` names them")
	o.service.flag(c)
	_ = c.RegisterFlagCompletionFunc("report", completeFormats) // fails only for a flag that is not there
}

// printed is the format that stdout gets, and whether somebody asked for it.
func (o *outputs) printed() (name string, asked bool) {
	if o.json {
		return "json", true
	}
	for _, r := range o.reports {
		if name, file, toFile := strings.Cut(r, "="); !toFile || file == stdout {
			return name, true
		}
	}
	return "text", false
}

// valid refuses what could not be written, before anything is measured. runs is how many reports there will be.
func (o *outputs) valid(runs int) error {
	if o.json && runs > 1 {
		return fmt.Errorf("--json prints one document, and %d specs were given\n  hint: run them one by one, or --report json=FOLDER/ makes a file for each", runs)
	}
	if err := o.service.valid(); err != nil {
		return err
	}
	taken := map[string]string{}
	if o.json {
		taken[stdout] = "--json"
	}
	for _, r := range o.reports {
		name, file, toFile := strings.Cut(r, "=")
		if _, err := format(name); err != nil {
			return err
		}
		if !toFile {
			file = stdout
		}
		if err := o.free(r, name, file, runs); err != nil {
			return err
		}
		place := filepath.Clean(file)
		if isFolder(file) {
			place = filepath.Join(file, name) // files of other formats have other names
		}
		if other := taken[place]; other != "" {
			if place == stdout {
				place = "stdout"
			}
			return fmt.Errorf("%s and --report %s both want %s\n  hint: --report %s=FILE", other, r, place, name)
		}
		taken[place] = "--report " + r
	}
	return nil
}

// free tells why a report cannot be written to a file.
func (o *outputs) free(r, name, file string, runs int) (err error) {
	switch {
	case file == stdout && (runs == 1 || name == "text" || name == "markdown"):
		return nil
	case isFolder(file):
		if err = os.MkdirAll(file, 0o777); err == nil {
			err = unix.Access(file, unix.W_OK)
		}
		err = reason(err)
	case runs > 1:
		return fmt.Errorf("--report %s is one document, and %d specs were given\n  hint: --report %s=FOLDER/ makes a file for each", r, runs, name)
	default:
		err = writable(file)
	}
	if err != nil {
		return fmt.Errorf("--report %s: %w", r, err)
	}
	return nil
}

// writable tells why a report cannot be written to a file of this name, as far as that can be seen beforehand.
func writable(file string) error {
	if file == "" {
		return errors.New("a file name is missing after =")
	}
	if info, err := os.Stat(file); err == nil && info.IsDir() {
		return fmt.Errorf("%s: this is a directory\n  hint: %s/ puts a file named for the experiment into it", file, strings.TrimSuffix(file, "/"))
	} else if err == nil && !info.Mode().IsRegular() {
		return nil
	}
	dir := filepath.Dir(file)
	if _, err := os.Stat(dir); err != nil {
		return fmt.Errorf("%s: %w", dir, reason(err))
	}
	if err := unix.Access(dir, unix.W_OK); err != nil {
		return fmt.Errorf("%s: %w", dir, err)
	}
	return nil
}

// tell writes the report where it was asked for, then the verdict line, which is the last line of stderr. What could not
// be written is said before it, and is trouble.
func (a *app) tell(r *reports.Report, out *outputs) error {
	var trouble []error
	if name, asked := out.printed(); asked || !a.quiet {
		trouble = append(trouble, a.render(name, a.stdout, r))
	}
	for _, spec := range out.reports {
		if name, file, toFile := strings.Cut(spec, "="); toFile && file != stdout {
			trouble = append(trouble, a.renderFile(name, file, r))
		}
	}
	a.tellCI(r, out)
	out.told = append(out.told, r)
	if a.quiet && !out.json {
		a.sayProblems(r)
	}
	err := errors.Join(trouble...)
	if err != nil {
		fmt.Fprintf(a.stderr, "runner: %s\n  hint: the run is kept: runner report %s -f FORMAT -o FILE\n", reports.Visible(err.Error()), r.Run.ID)
		fmt.Fprintf(a.stderr, "TROUBLE: not everything was written; the verdict is %s\n", r.Verdict())
		return errReported
	}
	fmt.Fprintln(a.stderr, r.Verdict())
	return nil
}

func (a *app) render(name string, w io.Writer, r *reports.Report) error {
	f, err := format(name)
	if err != nil {
		return err
	}
	return f.Render(w, r, a.style(w))
}

// renderFile writes a report to a file, and what it refers to beside it. What is no file, such as a pipe, gets the report
// alone.
func (a *app) renderFile(name, file string, r *reports.Report) error {
	f, err := format(name)
	if err != nil {
		return err
	}
	if file == stdout {
		return a.render(name, a.stdout, r)
	}
	if !isFolder(file) {
		return a.renderTo(f, file, writeFile, r)
	}
	if file, err = destination(file, f, r); err != nil {
		return err
	}
	return a.renderTo(f, file, replace, r)
}

func (a *app) renderTo(f reports.Format, file string, main put, r *reports.Report) error {
	base := filepath.Base(file)
	if info, err := os.Stat(file); err == nil && !info.Mode().IsRegular() {
		base = ""
	}
	if f.Beside != nil && base != "" {
		for _, b := range f.Beside(r, reports.Style{File: base}) {
			if err := replace(filepath.Join(filepath.Dir(file), b.Name), text(string(b.Data))); err != nil {
				return err
			}
		}
	}
	return main(file, func(w io.Writer) error {
		style := a.style(w)
		style.File = base
		return f.Render(w, r, style)
	})
}
