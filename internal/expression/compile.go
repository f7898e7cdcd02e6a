package expression

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/parser/operator"
	"github.com/expr-lang/expr/types"

	"bench/runner/internal/diag"
)

// Bounds of one expression. They keep a spec from costing more than reading it is worth.
const (
	maxLength = 4096 // runes
	maxDepth  = 50   // brackets in brackets
	maxNodes  = 2000
)

func init() {
	// With this the stock parser reads name=value as a binary operation, with true positions. A pass over the tree
	// takes it out again wherever it is a named argument and refuses it elsewhere.
	operator.Binary["="] = operator.Operator{Precedence: 0, Associativity: operator.Right}
}

// compilation is one run of Compile.
type compilation struct {
	text     diag.Text
	scope    Scope
	problems diag.List
	tokens   tokens
	facts    *facts
	used     map[string]bool // variables
	bound    []*boundCall
	resolved map[ast.Node]bool
	folded   map[ast.Node]ast.Node
	program  *Program
}

// Compile checks an expression against a scope. Either the Program is usable or the List says, at their places in the
// file, all the reasons that could be found.
func Compile(text diag.Text, scope Scope) (*Program, diag.List) {
	c := &compilation{text: text, scope: scope, used: map[string]bool{},
		resolved: map[ast.Node]bool{}, folded: map[ast.Node]ast.Node{}}
	c.run()
	if len(c.problems) > 0 {
		c.problems.Sort()
		return nil, c.problems
	}
	return c.program, nil
}

// run stops after the first step that found a problem.
func (c *compilation) run() {
	var tree *parser.Tree
	steps := []func(){
		c.scan,
		func() { tree = c.parse() },
		func() { c.facts = newFacts(c.tokens, tree.Node) },
		func() { c.limit(tree.Node) },
		func() { c.prepare(tree); c.resolve(&tree.Node) },
		func() { c.check(tree) },
		func() { c.fold(&tree.Node) },
		c.checkArguments,
		func() { c.checkUnits(tree.Node) },
		func() { c.guard(&tree.Node, false) },
		func() { c.finish(tree.Node) },
	}
	for _, step := range steps {
		if step(); len(c.problems) > 0 {
			return
		}
	}
}

// add reports a problem with the runes from..to of the text.
func (c *compilation) add(from, to int, hint, format string, args ...any) {
	from = max(0, min(from, utf8.RuneCountInString(c.text.String)))
	c.problems.Add(c.text.Pos(from), to-from, hint, format, args...)
}

func (c *compilation) addAt(node ast.Node, hint, format string, args ...any) {
	s := c.facts.span(node)
	c.add(s.from, s.to, hint, format, args...)
}

func (c *compilation) parse() *parser.Tree {
	config := &conf.Config{MaxNodes: maxNodes, Disabled: refused(), Functions: conf.FunctionsTable{}, DisableIfOperator: true}
	for _, f := range c.scope.Functions {
		config.Functions[f.Name] = nil // a function of the scope hides a builtin of the same name
	}
	tree, err := parser.ParseWithConfig(c.text.String, config)
	if err != nil {
		c.addSyntax(err)
	}
	return tree
}

func (c *compilation) limit(root ast.Node) {
	if weight(root, map[ast.Node]int{}) > maxNodes {
		c.add(0, utf8.RuneCountInString(c.text.String), "split it into several", "the expression is too large: more than %d parts", maxNodes)
	}
}

func (c *compilation) prepare(tree *parser.Tree) {
	config := conf.CreateNew()
	env := types.Map{}
	for name, example := range c.scope.Variables {
		env[name] = types.Any
		if example != nil {
			env[name] = types.TypeOf(example)
		}
	}
	config.WithEnv(env)
	for name := range refused() {
		delete(config.Builtins, name)
	}
	c.program = &Program{text: c.text, wantBool: c.scope.Bool, source: tree.Source, config: config, facts: c.facts, bound: map[*ast.CallNode]*boundCall{}}
}

func (c *compilation) check(tree *parser.Tree) {
	_, err := checker.Check(tree, c.program.config)
	if err != nil {
		c.addType(err)
		return
	}
	if kind := kindOfNode(tree.Node); c.scope.Bool && kind != "" && kind != "true or false" {
		c.addAt(tree.Node, "compare it with something, such as > 1", "the expression is %s, not true or false", kind)
	}
}

func (c *compilation) finish(root ast.Node) {
	p := c.program
	p.root = root
	p.variables = slices.Sorted(maps.Keys(c.used))
	code, err := p.compile(root)
	if err != nil {
		c.addAt(root, "", "the expression cannot be compiled: %s", plainWords(firstLine(err.Error())))
		return
	}
	p.code = code
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// allowed are the builtins of expr that are pure, deterministic, and bounded by what they are given. The others are not
// there: the clock and the time zone, maps whose order differs each time, and those that multiply text.
var allowed = []string{
	"all", "none", "any", "one", "filter", "map", "find", "findIndex", "findLast", "findLastIndex", "count", "sum", "sortBy",
	"len", "abs", "ceil", "floor", "round", "int", "float", "trim", "upper", "lower", "split", "indexOf", "hasPrefix",
	"hasSuffix", "max", "min", "mean", "median", "first", "last", "take", "reverse", "uniq", "concat", "flatten", "sort",
}

var refused = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{}
	for _, f := range builtin.Builtins {
		if !slices.Contains(allowed, f.Name) {
			names[f.Name] = true
		}
	}
	return names
})

func asFileError(err error) *file.Error {
	var located *file.Error
	if errors.As(err, &located) {
		return located
	}
	return &file.Error{Message: err.Error()}
}
