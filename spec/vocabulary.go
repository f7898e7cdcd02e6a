package spec

import (
	"slices"
	"strings"

	"bench/runner/internal/matrix"
)

// vocabulary is what the names in a spec may mean: what the catalog has, and then what the matrix adds.
type vocabulary struct {
	cores     int
	executors map[string]ExecutorInfo // by name and by alias
	aliases   map[string]string
	builtins  map[string]BuiltinInfo
	axes      map[string]int  // index of each axis
	linked    map[string]int  // index of the axis whose levels bring a name
	options   map[string]bool // scalar options of the executors in the matrix
	running   map[string]bool // canonical names of the executors in the matrix
	late      map[string]bool // what is known only when a run begins: dir, scratch, and fixture.value of the spec's fixtures
	languages []LanguageInfo
}

func (n *vocabulary) learn(cat Catalog, cores int) {
	*n = vocabulary{cores: cores, executors: map[string]ExecutorInfo{}, aliases: map[string]string{}, builtins: map[string]BuiltinInfo{},
		axes: map[string]int{}, linked: map[string]int{}, options: map[string]bool{}, running: map[string]bool{},
		late: map[string]bool{"dir": true, "scratch": true}, languages: cat.Languages}
	for _, e := range cat.Executors {
		n.executors[e.Name] = e
		for _, a := range e.Aliases {
			n.executors[a], n.aliases[a] = e, e.Name
		}
	}
	for _, b := range cat.Builtins {
		n.builtins[b.Name] = b
	}
}

// reserved names have a meaning of their own in selectors, templates, checks or expressions.
var reserved = []string{"workload", "runtime", "executor", "workers", "cores", "against", "stat", "phase", "since", "of", "label", "levels", "default",
	"result", "results", "stdout", "exit", "files", "dir", "scratch", "if", "in", "not", "and", "or", "let", "true", "false", "nil", "matches", "contains", "startsWith", "endsWith"}

// Reserved are those names: no axis can have one.
func Reserved() []string { return slices.Clone(reserved) }

// substitutes are the names that {{…}} may hold.
func (n *vocabulary) substitutes() []string {
	return sorted(keysOf(n.axes), keysOf(n.linked), keysOf(n.options), keysOf(n.late), []string{"workers", "cores"})
}

// substitute: {{name}} stands for something.
func (n *vocabulary) substitute(name string) bool {
	_, isAxis := n.axes[name]
	_, isLinked := n.linked[name]
	return isAxis || isLinked || n.options[name] || n.late[name] || name == matrix.Workers || name == "cores"
}

// selectable are the names that a selector may have.
func (n *vocabulary) selectable() []string {
	names := [][]string{keysOf(n.axes), keysOf(n.options), keysOf(n.running)}
	if len(n.running) > 0 {
		names = append(names, []string{"workers"})
	}
	return sorted(names...)
}

// counted: the values of this name are worker counts, in which `cores` is a number.
func (n *vocabulary) counted(name string) bool {
	_, isAxis := n.axes[name]
	_, isExecutor := n.executors[name]
	return name == matrix.Workers || isExecutor && !isAxis
}

// axisOf is the axis that a name of a selector belongs to.
func (n *vocabulary) axisOf(name string) (int, bool) {
	if i, ok := n.axes[name]; ok {
		return i, true
	}
	i, ok := n.axes[matrix.Executor]
	return i, ok && (name == matrix.Workers || n.options[name] || n.running[n.canonical(name)])
}

// possible: the name is an executor, or an option of one, whether or not it is in the matrix.
func (n *vocabulary) possible(name string) bool {
	for other, e := range n.executors {
		if other == name || slices.ContainsFunc(e.Options, func(o ParamInfo) bool { return o.Name == name }) {
			return true
		}
	}
	return false
}

func (n *vocabulary) canonical(executor string) string {
	if name, ok := n.aliases[executor]; ok {
		return name
	}
	return executor
}

// normal writes a selector in canonical names, with `cores` as the number that it is.
func (n *vocabulary) normal(s matrix.Selector) matrix.Selector {
	for i, t := range s {
		for j, v := range t.Values {
			if v == "cores" && n.counted(t.Name) {
				s[i].Values[j] = n.cores
			}
		}
		// a parameter that is called like an alias keeps its name
		if _, isAxis := n.axes[t.Name]; !isAxis || t.Name == matrix.Executor {
			s[i] = matrix.Selector{t}.Canonical(n.aliases)[0]
		}
	}
	return s
}

func keysOf[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	return keys
}

func sorted(lists ...[]string) []string {
	all := slices.Concat(lists...)
	slices.SortFunc(all, strings.Compare)
	return slices.Compact(all)
}
