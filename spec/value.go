package spec

import (
	"strconv"

	"gopkg.in/yaml.v3"

	"bench/runner/internal/diag"
)

// kind is a set of kinds of values.
type kind uint8

const (
	isNull kind = 1 << iota
	isText
	isInt
	isFloat
	isBool
	isList
	isMap

	isNumber = isInt | isFloat
	isScalar = isText | isInt | isFloat | isBool
	isAny    = isScalar | isNull | isList | isMap
)

// value is one value of a file: YAML without its aliases, merge keys and tags. It is not changed once it is made, since
// aliases share it.
type value struct {
	kind  kind
	text  string // of a scalar, decoded
	data  any    // of a scalar: nil, int, float64, bool or string
	pos   diag.Pos
	width int
	style yaml.Style
	src   *source
	layer int
	list  []*value
	keys  []entry
	size  int // values in it, itself counted
	bytes int // of text in it
	depth int
}

// entry is one key of a mapping.
type entry struct {
	name  string
	pos   diag.Pos
	value *value
}

// get is what a key of a mapping holds, nil if there is none.
func (v *value) get(name string) *value {
	if v == nil {
		return nil
	}
	for i := range v.keys {
		if v.keys[i].name == name {
			return v.keys[i].value
		}
	}
	return nil
}

func (v *value) is(k kind) bool { return v != nil && v.kind&k != 0 }

// items are the elements of a list, or the value itself: where one may stand for a list of one.
func (v *value) items() []*value {
	switch {
	case v == nil:
		return nil
	case v.kind == isList:
		return v.list
	}
	return []*value{v}
}

// native is the value as plain Go data.
func (v *value) native() any {
	switch v.kind {
	case isList:
		out := make([]any, len(v.list))
		for i, item := range v.list {
			out[i] = item.native()
		}
		return out
	case isMap:
		out := make(map[string]any, len(v.keys))
		for _, e := range v.keys {
			out[e.name] = e.value.native()
		}
		return out
	}
	return v.data
}

// describe names the value in a message.
func (v *value) describe() string {
	switch v.kind {
	case isNull:
		return "nothing"
	case isText:
		return strconv.Quote(shorten(v.text))
	case isInt, isFloat:
		return "the number " + v.text
	case isBool:
		return v.text
	case isList:
		return "a list"
	}
	return "a mapping"
}

func shorten(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:39]) + "…"
	}
	return s
}
