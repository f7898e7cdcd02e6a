package gates

import (
	"fmt"
	"slices"
	"strings"

	"bench/runner/internal/expression"
)

// function is one that an assertion may call. To add one: a new file fn_NAME.go whose init calls register.
type function struct {
	expression.Function
	kind     kind
	exact    bool                     // rests on what happened, not on how long it took: judged without statistics
	steady   bool                     // comes out the same whatever else takes part of the machine
	baseline bool                     // compares with the cell's baseline; has the parameter against
	across   bool                     // compares with another run, or build; its first parameter is since
	check    func(params []any) error // of the values of Params; nil: all are fine
	value    func(*query) (any, error)
	rows     func(*query) []float64 // value on all rows of a resampling at once, where that takes less; nil, or gives nil: ask for each
}

// kind says what a function is asked about.
type kind int

const (
	oneCell   kind = iota // exactly one cell
	allCounts             // one executor with all of its worker counts, everything else the same
	noCell                // its parameters only
)

var registry = map[string]function{}

// register adds a function; it is called from init only and does no I/O.
func register(f function) {
	f.Selector = f.kind != noCell
	if f.baseline {
		f.Params = append(f.Params, against)
	}
	if _, twice := registry[f.Name]; twice || f.Name == "" || f.Doc == "" || f.value == nil {
		panic(fmt.Sprintf("gates: %q registered twice or incomplete", f.Name))
	}
	registry[f.Name] = f
}

// against is always the last parameter.
var against = expression.Param{Name: "against", Default: "",
	Doc: "another baseline, as the levels to replace: \"executor=threads workers=1\""}

// Functions lists the functions of assertions by name.
func Functions() []expression.Function {
	all := make([]expression.Function, 0, len(registry))
	for _, f := range registry {
		all = append(all, f.Function)
	}
	slices.SortFunc(all, func(a, b expression.Function) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// FunctionTable is the table of the functions in Markdown.
func FunctionTable() string {
	var b strings.Builder
	b.WriteString("| function | unit | is |\n|---|---|---|\n")
	var params strings.Builder
	for _, f := range Functions() {
		unit, doc := f.Unit, f.Doc
		if unit == "" {
			unit = "any"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", f.Signature(), unit, doc)
		for _, p := range f.Params {
			fmt.Fprintf(&params, "| `%s` | `%s` | `%#v` | %s |\n", f.Name, p.Name, p.Default, p.Doc)
		}
	}
	b.WriteString("\n| function | argument | default | is |\n|---|---|---|---|\n")
	b.WriteString(params.String())
	return b.String()
}
