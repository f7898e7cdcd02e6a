package spec

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"bench/runner/internal/diag"
	"bench/runner/internal/matrix"
)

// field is a value that may have {{names}} in it: read once, filled in for each cell.
type field struct {
	v     *value
	parts []part // nil: no names, data stands as it is
	data  any
	items []field // of a list
}

// part is a piece of text, or a name.
type part struct {
	text, name string
	at         int // rune offset of the name's braces in the value
}

// lookup gives what a name stands for in one cell.
type lookup func(name string) (any, bool)

// readField reads a scalar or a list of scalars.
func readField(v *value, list *diag.List) field {
	f := field{v: v, data: v.data}
	if v.is(isList) {
		f.items = make([]field, len(v.list))
		for i, item := range v.list {
			f.items[i] = readField(item, list)
		}
	}
	if v.is(isText) && strings.Contains(v.text, "{{") {
		parts, offset, problem := splitTemplate(v.text)
		if problem != "" {
			list.Add(v.Text().Pos(offset), 2, "write {{name}}", "%s", problem)
			return f
		}
		f.parts = parts
	}
	return f
}

// splitTemplate cuts a text at its {{names}}. The offset of a problem is in runes.
func splitTemplate(text string) (parts []part, offset int, problem string) {
	at := 0
	for rest := text; rest != ""; {
		before, after, found := strings.Cut(rest, "{{")
		at += utf8.RuneCountInString(before)
		if before != "" {
			parts = append(parts, part{text: before})
		}
		if !found {
			break
		}
		inside, next, closed := strings.Cut(after, "}}")
		name := strings.TrimSpace(inside)
		switch {
		case !closed:
			return nil, at, "{{ is not closed with }}"
		case name == "" || strings.ContainsAny(name, "{} \t\n"):
			return nil, at, fmt.Sprintf("{{%s}} is not a name", shorten(inside))
		}
		parts = append(parts, part{name: name, at: at})
		at += utf8.RuneCountInString(inside) + 4
		rest = next
	}
	return parts, 0, ""
}

// names calls f for each name in the field.
func (f field) names(each func(v *value, p part)) {
	for _, item := range f.items {
		item.names(each)
	}
	for _, p := range f.parts {
		if p.name != "" {
			each(f.v, p)
		}
	}
}

// constant: it is the same in every cell.
func (f field) constant() bool {
	constant := true
	f.names(func(*value, part) { constant = false })
	return constant
}

// tooLong stands for a name where what is filled in goes beyond maxFilled.
const tooLong = "\x00"

// fill gives the field's value in one cell: a scalar or a []any. A field that is one name and nothing else keeps the
// type of what the name stands for. missing is a name that has no value there.
func (f field) fill(get lookup) (out any, missing string) {
	if f.items != nil {
		list := make([]any, len(f.items))
		for i, item := range f.items {
			if list[i], missing = item.fill(get); missing != "" {
				return nil, missing
			}
		}
		return list, ""
	}
	if f.parts == nil {
		return f.data, ""
	}
	if len(f.parts) == 1 && f.parts[0].name != "" {
		v, ok := get(f.parts[0].name)
		if !ok {
			return nil, f.parts[0].name
		}
		return v, ""
	}
	var b strings.Builder
	for _, p := range f.parts {
		if p.name == "" {
			b.WriteString(p.text)
			continue
		}
		v, ok := get(p.name)
		if !ok {
			return nil, p.name
		}
		if b.WriteString(display(v)); b.Len() > maxFilled {
			return nil, tooLong
		}
	}
	return b.String(), ""
}

// display writes a value as text within a text: a string without quotes.
func display(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int, float64, bool:
		return matrix.Format(v)
	}
	return fmt.Sprint(v)
}
