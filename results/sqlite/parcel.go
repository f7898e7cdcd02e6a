package sqlite

import (
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"runner/results"
)

// What a portable file may come to: it was made elsewhere, perhaps to do harm.
const (
	longestLine  = 256 << 20 // B
	mostPortable = 8 << 30   // B, unpacked
)

// parcel is one run of a portable file, each row of it looked at.
type parcel struct {
	run      results.Run
	planned  int // cells
	runRow   []any
	cells    []results.PlannedCell
	cellRows [][]any
	trials   [][]any // in the order of trialLine.columns
	verdicts [][]any
	tags     []string

	reader *reader // of trials; nil before the first one
	places map[[2]int]bool
	order  int // of the kind of the last line
}

// unpacking reads a portable file.
type unpacking struct {
	in    *bufio.Reader
	sum   []byte // of what came before the line
	n     int    // lines so far
	size  int64
	ids   map[string]bool
	done  func(*parcel) error
	now   *parcel
	ended bool
}

// readPortable gives each run of a portable file, one after the other. What it gives may be of a file whose end is yet to
// be found wanting.
func readPortable(open func() (io.ReadCloser, error), done func(*parcel) error) error {
	file, err := open()
	if err != nil {
		return err
	}
	defer file.Close()
	zip, err := gzip.NewReader(bufio.NewReader(file))
	if err != nil {
		return errors.New("this is no exported run: not packed by gzip")
	}
	u := &unpacking{in: bufio.NewReaderSize(zip, 1<<20), ids: map[string]bool{}, done: done}
	hash := sha256.New()
	for {
		line, err := u.line()
		if err == io.EOF {
			break
		}
		if err == nil {
			u.sum = hash.Sum(nil)
			hash.Write(line)
			u.n++
			err = u.take(line)
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", max(u.n, 1), err)
		}
	}
	if !u.ended {
		return fmt.Errorf("it breaks off after line %d: the rest of the file is missing", u.n)
	}
	return nil
}

func (u *unpacking) line() ([]byte, error) {
	var line []byte
	for {
		part, err := u.in.ReadSlice('\n')
		u.size += int64(len(part))
		switch {
		case len(line)+len(part) > longestLine:
			return nil, fmt.Errorf("longer than %d MiB", longestLine>>20)
		case u.size > mostPortable:
			return nil, fmt.Errorf("the file unpacks to more than %d GiB", mostPortable>>30)
		}
		line = append(line, part...)
		switch {
		case err == nil:
			return line, nil
		case err == bufio.ErrBufferFull:
		case err == io.EOF && len(line) == 0:
			return nil, io.EOF
		case err == io.EOF || err == io.ErrUnexpectedEOF:
			return nil, errors.New("it breaks off: the rest of the file is missing")
		default:
			return nil, fmt.Errorf("the file is damaged: %w", err)
		}
	}
}

// take reads one line.
func (u *unpacking) take(line []byte) error {
	if u.n == 1 {
		return u.header(line)
	}
	if u.ended {
		return errors.New("something follows the end")
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(line, &object); err != nil || len(object) != 1 {
		return errors.New("this is not one row")
	}
	if end, is := object["end"]; is {
		return u.end(end)
	}
	if text, is := object["run"]; is {
		return u.begin(text)
	}
	for order, k := range []*kind{&cellLine, &trialLine, &verdictLine, &tagLine} {
		text, is := object[k.name]
		if !is {
			continue
		}
		if u.now == nil {
			return fmt.Errorf("a %s of no run", k.name)
		}
		if order < u.now.order {
			return fmt.Errorf("a %s stands too late", k.name)
		}
		u.now.order = order
		values, err := k.decode(text)
		if err != nil {
			return err
		}
		return u.now.add(k, values)
	}
	return errors.New("no run, cell, trial, verdict or tag: a newer runner may have made the file")
}

func (u *unpacking) header(line []byte) error {
	var h portableHeader
	switch err := json.Unmarshal(line, &h); {
	case err != nil || h.Runner != "export":
		return errors.New("this is no exported run")
	case h.Version != portable:
		return fmt.Errorf("a newer runner made the file: its version is %d, and %d is known here", h.Version, portable)
	}
	return nil
}

func (u *unpacking) end(text json.RawMessage) error {
	if err := u.finish(); err != nil {
		return err
	}
	var e portableEnd
	switch err := json.Unmarshal(text, &e); {
	case err != nil:
		return errors.New("the end is damaged")
	case e.Lines != u.n-1 || e.SHA256 != hex.EncodeToString(u.sum):
		return errors.New("the file was changed since it was exported: its checksum differs")
	}
	u.ended = true
	return nil
}

// begin ends the run before, and takes the next one.
func (u *unpacking) begin(text json.RawMessage) error {
	if err := u.finish(); err != nil {
		return err
	}
	values, err := runLine.decode(text)
	if err != nil {
		return err
	}
	p := &parcel{runRow: values, places: map[[2]int]bool{}}
	if p.run, p.planned, err = decodeRun(append(clone(values), nil)); err != nil {
		return fmt.Errorf("a run: %w", err)
	}
	switch id := p.run.ID; {
	case !validID(id):
		return fmt.Errorf("%.100q is no id of a run", id)
	case u.ids[id]:
		return fmt.Errorf("run %s is there twice", id)
	case p.run.Experiment == "":
		return fmt.Errorf("run %s has no experiment", id)
	default:
		u.ids[id] = true
	}
	u.now = p
	return nil
}

func (u *unpacking) finish() error {
	p := u.now
	u.now = nil
	if p == nil {
		return nil
	}
	if p.planned != len(p.cells) {
		return fmt.Errorf("run %s has %d cells of %d", p.run.ID, len(p.cells), p.planned)
	}
	if err := checkCells(p.cells); err != nil {
		return fmt.Errorf("run %s: %w", p.run.ID, err)
	}
	return u.done(p)
}

func (p *parcel) add(k *kind, values []any) error {
	switch k {
	case &cellLine:
		_, cell, err := decodeCell(append(append([]any{int64(0)}, values...), nil))
		if err == nil && (cell.Cell.Key() != textIn(values[2]) || cell.Index < 0) {
			err = errColumn
		}
		if err != nil {
			return fmt.Errorf("a cell: %w", err)
		}
		p.cells, p.cellRows = append(p.cells, cell), append(p.cellRows, values)
	case &trialLine:
		if err := p.trial(values); err != nil {
			return fmt.Errorf("a trial: %w", err)
		}
		p.trials = append(p.trials, values)
	case &verdictLine:
		_, place, _, err := decodeVerdict(append(append([]any{int64(0)}, values...), nil))
		if err == nil && place != len(p.verdicts) {
			err = fmt.Errorf("its place is %d, not %d", place, len(p.verdicts))
		}
		if err != nil {
			return fmt.Errorf("a verdict: %w", err)
		}
		p.verdicts = append(p.verdicts, values)
	case &tagLine:
		name := textIn(values[0])
		if err := checkTag(name); err != nil {
			return err
		}
		p.tags = append(p.tags, name)
	}
	return nil
}

func textIn(v any) string {
	s, _ := v.(string)
	return s
}

// trial looks at one as it is looked at when it is read.
func (p *parcel) trial(values []any) error {
	if p.reader == nil {
		p.reader = newReader(0, p.cells, Everything)
	}
	split := widthOf(plainColumns)
	copy(p.reader.values, values[:split])
	p.reader.values[split] = nil // the checksum
	copy(p.reader.values[split+1:], values[split:])
	var t results.Trial
	if err := p.reader.read(&t); err != nil {
		return err
	}
	for i, v := range values[:split] {
		if n, isNumber := v.(int64); isNumber && n < 0 && trialLine.columns[i] != "started_ns" {
			return fmt.Errorf("%s is %d", trialLine.columns[i], n)
		}
	}
	at := [2]int{t.Block, t.Position}
	switch {
	case !slices.Contains(results.Statuses, t.Status):
		return fmt.Errorf("there is no status %.100q", t.Status)
	case p.places[at]:
		return fmt.Errorf("block %d, position %d is there twice", t.Block, t.Position)
	}
	p.places[at] = true
	return nil
}
