package sqlite

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// A run travels as a file of text: gzip over lines of JSON, one for each row, with the columns as they are stored, so that
// what arrives is value for value what was sent. A row has one way to be written, with its columns in the order of the
// table: what is written in another way is refused, so that nothing can be read in two ways. docs/portable-runs.md
// describes the file for others.

// portable is the version of that file.
const portable = 1

// kind is what a line holds. Its lists of columns are made when they are needed: every trial's process is this program.
type kind struct {
	name       string
	table      string // its columns, in their order
	mayBeEmpty string // those of them that may be NULL

	once  sync.Once
	names struct{ all, nullable []string }
}

var (
	runLine   = kind{name: "run", table: runColumns, mayBeEmpty: "started_ns, finished_ns, after, resumed, refs, code, hosts"}
	cellLine  = kind{name: "cell", table: cellColumns, mayBeEmpty: "baseline"}
	trialLine = kind{name: "trial", table: plainColumns + ", " + outputColumns + ", " + resultColumns + ", " + spanColumn,
		mayBeEmpty: "started_ns, reason, runtime_name, runtime_version, runtime_gil, runtime_path, warnings, results_digest, result_digest, contaminated, hosts, " +
			outputColumns + ", " + resultColumns + ", " + spanColumn}
	verdictLine = kind{name: "verdict", table: verdictColumns}
	tagLine     = kind{name: "tag", table: "name"}
)

func (k *kind) split() {
	k.once.Do(func() { k.names.all, k.names.nullable = namesOf(k.table, "run", "checksum"), namesOf(k.mayBeEmpty, "") })
}

// columns are in the order of the table, without what the database adds.
func (k *kind) columns() []string {
	k.split()
	return k.names.all
}

func (k *kind) nullable() []string {
	k.split()
	return k.names.nullable
}

// kinds are in the order in which a run has them.
var kinds = []*kind{&runLine, &cellLine, &trialLine, &verdictLine, &tagLine}

// namesOf splits a list of columns.
func namesOf(columns string, without ...string) (names []string) {
	for name := range strings.SplitSeq(columns, ",") {
		if name = strings.TrimSpace(name); !slices.Contains(without, name) {
			names = append(names, name)
		}
	}
	return names
}

// encode writes a row as a line. NULL is left out.
func (k *kind) encode(b []byte, values []any) ([]byte, error) {
	b = append(append(append(b, `{"`...), k.name...), `":{`...)
	between := ""
	for i, v := range values {
		if v == nil {
			continue
		}
		b = append(append(append(append(b, between...), '"'), k.columns()[i]...), `":`...)
		between = ","
		switch v := v.(type) {
		case int64:
			b = strconv.AppendInt(b, v, 10)
		case string:
			if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
				return nil, fmt.Errorf("%s: %w", k.columns()[i], errColumn)
			}
			b = appendQuoted(b, v)
		case []byte:
			b = append(base64.StdEncoding.AppendEncode(append(b, `{"base64":"`...), v), `"}`...)
		default:
			return nil, fmt.Errorf("%s: %w", k.columns()[i], errColumn)
		}
	}
	return append(b, "}}\n"...), nil
}

// escaped are, beside " and \, the characters that a terminal might act on.
func escaped(r rune) bool {
	return r < 0x20 || 0x7f <= r && r < 0xa0 || 0x2028 <= r && r <= 0x202e || 0x2066 <= r && r <= 0x2069
}

func appendQuoted(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case escaped(r):
			b = fmt.Appendf(b, `\u%04x`, r)
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}

// decode reads what encode wrote, from behind the name of the kind. Columns that are left out are NULL.
func (k *kind) decode(text []byte) ([]any, error) {
	values := make([]any, len(k.columns()))
	rest, between := text, ""
	for i, name := range k.columns() {
		after, is := bytes.CutPrefix(rest, []byte(between+`"`+name+`":`))
		if !is {
			if !slices.Contains(k.nullable(), name) && k.has(name, rest) {
				return nil, fmt.Errorf("a %s without %s", k.name, name)
			}
			continue
		}
		v, end, err := column(after)
		if err != nil {
			return nil, fmt.Errorf("the column %s of a %s: %w", name, k.name, err)
		}
		values[i], rest, between = v, end, ","
	}
	if string(rest) != "}}\n" {
		return nil, k.misplaced(rest)
	}
	return values, nil
}

// has tells whether a column is missing, rather than that something is wrong before it.
func (k *kind) has(name string, rest []byte) bool {
	next, known := k.next(rest)
	return len(rest) > 0 && rest[0] == '}' || known && slices.Index(k.columns(), next) > slices.Index(k.columns(), name)
}

// next is the name of the column that is yet to be read.
func (k *kind) next(rest []byte) (name string, known bool) {
	quoted, is := bytes.CutPrefix(bytes.TrimPrefix(rest, []byte(",")), []byte(`"`))
	text, _, ended := bytes.Cut(quoted, []byte(`":`))
	if !is || !ended || len(text) > 100 {
		return "", false
	}
	return string(text), slices.Contains(k.columns(), string(text))
}

func (k *kind) misplaced(rest []byte) error {
	name, known := k.next(rest)
	switch {
	case known:
		return fmt.Errorf("the column %s of a %s is there twice, or not in its place", name, k.name)
	case name != "":
		return fmt.Errorf("a %s has no column %q here: a newer runner may have made the file", k.name, name)
	}
	return fmt.Errorf("this is no %s as `runner export` writes it", k.name)
}

var errValue = errors.New("this is no whole number, no text and no bytes as `runner export` writes them")

// column reads one value as the database has it, and gives what follows.
func column(text []byte) (v any, rest []byte, err error) {
	if blob, is := bytes.CutPrefix(text, []byte(`{"base64":"`)); is {
		coded, rest, ended := bytes.Cut(blob, []byte(`"}`))
		raw, err := base64.StdEncoding.Strict().DecodeString(string(coded))
		if err != nil || !ended || bytes.ContainsAny(coded, "\r\n") {
			return nil, nil, errors.New("the base64 is broken")
		}
		return raw, rest, nil
	}
	if len(text) > 0 && text[0] == '"' {
		return unquoted(text[1:])
	}
	end := 0
	for end < len(text) && end < 21 && (text[end] == '-' || '0' <= text[end] && text[end] <= '9') {
		end++
	}
	n, err := strconv.ParseInt(string(text[:end]), 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != string(text[:end]) {
		return nil, nil, errValue
	}
	return n, text[end:], nil
}

var errText = errors.New("the text is not as `runner export` writes it")

// unquoted reads what appendQuoted wrote, from behind the first quote.
func unquoted(text []byte) (_ any, rest []byte, err error) {
	var b strings.Builder
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		switch {
		case r == '"':
			return b.String(), text[i+1:], nil
		case r == utf8.RuneError && size < 2 || escaped(r):
			return nil, nil, errText
		case r != '\\':
			b.Write(text[i : i+size])
			i += size
			continue
		}
		if i+1 < len(text) && (text[i+1] == '"' || text[i+1] == '\\') {
			b.WriteByte(text[i+1])
			i += 2
			continue
		}
		if i+6 > len(text) || text[i+1] != 'u' {
			return nil, nil, errText
		}
		code, err := strconv.ParseUint(string(text[i+2:i+6]), 16, 16)
		if err != nil || code == 0 || !escaped(rune(code)) || fmt.Sprintf("%04x", code) != string(text[i+2:i+6]) {
			return nil, nil, errText
		}
		b.WriteRune(rune(code))
		i += 6
	}
	return nil, nil, errText
}
