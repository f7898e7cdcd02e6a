package sqlite

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"

	"bench/runner/results"
)

// What a run of a portable file may come to. It was made elsewhere, perhaps to do harm: what is short in the file may be
// long in memory, and whoever reads the run later makes room for as many workers as it says.
const (
	mostCells    = 100_000
	mostWorkers  = 100_000
	mostTimeline = 32 << 20 // B of one trial, unpacked
	mostUnpacked = 1 << 30  // B of all results and timelines of a run
	mostObjects  = 100_000  // in the JSON of one column: {} is 2 bytes there, and hundreds in memory
)

// inspection looks at the rows of one run, one after the other, whether they come from a file or go into one. It keeps none
// but the cells.
type inspection struct {
	run      results.Run
	planned  int // cells
	cells    []results.PlannedCell
	trials   int
	verdicts int
	tag      string
	at       [2]int // block and position of the last trial
	reader   *reader
	unpacked int
	order    int // of the kind of the last row
}

// see looks at one row; the first one is that of the run.
func (p *inspection) see(k *kind, values []any) error {
	order := slices.Index(kinds, k)
	if order < p.order {
		return fmt.Errorf("a %s stands too late", k.name)
	}
	if p.order == 1 && order > 1 {
		if err := p.whole(); err != nil {
			return err
		}
	}
	p.order = max(order, 1)
	err := plausible(k, values)
	if err == nil {
		err = p.add(k, values)
	}
	if err != nil {
		return fmt.Errorf("a %s: %w", k.name, err)
	}
	return nil
}

// end is called behind the last row.
func (p *inspection) end() error {
	if p.order == 1 {
		return p.whole()
	}
	return nil
}

// whole: the cells are those that were planned.
func (p *inspection) whole() error {
	err := checkCells(p.cells)
	if err == nil && p.planned != len(p.cells) {
		err = fmt.Errorf("%d cells of %d", len(p.cells), p.planned)
	}
	if err != nil {
		return fmt.Errorf("run %s: %w", p.run.ID, err)
	}
	p.reader = newReader(0, p.cells, Everything)
	return nil
}

func (p *inspection) add(k *kind, values []any) (err error) {
	switch k {
	case &runLine:
		for i, v := range values {
			if name := k.columns()[i]; (name == "hosts" || name == "resumed") && objects(v) > mostObjects {
				return fmt.Errorf("%s has more than %d parts", name, mostObjects)
			}
		}
		p.run, p.planned, err = decodeRun(append(slices.Clone(values), nil))
		switch {
		case err != nil:
		case !validID(p.run.ID):
			err = fmt.Errorf("%.100q is no id", p.run.ID)
		case p.planned > mostCells:
			err = fmt.Errorf("%d cells are too many", p.planned)
		default:
			err = results.ValidHosts(p.run.Hosts)
		}
	case &cellLine:
		err = p.cell(values)
	case &trialLine:
		err = p.trial(values)
	case &verdictLine:
		var place int
		_, place, _, err = decodeVerdict(append(append([]any{int64(0)}, values...), nil))
		if err == nil && place != p.verdicts {
			err = fmt.Errorf("its place is %d, not %d", place, p.verdicts)
		}
		p.verdicts++
	case &tagLine:
		name, _ := values[0].(string)
		if err = checkTag(name); err == nil && name <= p.tag {
			err = fmt.Errorf("%q is there twice, or not in its place", name)
		}
		p.tag = name
	}
	return err
}

func (p *inspection) cell(values []any) error {
	_, cell, err := decodeCell(append(append([]any{int64(0)}, values...), nil))
	switch n := len(p.cells); {
	case err != nil:
		return err
	case n > 0 && cell.Index <= p.cells[n-1].Index:
		return fmt.Errorf("%d is there twice, or not in its place", cell.Index)
	case n == p.planned:
		return fmt.Errorf("%d were planned, and here is one more", p.planned)
	}
	p.cells = append(p.cells, cell)
	return nil
}

// trial looks at one as it is looked at when it is read.
func (p *inspection) trial(values []any) error {
	if err := p.room(values); err != nil {
		return err
	}
	split := widthOf(plainColumns)
	copy(p.reader.values, values[:split])
	p.reader.values[split] = nil // the checksum
	copy(p.reader.values[split+1:], values[split:])
	var t results.Trial
	if err := p.reader.read(&t); err != nil {
		return err
	}
	if err := checkHosts(&t); err != nil {
		return err
	}
	at := [2]int{t.Block, t.Position}
	switch {
	case !slices.Contains(results.Statuses, t.Status):
		return fmt.Errorf("there is no status %.100q", t.Status)
	case p.trials > 0 && slices.Compare(at[:], p.at[:]) <= 0:
		return fmt.Errorf("block %d, position %d is there twice, or not in its place", t.Block, t.Position)
	}
	for _, s := range t.Spans {
		if s.Task < 0 || s.Worker < 0 || s.Worker >= mostWorkers || s.Start < 0 || s.End < s.Start || s.CPU < 0 {
			return errSpans
		}
	}
	p.at = at
	p.trials++
	return nil
}

// room unpacks what is packed, to see how long it is.
func (p *inspection) room(values []any) error {
	for i, v := range values[widthOf(plainColumns):] {
		name, most := trialLine.columns()[widthOf(plainColumns)+i], keepJSON
		if name == spanColumn {
			most = mostTimeline
		}
		n := 0
		switch v := v.(type) {
		case []byte:
			var err error
			if n, err = unpackedSize(v, most); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		case string:
			n = len(v)
		}
		if n > most {
			return fmt.Errorf("%s: longer than it can be", name)
		}
		if p.unpacked += n; p.unpacked > mostUnpacked {
			return fmt.Errorf("the results and timelines of the run come to more than %d MiB", mostUnpacked>>20)
		}
	}
	return nil
}

// named are the columns with a word or a name, which are printed as they are typed: in one line.
var named = []string{"id", "experiment", "version", "outcome", "workload", "status", "level"}

// plausible looks at numbers and names by themselves.
func plausible(k *kind, values []any) error {
	for i, v := range values {
		name := k.columns()[i]
		switch v := v.(type) {
		case nil:
			if !slices.Contains(k.nullable(), name) {
				return fmt.Errorf("without %s", name)
			}
		case int64:
			if v < 0 || v > largest(name) {
				return fmt.Errorf("%s is %d", name, v)
			}
		case string:
			if slices.Contains(named, name) && strings.ContainsFunc(v, unicode.IsControl) {
				return fmt.Errorf("%s is %.100q", name, v)
			}
			if strings.IndexByte("{[", firstByte(v)) >= 0 && deeper(v, mostNested) {
				return fmt.Errorf("%s is nested more than %d deep", name, mostNested)
			}
		}
	}
	return nil
}

// mostNested is far below what the JSON functions of SQLite take: a row that these refuse would spoil every question that
// goes through all runs.
const mostNested = 100

func firstByte(s string) byte {
	if s == "" {
		return 0
	}
	return s[0]
}

// deeper tells whether a text has more brackets open at once than that, outside of strings.
func deeper(text string, most int) bool {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > most {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

// objects counts the objects of a JSON text.
func objects(column any) (n int) {
	text, _ := column.(string)
	quoted := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && c == '{':
			n++
		}
	}
	return n
}

// largest is what a column can plausibly hold.
func largest(name string) int64 {
	switch name {
	case "started_ns", "finished_ns":
		return math.MaxInt64 // the year 2262
	case "workers":
		return mostWorkers
	case "warmup", "control":
		return 1
	case "cells", "cell", "baseline", "block", "position", "tasks", "leaked", "place", "line", "col":
		return math.MaxInt32
	}
	return 1 << 60 // ns of 36 years, or B
}
