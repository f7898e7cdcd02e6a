package matrix

import (
	"fmt"
	"strconv"
	"strings"
)

// Term is one condition of a selector: the facet Name has one of Values. Without values the Name is an executor that
// has no workers (`serial`), or any level of that executor.
type Term struct {
	Name   string
	Values []any
}

// Selector is a set of conditions that must all hold. The empty selector selects every cell.
type Selector []Term

// SyntaxError says where a selector or a cell key cannot be read; Offset is in bytes.
type SyntaxError struct {
	Text    string
	Offset  int
	Problem string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("selector %q: %s at column %d", e.Text, e.Problem, e.Offset+1)
}

// ParseSelector reads `runtime=py3 procs=2 serial name="a b"`, the form that Cell.Key prints.
func ParseSelector(text string) (Selector, error) {
	var s Selector
	for i := 0; i < len(text); {
		if text[i] == ' ' {
			i++
			continue
		}
		start := i
		for i < len(text) && text[i] != ' ' && text[i] != '=' {
			i++
		}
		name := text[start:i]
		if name == "" {
			return nil, &SyntaxError{text, start, "a name is missing"}
		}
		if i == len(text) || text[i] == ' ' {
			s = append(s, Term{Name: name})
			continue
		}
		i++
		v, n, err := scanValue(text[i:])
		if err != "" {
			return nil, &SyntaxError{text, i, err}
		}
		i += n
		s = append(s, Term{name, []any{v}})
	}
	return s, nil
}

func scanValue(rest string) (v any, n int, problem string) {
	if strings.HasPrefix(rest, `"`) {
		q, err := strconv.QuotedPrefix(rest)
		if err != nil {
			return nil, 0, "a quote is not closed"
		}
		if len(q) < len(rest) && rest[len(q)] != ' ' {
			return nil, 0, "a space is missing after the quoted value"
		}
		s, err := strconv.Unquote(q)
		if err != nil {
			return nil, 0, "a quoted value cannot be read"
		}
		return s, len(q), ""
	}
	end := strings.IndexByte(rest, ' ')
	if end < 0 {
		end = len(rest)
	}
	if end == 0 {
		return nil, 0, "a value is missing"
	}
	return parseBare(rest[:end]), end, ""
}

// Match tells whether the cell meets every condition.
func (s Selector) Match(c Cell) bool { return s.MatchFacets(c.Facets()) }

// MatchFacets is Match for facets that are already at hand.
func (s Selector) MatchFacets(facets []Facet) bool {
	for _, t := range s {
		if !t.match(facets) {
			return false
		}
	}
	return true
}

// match: a facet of that name decides; else the name is an executor and the value its workers.
func (t Term) match(facets []Facet) bool {
	var executor, workers any
	for _, f := range facets {
		switch {
		case f.Name == t.Name && len(t.Values) > 0:
			return t.has(f.Value)
		case f.Name == Executor:
			executor = f.Value
		case f.Name == Workers:
			workers = f.Value
		}
	}
	return executor == t.Name && (len(t.Values) == 0 || workers != nil && t.has(workers))
}

func (t Term) has(v any) bool {
	for _, want := range t.Values {
		if Equal(v, want) {
			return true
		}
	}
	return false
}

// Canonical replaces the aliases of executors (`processes`) by their names (`procs`).
func (s Selector) Canonical(aliases map[string]string) Selector {
	out := make(Selector, len(s))
	for i, t := range s {
		if name, ok := aliases[t.Name]; ok {
			t.Name = name
		}
		if t.Name == Executor {
			values := make([]any, len(t.Values))
			for j, v := range t.Values {
				values[j] = v
				if text, isText := v.(string); isText {
					if name, ok := aliases[text]; ok {
						values[j] = name
					}
				}
			}
			t.Values = values
		}
		out[i] = t
	}
	return out
}

func (s Selector) String() string {
	parts := make([]string, len(s))
	for i, t := range s {
		parts[i] = t.Name
		values := make([]string, len(t.Values))
		for j, v := range t.Values {
			values[j] = Format(v)
		}
		if len(values) > 0 {
			parts[i] += "=" + strings.Join(values, "|")
		}
	}
	return strings.Join(parts, " ")
}
