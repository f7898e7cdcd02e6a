package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"runner/gates"
	"runner/reports"
	"runner/results"
	"runner/results/sqlite"
)

// outputs says where a report goes.
type outputs struct {
	json    bool
	reports []string // FORMAT, FORMAT=FILE or FORMAT=FOLDER/
	service service

	told    []*reports.Report // so far
	quality []json.RawMessage // of them
	metrics []string          // of them
}

func (o *outputs) flags(c *cobra.Command) {
	f := c.Flags()
	f.BoolVar(&o.json, "json", false, "print one JSON document on stdout instead of the text report")
	f.StringArrayVar(&o.reports, "report", nil, "also write the report as `FORMAT[=FILE]` (repeatable), or FORMAT=FOLDER/ for a file an experiment; `runner list formats` names them")
	o.service.flag(c)
	_ = c.RegisterFlagCompletionFunc("report", completeFormats) // fails only for a flag that is not there
}

// valid refuses what could not be written, before anything is measured. runs is how many reports there will be.
func (o *outputs) valid(runs int) error {
	if o.json && runs > 1 {
		return fmt.Errorf("--json prints one document, and %d specs were given\n  hint: run them one by one", runs)
	}
	if err := o.service.valid(); err != nil {
		return err
	}
	for _, r := range o.reports {
		name, file, toFile := strings.Cut(r, "=")
		if _, err := format(name); err != nil {
			return err
		}
		switch {
		case !toFile && o.json:
			return fmt.Errorf("--json and --report %s both want stdout\n  hint: --report %s=FILE", name, name)
		case !toFile:
		case isFolder(file):
		case runs > 1:
			return fmt.Errorf("--report %s names one file, and %d specs were given\n  hint: --report %s=FOLDER/ makes a file for each", r, runs, name)
		default:
			if err := writable(file); err != nil {
				return fmt.Errorf("--report %s: %w", r, err)
			}
		}
	}
	return nil
}

// writable tells why a report cannot be written to a file of this name, as far as that can be seen beforehand.
func writable(file string) error {
	if file == "" {
		return errors.New("a file name is missing after =")
	}
	if info, err := os.Stat(file); err == nil && info.IsDir() {
		return fmt.Errorf("this is a directory\n  hint: %s/ puts a file for each experiment into it", file)
	}
	if _, err := os.Stat(filepath.Dir(file)); err != nil {
		return fmt.Errorf("%s: %w", filepath.Dir(file), reason(err))
	}
	return nil
}

func format(name string) (reports.Format, error) {
	f, ok := reports.Lookup(name)
	if !ok {
		return f, fmt.Errorf("no report format %q\n  hint: `runner list formats` names them", name)
	}
	return f, nil
}

// judge makes the report of a stored run from the database alone, and stores its verdicts.
func (a *app) judge(db *sqlite.DB, id string) (*reports.Report, error) {
	ctx := context.WithoutCancel(a.ctx)
	r, verdicts, err := a.retell(ctx, db, id, nil)
	if err != nil {
		return nil, err
	}
	if err := db.SaveVerdicts(ctx, id, verdicts); err != nil {
		return nil, err
	}
	if r.Run.Outcome == interrupted {
		return r, nil
	}
	r.Run.Outcome = r.Word // as it will read when the run is told again
	return r, db.SetOutcome(ctx, id, r.Word)
}

// retell is judge without storing; asserts replaces the spec's assertions where it is not empty.
func (a *app) retell(ctx context.Context, db *sqlite.DB, id string, asserts []string) (*reports.Report, []results.StoredVerdict, error) {
	report, _, _, err := a.reread(ctx, db, id, asserts)
	if err != nil {
		return nil, nil, err
	}
	rows, err := storable(report.Verdicts)
	return report, rows, err
}

// reread makes the report of a stored run, with the checks and the data that it comes from.
func (a *app) reread(ctx context.Context, db *sqlite.DB, id string, asserts []string) (_ *reports.Report, x experiment, data gates.Data, err error) {
	run, err := db.Run(ctx, id)
	if err != nil {
		return nil, x, data, err
	}
	if x, err = stored(run); err != nil {
		return nil, x, data, err
	}
	if len(asserts) > 0 {
		if x.checks, err = a.compile(asserts, x); err != nil {
			return nil, x, data, err
		}
	}
	trials, err := db.Trials(ctx, id, sqlite.Everything)
	if err != nil {
		return nil, x, data, err
	}
	data = gates.Data{Plan: &x.plan, Trials: trials, Host: gateHost(run)}
	verdicts := gates.Judge(x.checks, data)
	word, code := gates.Word(verdicts, data)
	if code == 0 && (run.Finished.IsZero() || run.Outcome == interrupted) {
		word, code = "INTERRUPTED", 3 // less was measured than the spec asks for
	}
	report := reports.New(run, gates.Summaries(data), gates.NoiseOf(data), excluded(x), trials, verdicts, word, code)
	report.Question, report.Scaling = x.spec.Question, gates.Scalings(data)
	past, err := db.Past(ctx, id, trend)
	if err != nil {
		return nil, x, data, err
	}
	now := results.Judged{ID: run.ID, Started: run.Started, Commit: run.Environment.Commit}
	report.History = gates.Histories(now, verdicts, past)
	return report, x, data, nil
}

// trend is how many earlier runs a report tells of.
const trend = 39

func gateHost(run results.Run) gates.Host {
	e := run.Environment
	return gates.Host{Cores: e.Cores, Parallelism: run.Parallelism(), Memory: e.Memory, OS: e.OS, Arch: e.Arch}
}

func excluded(x experiment) []reports.Excluded {
	var out []reports.Excluded
	for _, e := range x.plan.Excluded {
		out = append(out, reports.Excluded{Cell: e.Cell, Reason: e.Reason})
	}
	return out
}

func storable(verdicts []gates.Verdict) ([]results.StoredVerdict, error) {
	var rows []results.StoredVerdict
	for _, v := range verdicts {
		text, err := json.Marshal(v)
		if err != nil {
			return nil, fmt.Errorf("store the verdict of %q: %w", v.Name, err)
		}
		rows = append(rows, results.StoredVerdict{
			Name: v.Name, Check: v.Check, Outcome: string(v.Outcome), Level: v.Level,
			File: v.Pos.File, Line: v.Pos.Line, Col: v.Pos.Col, Reason: v.Reason, JSON: text,
		})
	}
	return rows, nil
}

// tell writes the report where it was asked for, then the verdict line, which is the last line of stderr.
func (a *app) tell(r *reports.Report, out *outputs) error {
	main := "text"
	if out.json {
		main = "json"
	}
	var trouble []error
	if !a.quiet || out.json {
		trouble = append(trouble, a.render(main, a.stdout, r))
	}
	for _, spec := range out.reports {
		if name, file, toFile := strings.Cut(spec, "="); toFile {
			trouble = append(trouble, a.renderFile(name, file, r))
		} else {
			trouble = append(trouble, a.render(name, a.stdout, r))
		}
	}
	if err := errors.Join(trouble...); err != nil {
		return err
	}
	a.tellCI(r, out)
	out.told = append(out.told, r)
	if a.quiet && !out.json {
		a.sayProblems(r)
	}
	fmt.Fprintln(a.stderr, r.Verdict())
	return nil
}

// sayProblems is the quiet report: a line for each check that stands in the way of a pass.
func (a *app) sayProblems(r *reports.Report) {
	for _, v := range r.Verdicts {
		if v.Outcome != gates.Pass && v.Outcome != gates.Skipped {
			fmt.Fprintf(a.stderr, "%s: %s: %s: %s\n", reports.Visible(v.Pos.String()), v.Outcome, reports.Visible(oneLine(v.Name)), reports.Visible(oneLine(v.Reason)))
		}
	}
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

// precedence of exit codes, the strongest first; see docs/exit-codes.md.
var precedence = []int{2, 1, 4, 3, 5, 0}

func precedes(a, b int) bool { return slices.Index(precedence, a) < slices.Index(precedence, b) }
