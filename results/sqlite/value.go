package sqlite

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// What a workload gives back is kept as JSON that reads back the same: a number with a point or an exponent is a
// float64, one without is an int (json.Number where it does not fit). What JSON has no words for is an object with one
// key: {"$float": "NaN"}, and {"$bytes": "…base64…"} for a text that is not UTF-8. A key of the workload's own that
// begins with $ gets a second $.

const (
	// keepJSON is the bound for Results and for Result each, in bytes of JSON; beyond it only a digest is kept.
	keepJSON = 1 << 20
	// plainJSON is how long JSON may be and still be kept as text that sqlite3 shows.
	plainJSON = 512
	// deepest keeps a value that contains itself from using up the stack.
	deepest = 1000
)

// storedValue makes v a column: JSON as text if short, else under zlib as a blob. Beyond the bound it is nil and digest
// stands for it: sha256 of the JSON, how many results, how many bytes.
func storedValue(v any, count int) (column any, digest string, err error) {
	text, err := appendValue(nil, v, 0)
	switch {
	case err != nil:
		return nil, "", err
	case len(text) > keepJSON:
		return nil, fmt.Sprintf("sha256:%x results=%d bytes=%d", sha256.Sum256(text), count, len(text)), nil
	case len(text) > plainJSON:
		return compress(text), "", nil
	}
	return string(text), "", nil
}

// loadValue reads what storedValue wrote.
func loadValue(column any) (any, error) {
	var text []byte
	switch column := column.(type) {
	case string:
		text = []byte(column)
	case []byte:
		var err error
		if text, err = decompress(column); err != nil {
			return nil, fmt.Errorf("a result is damaged: %w", err)
		}
	default:
		return nil, fmt.Errorf("a result is damaged: %T", column)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("a result is damaged: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("a result is damaged: something follows it")
	}
	return typed(v)
}

func appendValue(b []byte, v any, depth int) ([]byte, error) {
	if depth > deepest {
		return nil, fmt.Errorf("a result is nested more than %d deep", deepest)
	}
	switch v := v.(type) {
	case nil:
		return append(b, "null"...), nil
	case bool:
		return strconv.AppendBool(b, v), nil
	case int:
		return strconv.AppendInt(b, int64(v), 10), nil
	case float64:
		return appendFloat(b, v), nil
	case string:
		return appendText(b, v), nil
	case []any:
		return appendList(b, v, depth)
	case map[string]any:
		return appendMap(b, v, depth)
	}
	text, err := json.Marshal(v) // int64, []int and the like read back as the kinds above
	if err != nil {
		return nil, fmt.Errorf("a result of type %T cannot be stored: %w", v, err)
	}
	return append(b, text...), nil
}

func appendFloat(b []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return fmt.Appendf(b, `{"$float":"%v"}`, f)
	}
	start := len(b)
	b = strconv.AppendFloat(b, f, 'g', -1, 64)
	if !bytes.ContainsAny(b[start:], ".e") {
		b = append(b, ".0"...)
	}
	return b
}

func appendText(b []byte, s string) []byte {
	if !utf8.ValidString(s) {
		return fmt.Appendf(b, `{"$bytes":%q}`, base64.StdEncoding.EncodeToString([]byte(s)))
	}
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // a valid string always has its JSON
	}
	return append(b, text...)
}

func appendList(b []byte, list []any, depth int) (_ []byte, err error) {
	b = append(b, '[')
	for i, v := range list {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = appendValue(b, v, depth+1); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

// appendMap orders the keys, so that equal results have equal digests.
func appendMap(b []byte, m map[string]any, depth int) (_ []byte, err error) {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	b = append(b, '{')
	for i, k := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendText(b, escapeKey(k)), ':')
		if b, err = appendValue(b, m[k], depth+1); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

func escapeKey(k string) string {
	switch {
	case !utf8.ValidString(k):
		return "$bytes:" + base64.StdEncoding.EncodeToString([]byte(k))
	case strings.HasPrefix(k, "$"):
		return "$" + k
	}
	return k
}

func unescapeKey(k string) string {
	if coded, ok := strings.CutPrefix(k, "$bytes:"); ok {
		if raw, err := base64.StdEncoding.DecodeString(coded); err == nil {
			return string(raw)
		}
	}
	return strings.TrimPrefix(k, "$")
}

// typed turns what encoding/json read into the kinds of value that were written.
func typed(v any) (any, error) {
	switch v := v.(type) {
	case json.Number:
		return number(v), nil
	case []any:
		for i := range v {
			item, err := typed(v[i])
			if err != nil {
				return nil, err
			}
			v[i] = item
		}
		return v, nil
	case map[string]any:
		return typedMap(v)
	}
	return v, nil
}

func number(n json.Number) any {
	if !strings.ContainsAny(string(n), ".eE") {
		if i, err := strconv.Atoi(string(n)); err == nil {
			return i
		}
		return n
	}
	if f, err := n.Float64(); err == nil {
		return f
	}
	return n
}

func typedMap(m map[string]any) (any, error) {
	if text, ok := m["$float"].(string); ok {
		return strconv.ParseFloat(text, 64)
	}
	if text, ok := m["$bytes"].(string); ok {
		raw, err := base64.StdEncoding.DecodeString(text)
		return string(raw), err
	}
	out := make(map[string]any, len(m))
	for k, v := range m {
		item, err := typed(v)
		if err != nil {
			return nil, err
		}
		out[unescapeKey(k)] = item
	}
	return out, nil
}
