package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"bench/runner/reports"
	"bench/runner/results/sqlite"
)

// databaseSchema names the JSON that is told of a database.
const databaseSchema = "runner-doctor-db/1"

// examination is what is told of a database.
type examination struct {
	Schema  string           `json:"schema"`
	File    string           `json:"file"`
	Checks  []sqlite.Checked `json:"checks"`
	Into    string           `json:"into,omitempty"`
	Salvage *sqlite.Salvaged `json:"salvage,omitempty"`
}

func (e examination) wrong() (n int) {
	for _, c := range e.Checks {
		if c.Wrong > 0 {
			n++
		}
	}
	return n
}

// doctorDatabase looks at a database, and saves what it can into a new one if that is named. A damaged one is trouble.
func (a *app) doctorDatabase(into string, asJSON bool) error {
	e := examination{Schema: databaseSchema, File: a.database(""), Into: into}
	var err error
	if e.Checks, err = sqlite.Check(a.ctx, e.File); err != nil && into == "" {
		return err
	}
	if err != nil { // what cannot be looked at with SQLite may still be saved without
		e.Checks = []sqlite.Checked{{Name: "file", Fact: sqlite.Fact(err), Wrong: 1}}
	}
	var failed error
	if into != "" {
		saved, problem := sqlite.Salvage(a.ctx, e.File, into)
		if failed = problem; failed == nil {
			e.Salvage = &saved
		} else if err != nil { // it is not there, may not be read, or is no database at all
			return failed
		}
	}
	if asJSON {
		text, err := json.MarshalIndent(e, "", "  ")
		if err != nil {
			return err
		}
		fmt.Fprintln(a.stdout, string(text))
	} else {
		a.tellDatabase(e)
	}
	switch {
	case failed != nil:
		return failed
	case e.wrong() > 0:
		return errReported
	}
	return nil
}

func (a *app) tellDatabase(e examination) {
	if a.quiet && e.wrong() == 0 && e.Salvage == nil {
		return
	}
	state := "in order"
	if n := e.wrong(); n > 0 {
		state = plural(n, "check") + " found damage"
	}
	fmt.Fprintf(a.stdout, "%s: %s\n\n", reports.Visible(e.File), state)
	w := tabwriter.NewWriter(a.stdout, 0, 8, 2, ' ', 0)
	for _, c := range e.Checks {
		word := "ok"
		if c.Wrong > 0 {
			word = "damaged"
		}
		name := c.Name
		for line := range strings.Lines(c.Fact) {
			fmt.Fprintf(w, "%s\t%s\t%s\n", word, name, oneLine(line))
			word, name = "", ""
		}
	}
	w.Flush()
	switch {
	case e.Salvage != nil:
		a.tellSalvage(e)
	case e.wrong() > 0 && e.Into == "":
		fmt.Fprintf(a.stdout, "\nNothing was changed. To save what can still be read: runner doctor --db %s --salvage NEWFILE\n", reports.Visible(e.File))
	}
}

func (a *app) tellSalvage(e examination) {
	fmt.Fprintf(a.stdout, "\nSaved into %s:\n\n", reports.Visible(e.Into))
	w := tabwriter.NewWriter(a.stdout, 0, 8, 2, ' ', 0)
	for _, t := range []struct {
		name string
		sqlite.Tally
	}{{"runs", e.Salvage.Runs}, {"cells", e.Salvage.Cells}, {"trials", e.Salvage.Trials}, {"verdicts", e.Salvage.Verdicts}, {"tags", e.Salvage.Tags}} {
		fmt.Fprintf(w, "%s\t%d saved\t%d lost\n", t.name, t.Saved, t.Lost)
	}
	w.Flush()
	for i, note := range e.Salvage.Notes {
		if i == 0 {
			fmt.Fprintln(a.stdout)
		}
		if i == 20 {
			fmt.Fprintf(a.stdout, "and %d more\n", len(e.Salvage.Notes)-i)
			break
		}
		fmt.Fprintln(a.stdout, oneLine(note))
	}
	a.tellIncomplete(e)
	old := reports.Visible(e.File)
	fmt.Fprintf(a.stdout, "\nThe old file is as it was. To go on with the new one, name it with --db; or move %s, %s-wal and %s-shm away\n"+
		"together, and only then put it in their place: an old -wal file beside it would overwrite it.\n", old, old, old)
}

// tellIncomplete says which runs are not what they were.
func (a *app) tellIncomplete(e examination) {
	runs := e.Salvage.Incomplete
	if len(runs) == 0 {
		return
	}
	shown := strings.Join(runs[:min(len(runs), 8)], ", ")
	if len(runs) > 8 {
		shown += fmt.Sprintf(" and %d more", len(runs)-8)
	}
	fmt.Fprintf(a.stdout, "\nNot whole, or not known to be: %d of %s.\nKept as interrupted, without verdicts. What is missing is measured with: runner resume --db %s RUN\n",
		len(runs), plural(e.Salvage.Runs.Saved, "run"), reports.Visible(e.Into))
	fmt.Fprintf(a.stdout, "%s\n", shown)
}

// doctorArgs takes the word database, for the usual one.
func doctorArgs(path string, args []string) error {
	if len(args) == 0 || len(args) == 1 && args[0] == "database" {
		return nil
	}
	return fmt.Errorf("unknown command %q for %q\n  hint: `%s` looks at the machine, `%s database` at the stored results", strings.Join(args, " "), path, path, path)
}

var errSalvageItself = errors.New("--salvage takes the name of a new file, as in --salvage saved.db")
