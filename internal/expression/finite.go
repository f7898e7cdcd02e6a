package expression

import (
	"fmt"
	"math"
	"reflect"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/vm/runtime"
)

// unbounded are the operations that can make NaN or an infinity of finite numbers.
var unbounded = map[string]func(a, b any) float64{"/": runtime.Divide, "**": runtime.Exponent, "^": runtime.Exponent}

// count makes a predicate count how often it is come to: what it gives goes through a function that gives it on.
func (c *compilation) count(n *ast.PredicateNode) {
	const name = "#count"
	p := c.program
	p.config.Functions[name] = &builtin.Function{Name: name, Func: func(args ...any) (any, error) {
		return args[0], p.step()
	}}
	callee := &ast.IdentifierNode{Value: name}
	call := &ast.CallNode{Callee: callee, Arguments: []ast.Node{n.Node}}
	call.SetType(n.Node.Type())
	c.facts.replace(n.Node, call)
	n.Node = call
}

// guard makes these operations fail inside a predicate where they give no number. Outside of predicates Parts shows such
// a value; inside it would be lost, and NaN under a not would make a condition true.
func (c *compilation) guard(place *ast.Node, inside bool) {
	_, predicate := (*place).(*ast.PredicateNode)
	for _, child := range children(*place) {
		c.guard(child, inside || predicate)
	}
	if predicate {
		c.count((*place).(*ast.PredicateNode))
		return
	}
	n, ok := (*place).(*ast.BinaryNode)
	if !ok || !inside || unbounded[n.Operator] == nil {
		return
	}
	operator, operate := n.Operator, unbounded[n.Operator]
	c.program.config.Functions[operator] = &builtin.Function{Name: operator, Func: func(args ...any) (any, error) {
		v := operate(args[0], args[1])
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%v %s %v is not a number", args[0], operator, args[1])
		}
		return v, nil
	}}
	callee := &ast.IdentifierNode{Value: operator}
	callee.SetType(typeNumber)
	call := &ast.CallNode{Callee: callee, Arguments: []ast.Node{n.Left, n.Right}}
	call.SetType(reflect.TypeFor[float64]())
	c.facts.replace(n, call)
	*place = call
}
