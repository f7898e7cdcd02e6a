package executors

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"
)

// decodeValue reads one JSON value: a number without point and exponent is an int, any other a float64. An integer
// beyond 64 bits stays exact as a string of its digits.
func decodeValue(data []byte) (any, error) {
	if v, rest, ok := quick(data, 0); ok && len(rest) == 0 {
		return v, nil
	}
	return slowly(data)
}

func slowly(data []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("more than one value")
	}
	return typed(v)
}

func typed(v any) (_ any, err error) {
	switch v := v.(type) {
	case json.Number:
		return number(v.String())
	case []any:
		for i := range v {
			if v[i], err = typed(v[i]); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for name := range v {
			if v[name], err = typed(v[name]); err != nil {
				return nil, err
			}
		}
	}
	return v, nil
}

func number(text string) (any, error) {
	if i, err := strconv.Atoi(text); err == nil {
		return i, nil
	}
	if !bytes.ContainsAny([]byte(text), ".eE") {
		return text, nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil, fmt.Errorf("the number %.40s is out of range", text)
	}
	return f, nil
}

// quick reads what a task's arguments and results mostly are, in the form that appendValue writes: no spaces, and text
// in plain ASCII. What it does not know it leaves to encoding/json, which takes some ten times as long.
func quick(data []byte, depth int) (v any, rest []byte, ok bool) {
	if len(data) == 0 || depth > 20 {
		return nil, nil, false
	}
	switch data[0] {
	case '{':
		return quickMap(data[1:], depth)
	case '[':
		return quickList(data[1:], depth)
	case '"':
		return quickText(data)
	case 't':
		rest, ok = bytes.CutPrefix(data, []byte("true"))
		return true, rest, ok
	case 'f':
		rest, ok = bytes.CutPrefix(data, []byte("false"))
		return false, rest, ok
	case 'n':
		rest, ok = bytes.CutPrefix(data, []byte("null"))
		return nil, rest, ok
	}
	if v, rest, ok := quickInt(data); ok {
		return v, rest, true
	}
	return quickFloat(data)
}

func quickInt(data []byte) (any, []byte, bool) {
	i, n := 0, 0
	if data[0] == '-' {
		i++
	}
	first := i
	for i < len(data) && data[i] >= '0' && data[i] <= '9' {
		n = 10*n + int(data[i]-'0')
		i++
	}
	digits := i - first
	if digits == 0 || digits > 18 || data[first] == '0' && digits > 1 || i < len(data) && bytes.IndexByte([]byte(".eE"), data[i]) >= 0 {
		return nil, nil, false
	}
	if first == 1 {
		n = -n
	}
	return n, data[i:], true
}

func quickFloat(data []byte) (any, []byte, bool) {
	i := 0
	for i < len(data) && bytes.IndexByte([]byte("+-.0123456789Ee"), data[i]) >= 0 {
		i++
	}
	if bytes.IndexByte(data[:i], '.') < 0 || !json.Valid(data[:i]) {
		return nil, nil, false
	}
	f, err := strconv.ParseFloat(string(data[:i]), 64)
	return f, data[i:], err == nil
}

func quickText(data []byte) (any, []byte, bool) {
	for i := 1; i < len(data); i++ {
		switch c := data[i]; {
		case c == '"':
			return string(data[1:i]), data[i+1:], true
		case c == '\\' || c < ' ' || c > '~':
			return nil, nil, false
		}
	}
	return nil, nil, false
}

func quickList(data []byte, depth int) (any, []byte, bool) {
	list := []any{}
	if len(data) > 0 && data[0] == ']' {
		return list, data[1:], true
	}
	for {
		v, rest, ok := quick(data, depth+1)
		if !ok || len(rest) == 0 {
			return nil, nil, false
		}
		list = append(list, v)
		switch data = rest[1:]; rest[0] {
		case ']':
			return list, data, true
		case ',':
		default:
			return nil, nil, false
		}
	}
}

func quickMap(data []byte, depth int) (any, []byte, bool) {
	m := map[string]any{}
	if len(data) > 0 && data[0] == '}' {
		return m, data[1:], true
	}
	for {
		if len(data) == 0 || data[0] != '"' {
			return nil, nil, false
		}
		name, rest, ok := quickText(data)
		if !ok || len(rest) == 0 || rest[0] != ':' {
			return nil, nil, false
		}
		v, rest, ok := quick(rest[1:], depth+1)
		if !ok || len(rest) == 0 {
			return nil, nil, false
		}
		m[name.(string)] = v
		switch data = rest[1:]; rest[0] {
		case '}':
			return m, data, true
		case ',':
		default:
			return nil, nil, false
		}
	}
}

// quickTask reads a task event exactly as appendTask writes it, keys in this order and no spaces. Any other way of
// writing one is left to encoding/json.
func quickTask(line []byte, e *event) bool {
	var n [5]int
	for i, key := range [5]string{`{"event":"task","task":`, `,"worker":`, `,"start":`, `,"end":`, `,"cpu":`} {
		rest, ok := bytes.CutPrefix(line, []byte(key))
		if !ok || len(rest) == 0 {
			return false
		}
		v, rest, ok := quickInt(rest)
		if !ok {
			return false
		}
		n[i], line = v.(int), rest
	}
	line, ok := bytes.CutPrefix(line, []byte(`,"result":`))
	value, rest, known := quick(line, 0)
	if !ok || !known || string(rest) != "}" {
		return false
	}
	start, end := time.Duration(n[2]), time.Duration(n[3])
	e.Event, e.Task, e.Worker, e.Start, e.End, e.CPU = "task", &n[0], n[1], &start, &end, time.Duration(n[4])
	e.value = value
	return true
}
