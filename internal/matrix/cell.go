// Package matrix holds the pure part of an experiment's design: values, cells, selectors. It knows nothing of files,
// executors or results.
package matrix

import (
	"strings"
)

// The facets that an executor level is made of. Any other facet name is an axis of the matrix, or a parameter of the
// executor such as chunksize.
const (
	Workload = "workload"
	Runtime  = "runtime"
	Executor = "executor"
	Workers  = "workers"
	Build    = "build" // which of two builds that run in the same blocks; a cell of this one has none
)

// Base is the only level of Build, and what begins the names of the fixtures that the other build has: {{base.dir}}.
const Base = "base"

// Facet is one name=value of a cell. Value is an int, float64, string or bool.
type Facet struct {
	Name  string
	Value any
}

// Cell is one configuration: an ordered list of facets. Two cells are == when they are the same configuration.
// The zero Cell is the only cell of an experiment without a matrix.
type Cell struct{ encoded string }

// NewCell makes a cell; the order of the facets is the order in which its key prints them.
func NewCell(facets ...Facet) Cell {
	var b strings.Builder
	for i, f := range facets {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(f.Name)
		b.WriteByte('=')
		b.WriteString(Format(f.Value))
	}
	return Cell{b.String()}
}

// ParseCell reads what Encoded wrote.
func ParseCell(encoded string) (Cell, error) {
	s, err := ParseSelector(encoded)
	if err != nil {
		return Cell{}, err
	}
	facets := make([]Facet, len(s))
	for i, t := range s {
		if len(t.Values) != 1 {
			return Cell{}, &SyntaxError{Text: encoded, Offset: 0, Problem: "not a cell: a name without a value"}
		}
		facets[i] = Facet{t.Name, t.Values[0]}
	}
	return NewCell(facets...), nil
}

// Encoded is the cell as name=value pairs with nothing shortened: what is stored.
func (c Cell) Encoded() string { return c.encoded }

// Facets are the cell's pairs in order.
func (c Cell) Facets() []Facet {
	s, err := ParseSelector(c.encoded)
	if err != nil {
		panic("matrix: a cell that NewCell did not make: " + c.encoded)
	}
	facets := make([]Facet, len(s))
	for i, t := range s {
		facets[i] = Facet{t.Name, t.Values[0]}
	}
	return facets
}

// Get is the value of one facet, nil if the cell has none of that name.
func (c Cell) Get(name string) any {
	for _, f := range c.Facets() {
		if f.Name == name {
			return f.Value
		}
	}
	return nil
}

// Key is what reports print and what a selector accepts: "runtime=py3 procs=2 chunksize=64", "serial".
func (c Cell) Key() string {
	facets := c.Facets()
	parts := make([]string, 0, len(facets))
	for i := 0; i < len(facets); i++ {
		f := facets[i]
		name, isText := f.Value.(string)
		switch {
		case f.Name != Executor || !isText:
			parts = append(parts, f.Name+"="+Format(f.Value))
		case i+1 < len(facets) && facets[i+1].Name == Workers:
			parts = append(parts, name+"="+Format(facets[i+1].Value))
			i++
		default:
			parts = append(parts, name)
		}
	}
	return strings.Join(parts, " ")
}

func (c Cell) String() string { return c.Key() }

// With is the cell with the facets of one axis replaced: those named in drop go, those in add stand where the first of
// them stood (at the end if none did).
func (c Cell) With(drop func(name string) bool, add ...Facet) Cell {
	var out []Facet
	placed := false
	for _, f := range c.Facets() {
		if !drop(f.Name) {
			out = append(out, f)
			continue
		}
		if !placed {
			out = append(out, add...)
			placed = true
		}
	}
	if !placed {
		out = append(out, add...)
	}
	return NewCell(out...)
}
