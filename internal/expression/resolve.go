package expression

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"

	"bench/runner/internal/diag"
)

// boundCall is a call whose named arguments have been put in order: first the selector's values, then the parameters.
type boundCall struct {
	index    int // in Program.calls
	function *Function
	node     *ast.CallNode
	given    []bool // which parameters were written
}

// resolve gives every name its meaning: variables, units, functions, named arguments. Each node is done once, however
// many parents the parser gave it.
func (c *compilation) resolve(place *ast.Node) {
	node := *place
	if with, ok := c.folded[node]; ok {
		*place = with
		return
	}
	if c.resolved[node] {
		return
	}
	c.resolved[node] = true
	switch n := node.(type) {
	case *ast.IdentifierNode:
		c.resolveName(place, n)
	case *ast.CallNode:
		c.resolveCall(n)
		return
	case *ast.BuiltinNode:
		if refused()[n.Name] {
			c.addUnknownFunction(n, n.Name)
		}
	case *ast.MemberNode:
		if _, plain := n.Property.(*ast.StringNode); plain {
			c.resolve(&n.Node)
			return
		}
	case *ast.BinaryNode:
		if n.Operator == "=" {
			c.addAssignment(n)
			c.resolve(&n.Right)
			return
		}
	case *ast.VariableDeclaratorNode, *ast.SequenceNode:
		c.addAt(node, "write the value where it is used", "an expression is one condition, without let and ;")
		return
	}
	for _, child := range children(node) {
		c.resolve(child)
	}
}

func (c *compilation) addAssignment(n *ast.BinaryNode) {
	at := n.Location()
	c.add(at.From, at.To, "use == to compare", "= is only for named arguments")
}

func (c *compilation) resolveName(place *ast.Node, n *ast.IdentifierNode) {
	if _, ok := c.scope.Variables[n.Value]; ok {
		c.used[n.Value] = true
		return
	}
	if u, ok := units[n.Value]; ok {
		with := &ast.FloatNode{Value: u.factor}
		c.facts.replace(n, with)
		c.facts.units[with] = u.base
		c.folded[n] = with
		*place = with
		return
	}
	c.addAt(n, c.hintName(n.Value), "unknown variable %q", n.Value)
}

func (c *compilation) hintName(name string) string {
	if c.function(name) != nil || slices.Contains(allowed, name) {
		return fmt.Sprintf("%s is a function: write %s(…)", name, name)
	}
	known := slices.Concat(slices.Sorted(maps.Keys(c.scope.Variables)), slices.Sorted(maps.Keys(units)))
	if hint := diag.DidYouMean(name, known); hint != "" && len(name) > 1 {
		return hint
	}
	return fmt.Sprintf("a text needs quotes: %q", name)
}

func (c *compilation) function(name string) *Function {
	for i := range c.scope.Functions {
		if c.scope.Functions[i].Name == name {
			return &c.scope.Functions[i]
		}
	}
	return nil
}

func (c *compilation) addUnknownFunction(at ast.Node, name string) {
	from := at.Location().From
	to := from + len([]rune(name))
	if _, isBuiltin := builtin.Index[name]; isBuiltin {
		c.add(from, to, "compare measured values only", "%s cannot be used here: its value is not the same each time, or has no bound", name)
		return
	}
	known := slices.Clone(allowed)
	for _, f := range c.scope.Functions {
		known = append(known, f.Name)
	}
	hint := diag.DidYouMean(name, known)
	if hint == "" && len(c.scope.Functions) > 0 {
		hint = "`runner list functions` shows all of them"
	}
	c.add(from, to, hint, "unknown function %q", name)
}

func (c *compilation) resolveCall(n *ast.CallNode) {
	callee, ok := n.Callee.(*ast.IdentifierNode)
	if !ok {
		c.addAt(n, "", "only functions can be called")
		return
	}
	fn := c.function(callee.Value)
	if fn == nil {
		c.addUnknownFunction(callee, callee.Value)
		for i := range n.Arguments {
			if named, ok := n.Arguments[i].(*ast.BinaryNode); ok && named.Operator == "=" {
				c.resolve(&named.Right)
				continue
			}
			c.resolve(&n.Arguments[i])
		}
		return
	}
	b := &boundCall{index: len(c.program.calls), function: fn, node: n, given: make([]bool, len(fn.Params))}
	at := c.facts.span(n)
	c.program.calls = append(c.program.calls, Call{Function: fn.Name, From: callee.Location().From, To: at.to})
	c.bound = append(c.bound, b)
	c.facts.units[n] = fn.Unit
	c.arrange(b)
	c.register(b, callee)
}

// register makes a function of expr of this one call, so that the call itself carries its number for free.
func (c *compilation) register(b *boundCall, callee *ast.IdentifierNode) {
	p, index := c.program, b.index
	p.bound[b.node] = b
	callee.Value = fmt.Sprintf("%s#%d", b.function.Name, index)
	f := &builtin.Function{Name: callee.Value, Types: []reflect.Type{typeNumber}}
	if b.function.Any {
		f.Types[0] = typeAny
	}
	f.Func = func(args ...any) (any, error) {
		selector, params, err := b.arguments(p, args)
		if err != nil {
			return nil, &callError{err}
		}
		v, err := p.caller(index, selector, params)
		if err != nil {
			return nil, &callError{err}
		}
		return v, nil
	}
	p.config.Functions[callee.Value] = f
}

// arguments are what a Caller is given: the values of the selector, and those of the parameters, with their types.
func (b *boundCall) arguments(p *Program, args []any) (selector, params []any, err error) {
	selectors := len(p.calls[b.index].Args)
	params = args[selectors:]
	return args[:selectors:selectors], params, conform(b.function.Name, b.function.Params, params)
}

var (
	typeNumber = reflect.TypeFor[func(...any) float64]()
	typeAny    = reflect.TypeFor[func(...any) any]()
)
