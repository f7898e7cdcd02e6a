package sqlite

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A run travels as a file of text: gzip over lines of JSON, one for each row, with the columns as they are stored, so that
// what arrives is value for value what was sent. docs/portable-runs.md describes it for others.

// portable is the version of that file.
const portable = 1

// kind is what a line holds.
type kind struct {
	name    string
	columns []string // in the order of the table, without what the database adds
}

var (
	runLine     = kind{"run", namesOf(runColumns, "checksum")}
	cellLine    = kind{"cell", namesOf(cellColumns, "run", "checksum")}
	trialLine   = kind{"trial", namesOf(plainColumns + ", " + outputColumns + ", " + resultColumns + ", " + spanColumn)}
	verdictLine = kind{"verdict", namesOf(verdictColumns, "run", "checksum")}
	tagLine     = kind{"tag", []string{"name"}}
)

// namesOf splits a list of columns.
func namesOf(columns string, without ...string) (names []string) {
	for _, name := range strings.Split(columns, ",") {
		name = strings.TrimSpace(name)
		if !contains(without, name) {
			names = append(names, name)
		}
	}
	return names
}

func contains(list []string, name string) bool {
	for _, s := range list {
		if s == name {
			return true
		}
	}
	return false
}

// portableHeader is the first line, portableEnd the last.
type portableHeader struct {
	Runner  string `json:"runner"`  // export
	Version int    `json:"version"` // of the file
	Format  int    `json:"format"`  // of the database it came from
}

type portableEnd struct {
	Lines  int    `json:"lines"`  // before this one
	SHA256 string `json:"sha256"` // of all bytes before this line
}

// encode writes a row as a line. NULL is left out.
func (k *kind) encode(b *bytes.Buffer, values []any) error {
	fmt.Fprintf(b, `{%q:{`, k.name)
	first := true
	for i, v := range values {
		if v == nil {
			continue
		}
		if !first {
			b.WriteByte(',')
		}
		first = false
		fmt.Fprintf(b, `%q:`, k.columns[i])
		switch v := v.(type) {
		case int:
			b.WriteString(strconv.Itoa(v))
		case int64:
			b.WriteString(strconv.FormatInt(v, 10))
		case string:
			e := json.NewEncoder(b)
			e.SetEscapeHTML(false)
			if err := e.Encode(v); err != nil {
				return err
			}
			b.Truncate(b.Len() - 1) // the line's end
		case []byte:
			fmt.Fprintf(b, `{"base64":%q}`, base64.StdEncoding.EncodeToString(v))
		default:
			return fmt.Errorf("%s: %w", k.columns[i], errColumn)
		}
	}
	b.WriteString("}}\n")
	return nil
}

// decode reads the columns of a row. Those that are left out are NULL.
func (k *kind) decode(text json.RawMessage) ([]any, error) {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(text, &object); err != nil || object == nil {
		return nil, fmt.Errorf("this is no %s", k.name)
	}
	values := make([]any, len(k.columns))
	for i, name := range k.columns {
		raw, has := object[name]
		if !has {
			continue
		}
		delete(object, name)
		v, err := column(raw)
		if err != nil {
			return nil, fmt.Errorf("the column %s of a %s: %w", name, k.name, err)
		}
		values[i] = v
	}
	for name := range object {
		return nil, fmt.Errorf("a %s has no column %.100q here: a newer runner may have made the file", k.name, name)
	}
	return values, nil
}

// column reads one value as the database has it.
func column(raw json.RawMessage) (any, error) {
	switch first := bytes.TrimLeft(raw, " \t\r\n")[0]; {
	case first == '"':
		var s string
		if err := json.Unmarshal(raw, &s); err != nil {
			return nil, err
		}
		if strings.ContainsRune(s, 0) || !utf8.Valid(raw) {
			return nil, errors.New("the text has bytes that are none of a text")
		}
		return s, nil
	case first == '{':
		var blob struct {
			Base64 *string `json:"base64"`
		}
		d := json.NewDecoder(bytes.NewReader(raw))
		d.DisallowUnknownFields()
		if err := d.Decode(&blob); err != nil || blob.Base64 == nil {
			return nil, errors.New(`an object is {"base64": "…"}`)
		}
		bytes, err := base64.StdEncoding.Strict().DecodeString(*blob.Base64)
		if err != nil {
			return nil, errors.New("the base64 is broken")
		}
		return bytes, nil
	}
	n, err := strconv.ParseInt(string(bytes.TrimSpace(raw)), 10, 64)
	if err != nil {
		return nil, errors.New("this is no whole number, no text and no bytes")
	}
	return n, nil
}
