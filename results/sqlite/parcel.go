package sqlite

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
)

// What a portable file may come to.
const (
	longestLine  = 64 << 20 // B
	mostPortable = 8 << 30  // B, unpacked
	mostRuns     = 100_000
	mostTags     = 100_000
)

// portableHeader is the first line, portableEnd what is in the last.
type portableHeader struct {
	Runner  string `json:"runner"`  // export
	Version int    `json:"version"` // of the file
	Format  int    `json:"format"`  // of the database it came from
}

type portableEnd struct {
	Lines  int    `json:"lines"`  // before this one
	SHA256 string `json:"sha256"` // of all bytes before this line
}

func (h portableHeader) line() ([]byte, error) {
	line, err := json.Marshal(h)
	return append(line, '\n'), err
}

func (e portableEnd) line() ([]byte, error) {
	line, err := json.Marshal(map[string]portableEnd{"end": e})
	return append(line, '\n'), err
}

// sink takes the rows of a portable file: each is plausible, and in its place. line is the row as it is written.
type sink interface {
	row(of *inspection, k *kind, values []any, line []byte) error
	end(of *inspection) error // of a run
}

// unpacking reads a portable file.
type unpacking struct {
	in    *bufio.Reader
	to    sink
	hash  hash.Hash
	n     int // lines so far
	size  int64
	long  []byte // a line that did not fit into the reader
	ids   map[string]bool
	tags  map[string]bool
	now   *inspection // nil: between runs
	ended bool
}

// unpack gives the rows of a portable file to a sink, as they are read. That all of them were as they were exported is only
// known at the end.
func unpack(file io.Reader, to sink) error {
	zip, err := gzip.NewReader(bufio.NewReader(file))
	if err != nil {
		return errors.New("this is no exported run: it is not packed by gzip")
	}
	u := &unpacking{in: bufio.NewReaderSize(zip, 1<<20), to: to, hash: sha256.New(), ids: map[string]bool{}, tags: map[string]bool{}}
	for {
		line, err := u.line()
		if err == io.EOF {
			break
		}
		u.n++
		if err == nil {
			err = u.take(line)
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", u.n, err)
		}
	}
	if !u.ended {
		return fmt.Errorf("it breaks off after line %d: the rest of the file is missing", u.n)
	}
	return nil
}

// line is good until the next one is asked for.
func (u *unpacking) line() ([]byte, error) {
	u.long = u.long[:0]
	for {
		part, err := u.in.ReadSlice('\n')
		u.size += int64(len(part))
		switch {
		case len(u.long)+len(part) > longestLine:
			return nil, fmt.Errorf("longer than %d MiB", longestLine>>20)
		case u.size > mostPortable:
			return nil, fmt.Errorf("the file unpacks to more than %d GiB", mostPortable>>30)
		case err == nil && len(u.long) == 0:
			return part, nil
		}
		u.long = append(u.long, part...)
		switch {
		case err == nil:
			return u.long, nil
		case err == bufio.ErrBufferFull:
		case err == io.EOF && len(u.long) == 0:
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
	switch {
	case u.n == 1:
		return u.header(line)
	case u.ended:
		return errors.New("something follows the end")
	case bytes.HasPrefix(line, []byte(`{"end":`)):
		return u.end(line)
	}
	u.hash.Write(line)
	for _, k := range kinds {
		text, is := bytes.CutPrefix(line, []byte(`{"`+k.name+`":{`))
		if !is {
			continue
		}
		values, err := k.decode(text)
		if err == nil {
			err = u.row(k, values, line)
		}
		return err
	}
	return errors.New("this is no run, cell, trial, verdict or tag as `runner export` writes it")
}

func (u *unpacking) header(line []byte) error {
	var h portableHeader
	if err := json.Unmarshal(line, &h); err != nil || h.Runner != "export" {
		return errors.New("this is no exported run")
	}
	if h.Version > portable {
		return fmt.Errorf("a newer runner made the file: its version is %d, and %d is known here", h.Version, portable)
	}
	usual, err := h.line()
	if err == nil && (h.Version != portable || h.Format < 1 || !bytes.Equal(line, usual)) {
		err = errors.New("the first line is not as `runner export` writes it")
	}
	u.hash.Write(line)
	return err
}

func (u *unpacking) end(line []byte) error {
	if err := u.finish(); err != nil {
		return err
	}
	usual, err := portableEnd{u.n - 1, hex.EncodeToString(u.hash.Sum(nil))}.line()
	if err == nil && !bytes.Equal(line, usual) {
		err = errors.New("the file was changed since it was exported: its checksum differs")
	}
	u.ended = true
	return err
}

func (u *unpacking) row(k *kind, values []any, line []byte) error {
	if k == &runLine {
		if err := u.finish(); err != nil {
			return err
		}
		u.now = &inspection{}
	}
	if u.now == nil {
		return fmt.Errorf("a %s of no run", k.name)
	}
	if err := u.now.see(k, values); err != nil {
		return err
	}
	var err error
	switch k {
	case &runLine:
		err = once(u.ids, u.now.run.ID, "run", mostRuns)
	case &tagLine:
		err = once(u.tags, u.now.run.Experiment+"@"+u.now.tag, "tag", mostTags)
	}
	if err != nil {
		return err
	}
	return u.to.row(u.now, k, values, line)
}

// once notes a name that may come once.
func once(seen map[string]bool, name, what string, most int) error {
	switch {
	case seen[name]:
		return fmt.Errorf("%s %s is there twice", what, name)
	case len(seen) == most:
		return fmt.Errorf("there are more than %d of a %s", most, what)
	}
	seen[name] = true
	return nil
}

// finish ends the run before.
func (u *unpacking) finish() error {
	p := u.now
	if u.now = nil; p == nil {
		return nil
	}
	if err := p.end(); err != nil {
		return err
	}
	return u.to.end(p)
}

// contents is the digest of what was measured: the run, its cells and its trials, whatever it was judged since.
type contents struct{ sum hash.Hash }

func (c *contents) add(k *kind, values []any, line []byte) error {
	switch k {
	case &runLine:
		values = slices.Clone(values)
		values[slices.Index(k.columns(), "outcome")] = nil
		var err error
		if line, err = k.encode(nil, values); err != nil {
			return err
		}
		c.sum = sha256.New()
	case &verdictLine, &tagLine:
		return nil
	}
	c.sum.Write(line)
	return nil
}

func (c *contents) digest() string { return hex.EncodeToString(c.sum.Sum(nil)) }
