package gates

import (
	"slices"
	"strings"

	"bench/runner/internal/diag"
	"bench/runner/internal/expression"
	"bench/runner/internal/matrix"
	"bench/runner/spec"
)

// Options are what the plan does not say.
type Options struct {
	Aliases map[string]string // other names of executors: processes -> procs
}

// assertion is one that compiled: the text of one or more checks.
type assertion struct {
	*space
	spec    *spec.Assertion
	text    diag.Text
	program *expression.Program
	needs   *expression.Program // nil: none
	where   matrix.Selector
	sites   []callSite // as Program.Calls
	byHand  bool       // given on the command line for a stored run
}

// maxChecks bounds what all assertions of an experiment come to. Each is judged with statistics of its own: more of them
// than this are no claims but a table, and take longer to judge than most experiments run.
const maxChecks = 20_000

// hostVariables give the types of what an assertion may know of the machine.
var hostVariables = map[string]any{
	"cores": 1, "parallelism": 1.0, "memory": 1.0, "os": "", "arch": "", "version": "", "gil": "",
}

// Compile checks all the assertions of an experiment against its plan, before anything runs, and makes a check of each
// for every combination of the facets that it does not mention.
func Compile(exp *spec.Experiment, plan *spec.Plan, opt Options) ([]Check, diag.List) {
	var checks []Check
	var problems diag.List
	names := newSpace(plan, opt.Aliases)
	for i := range exp.Assertions {
		a := &exp.Assertions[i]
		if checks = append(checks, compile(a, names, &problems, false)...); len(checks) > maxChecks {
			problems.Add(a.Pos, 1, "mention more levels, or use where:", "with this assertion there are more than %d checks: it is one for each combination of the levels that it does not mention", maxChecks)
			break
		}
	}
	problems.Sort()
	return checks, problems
}

// CompileText is Compile for one check that is not in the file. Who asks for a cell by hand wants an answer: that --only
// left it out is then a problem, not an excuse.
func CompileText(text diag.Text, exp *spec.Experiment, plan *spec.Plan, opt Options) ([]Check, diag.List) {
	var problems diag.List
	a := &spec.Assertion{Check: text, Level: "error", Pos: text.Pos(0)}
	checks := compile(a, newSpace(plan, opt.Aliases), &problems, true)
	problems.Sort()
	return checks, problems
}

func compile(source *spec.Assertion, names *space, problems *diag.List, byHand bool) []Check {
	a := &assertion{byHand: byHand, space: names, spec: source, text: source.Check, where: source.Where.Canonical(names.aliases)}
	before := len(*problems)
	a.parse(problems)
	if source.Needs != nil {
		a.parseNeeds(*source.Needs, problems)
	}
	for _, t := range a.where {
		if p := names.valid(t, place{}, place{}, nil); p != nil {
			problems.Add(source.Pos, 1, p.hint, "where: %s", p.message)
		}
	}
	if len(*problems) > before {
		return nil
	}
	return a.expand(problems)
}

func (a *assertion) parse(problems *diag.List) {
	program, list := expression.Compile(a.text, expression.Scope{Bool: true, Variables: hostVariables, Functions: Functions()})
	if program == nil {
		*problems = append(*problems, list...)
		return
	}
	a.program = program
	measures := false
	for _, c := range program.Calls() {
		f := registry[c.Function]
		measures = measures || f.kind != noCell
		a.sites = append(a.sites, callSite{f, c})
	}
	if !measures {
		problems.Add(a.text.Pos(0), len([]rune(firstLine(a.text.String))), "a condition on the machine belongs in `needs:`", "the check measures nothing")
	}
	a.refuseVersionOrder(program, a.text, problems)
}

func (a *assertion) parseNeeds(text diag.Text, problems *diag.List) {
	var functions []expression.Function
	for _, f := range Functions() {
		if registry[f.Name].kind == noCell {
			functions = append(functions, f)
		}
	}
	program, list := expression.Compile(text, expression.Scope{Bool: true, Variables: hostVariables, Functions: functions})
	*problems = append(*problems, list...)
	if a.needs = program; program != nil {
		a.refuseVersionOrder(program, text, problems)
	}
}

// refuseVersionOrder: as text, 3.9 comes after 3.13.
func (a *assertion) refuseVersionOrder(program *expression.Program, text diag.Text, problems *diag.List) {
	runes := []rune(text.String)
	for _, c := range program.Comparisons() {
		if c.Operator == "==" || c.Operator == "!=" {
			continue
		}
		for _, o := range []expression.Operand{c.Left, c.Right} {
			if string(runes[o.From:o.To]) == "version" {
				problems.Add(text.Pos(c.From), c.To-c.From, `write at_least(version, "3.13")`, "versions cannot be compared as text: 3.9 would come after 3.13")
			}
		}
	}
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// name is the assertion's own, or its text on one line.
func (a *assertion) name() string {
	if a.spec.Name != "" {
		return a.spec.Name
	}
	if !strings.Contains(a.text.String, "\n") {
		return strings.TrimSpace(a.text.String)
	}
	return strings.Join(strings.Fields(a.text.String), " ")
}

func (a *assertion) exact() bool {
	return !slices.ContainsFunc(a.sites, func(c callSite) bool { return !c.function.exact })
}
