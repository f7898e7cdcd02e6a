// Package workloads holds the built-in work in Go: one file a workload, each a pure function of its arguments.
//
// A workload does not know who calls it, how many call it at once, or that it is timed. It never prints.
// To add one: a new file whose init calls register.
package workloads

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Args are the arguments of one task: int, float64, string or bool by parameter name. Get them through Int, Float, Text
// and Bool after Bind, which types them and fills in the defaults.
type Args map[string]any

// Result is what a task gives back: nil, bool, int, float64, string, or a []any or map[string]any of them; it travels
// as JSON between processes.
type Result = any

// Param is one parameter. Default is an int, float64, string or bool and gives the type.
type Param struct {
	Name     string
	Doc      string // one line, with the unit
	Default  any
	Required bool // Default then only gives the type
	Choices  []string
}

// Workload is one kind of work. Run is called once a task, by many workers at once where the executor shares memory.
type Workload struct {
	Name   string
	Doc    string // one line: what is done
	Params []Param
	Run    func(context.Context, Args) (Result, error)
}

var registry = map[string]Workload{}

// register adds a built-in; it is called from init only and does no I/O.
func register(w Workload) {
	if _, twice := registry[w.Name]; twice || w.Name == "" || w.Run == nil {
		panic(fmt.Sprintf("workloads: %q registered twice or incomplete", w.Name))
	}
	registry[w.Name] = w
}

// Lookup finds a workload by name.
func Lookup(name string) (Workload, bool) {
	w, ok := registry[name]
	return w, ok
}

// All lists the workloads by name.
func All() []Workload {
	all := make([]Workload, 0, len(registry))
	for _, w := range registry {
		all = append(all, w)
	}
	slices.SortFunc(all, func(a, b Workload) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Bind checks args against the parameters and fills in the defaults. An int is accepted where a float64 is meant.
func (w Workload) Bind(args Args) (Args, error) {
	bound := make(Args, len(w.Params))
	for _, p := range w.Params {
		v, given := args[p.Name]
		if !given {
			if p.Required {
				return nil, fmt.Errorf("%s: parameter %q is missing", w.Name, p.Name)
			}
			v = p.Default
		}
		typed, err := p.typed(v)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", w.Name, err)
		}
		bound[p.Name] = typed
	}
	for name := range args {
		if !slices.ContainsFunc(w.Params, func(p Param) bool { return p.Name == name }) {
			return nil, fmt.Errorf("%s: no parameter %q", w.Name, name)
		}
	}
	return bound, nil
}

func (p Param) typed(v any) (any, error) {
	if _, ok := p.Default.(float64); ok {
		if i, isInt := v.(int); isInt {
			return float64(i), nil
		}
	}
	if fmt.Sprintf("%T", v) != fmt.Sprintf("%T", p.Default) {
		return nil, fmt.Errorf("parameter %q takes %T, not %v (%T)", p.Name, p.Default, v, v)
	}
	if s, ok := v.(string); ok && len(p.Choices) > 0 && !slices.Contains(p.Choices, s) {
		return nil, fmt.Errorf("parameter %q is one of %s, not %q", p.Name, strings.Join(p.Choices, ", "), s)
	}
	return v, nil
}

// Int, Float, Text and Bool read a bound argument; they panic on a name that Bind has not typed.
func (a Args) Int(name string) int       { return a[name].(int) }
func (a Args) Float(name string) float64 { return a[name].(float64) }
func (a Args) Text(name string) string   { return a[name].(string) }
func (a Args) Bool(name string) bool     { return a[name].(bool) }
