// Package workloads holds the built-in work in Go: one file a workload, each a pure function of its arguments.
//
// A workload does not know who calls it, how many call it at once, or that it is timed. It never prints. It shares no
// memory with other tasks (counter does: that is its point), and it stops soon after its context is done.
// To add one: a new file whose init calls register. The init of a workload and of what it imports is paid at the start
// of every worker, about 1 ms in all: compute nothing there, and import nothing as heavy as net/http.
package workloads

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Args are the arguments of one task: int, float64, string or bool by parameter name. Get them through Int, Float, Text
// and Bool after Bind, which types them and fills in the defaults. They are read only: tasks that are the same call share
// them.
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
	Min      float64 // the least number allowed
	Max      float64 // the greatest number allowed; 0: no bound
}

// Workload is one kind of work. Run is called once a task, by many workers at once where the executor shares memory.
type Workload struct {
	Name   string
	Doc    string // one line: what is done
	Params []Param
	Run    func(context.Context, Args) (Result, error)
	Whole  bool // is not in this package, since it imports much: processes that run it start later than others
}

var registry = map[string]Workload{}

// Register adds a built-in; it is called from init only and does no I/O.
func Register(w Workload) {
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

// Bind checks args against the parameters and fills in the defaults. An int is accepted where a float64 is meant, and a
// whole float64 where an int is: JSON does not tell them apart.
func (w Workload) Bind(args Args) (Args, error) {
	for _, name := range slices.Sorted(maps.Keys(args)) {
		if !slices.ContainsFunc(w.Params, func(p Param) bool { return p.Name == name }) {
			return nil, fmt.Errorf("%s: no parameter %q; it takes %s", w.Name, name, w.parameters())
		}
	}
	bound := make(Args, len(w.Params))
	for _, p := range w.Params {
		v, given := args[p.Name]
		if !given {
			if p.Required {
				return nil, fmt.Errorf("%s: parameter %q is missing (%s)", w.Name, p.Name, p.Doc)
			}
			v = p.Default
		}
		typed, err := p.typed(v)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", w.Name, err)
		}
		bound[p.Name] = typed
	}
	return bound, nil
}

// parameters lists the names for a message.
func (w Workload) parameters() string {
	if len(w.Params) == 0 {
		return "none"
	}
	names := make([]string, len(w.Params))
	for i, p := range w.Params {
		names[i] = p.Name
	}
	return strings.Join(names, ", ")
}

func (p Param) typed(v any) (any, error) {
	v = p.converted(v)
	if fmt.Sprintf("%T", v) != fmt.Sprintf("%T", p.Default) {
		return nil, fmt.Errorf("parameter %q takes %T, not %v (%T)", p.Name, p.Default, v, v)
	}
	switch v := v.(type) {
	case string:
		if len(p.Choices) > 0 && !slices.Contains(p.Choices, v) {
			return nil, fmt.Errorf("parameter %q is one of %s, not %q", p.Name, strings.Join(p.Choices, ", "), v)
		}
	case int:
		return v, p.within(float64(v))
	case float64:
		return v, p.within(v)
	}
	return v, nil
}

// converted makes an int of a whole float64, and a float64 of an int, where the other is meant.
func (p Param) converted(v any) any {
	switch p.Default.(type) {
	case float64:
		if i, ok := v.(int); ok {
			return float64(i)
		}
	case int:
		const exact = 1 << 53 // beyond it a float64 no longer tells neighbouring ints apart
		if f, ok := v.(float64); ok && f == math.Trunc(f) && math.Abs(f) <= exact {
			return int(f)
		}
	}
	return v
}

func (p Param) within(x float64) error {
	switch {
	case math.IsNaN(x) || math.IsInf(x, 0):
		return fmt.Errorf("parameter %q is %v: give a finite number", p.Name, x)
	case x < p.Min:
		return fmt.Errorf("parameter %q is %v: the least is %v", p.Name, x, p.Min)
	case p.Max != 0 && x > p.Max:
		return fmt.Errorf("parameter %q is %v: the greatest is %v", p.Name, x, p.Max)
	}
	return nil
}

// Int, Float, Text and Bool read a bound argument; they panic on a name that Bind has not typed.
func (a Args) Int(name string) int       { return a[name].(int) }
func (a Args) Float(name string) float64 { return a[name].(float64) }
func (a Args) Text(name string) string   { return a[name].(string) }
func (a Args) Bool(name string) bool     { return a[name].(bool) }
