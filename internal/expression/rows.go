package expression

import (
	"slices"

	"github.com/expr-lang/expr/ast"
)

// Rows answers a call on many rows of data at once: a number for each row. It is nil where there is none on some row, or
// where the call has no plain numbers; the slice is only read. The arguments are those of a Caller.
type Rows func(call int, selector []any, params []any) []float64

// HoldsRows is Eval on each of n rows, of a program that was compiled with Scope.Bool: numbers and arithmetic, comparisons
// of them, and, or, not. It is nil for what is more than these, and wherever a call has no rows; Eval then says what there
// is to say of each row. Where it is not nil, it is what Eval gives, to the last bit.
func (p *Program) HoldsRows(n int, vars map[string]any, call Rows) []bool {
	holds, _ := (&rowwise{p, n, vars, call}).eval(p.root).([]bool)
	return holds
}

// EvalRows is Eval of a number on each of n rows; nil as with HoldsRows. The slice is only read.
func (o Operand) EvalRows(n int, vars map[string]any, call Rows) []float64 {
	values, _ := (&rowwise{o.program, n, vars, call}).eval(o.node).([]float64)
	return values
}

// rowwise is one evaluation. What each row would compute by itself is done on all of them before the next operation.
type rowwise struct {
	program *Program
	n       int
	vars    map[string]any
	call    Rows
}

// eval is []float64 or []bool, or nil where it cannot be had.
func (r *rowwise) eval(node ast.Node) any {
	if !r.program.calling(node) {
		return r.spread(r.once(node))
	}
	switch node := node.(type) {
	case *ast.CallNode:
		return r.answer(node)
	case *ast.UnaryNode:
		switch x := r.eval(node.Node).(type) {
		case []float64:
			return negated(node.Operator, x)
		case []bool:
			if node.Operator == "not" || node.Operator == "!" {
				return each(x, x, func(a, _ bool) bool { return !a })
			}
		}
	case *ast.BinaryNode:
		switch a := r.eval(node.Left).(type) {
		case []float64:
			if b, ok := r.eval(node.Right).([]float64); ok {
				return ofNumbers(node.Operator, a, b)
			}
		case []bool:
			if b, ok := r.eval(node.Right).([]bool); ok {
				return ofTruths(node.Operator, a, b)
			}
		}
	}
	return nil
}

// answer asks for a call. Its arguments must be the same on all rows.
func (r *rowwise) answer(node *ast.CallNode) any {
	b := r.program.bound[node]
	if b == nil || b.function.Any || slices.ContainsFunc(node.Arguments, r.program.calling) {
		return nil
	}
	args := make([]any, len(node.Arguments))
	for i, argument := range node.Arguments {
		v, err := r.once(argument)
		if err != nil {
			return nil
		}
		args[i] = v
	}
	selector, params, err := b.arguments(r.program, args)
	if err != nil {
		return nil
	}
	if values := r.call(b.index, selector, params); len(values) == r.n {
		return values
	}
	return nil
}

// calling tells whether a function of the scope is called within.
func (p *Program) calling(node ast.Node) bool {
	if call, ok := node.(*ast.CallNode); ok && p.bound[call] != nil {
		return true
	}
	return slices.ContainsFunc(children(node), func(child *ast.Node) bool { return p.calling(*child) })
}

// once evaluates what calls nothing.
func (r *rowwise) once(node ast.Node) (any, error) {
	if v, ok := constant(node); ok {
		return v, nil
	}
	code, err := r.program.compile(node)
	if err != nil {
		return nil, err
	}
	return r.program.run(code, r.vars, nil)
}

// spread gives each row the same value.
func (r *rowwise) spread(v any, err error) any {
	switch v := v.(type) {
	case float64:
		return slices.Repeat([]float64{v}, r.n)
	case int: // beside a number that was measured it is taken for one
		return slices.Repeat([]float64{float64(v)}, r.n)
	case bool:
		return slices.Repeat([]bool{v}, r.n)
	}
	return nil
}

func negated(operator string, x []float64) any {
	switch operator {
	case "-":
		return each(x, x, func(a, _ float64) float64 { return -a })
	case "+":
		return x
	}
	return nil
}

func ofNumbers(operator string, a, b []float64) any {
	switch operator {
	case "+":
		return each(a, b, func(a, b float64) float64 { return a + b })
	case "-":
		return each(a, b, func(a, b float64) float64 { return a - b })
	case "*":
		return each(a, b, func(a, b float64) float64 { return a * b })
	case "/":
		return each(a, b, func(a, b float64) float64 { return a / b })
	case "<":
		return each(a, b, func(a, b float64) bool { return a < b })
	case "<=":
		return each(a, b, func(a, b float64) bool { return a <= b })
	case ">":
		return each(a, b, func(a, b float64) bool { return a > b })
	case ">=":
		return each(a, b, func(a, b float64) bool { return a >= b })
	case "==":
		return each(a, b, func(a, b float64) bool { return a == b })
	case "!=":
		return each(a, b, func(a, b float64) bool { return a != b })
	}
	return nil
}

func ofTruths(operator string, a, b []bool) any {
	switch operator {
	case "and", "&&":
		return each(a, b, func(a, b bool) bool { return a && b })
	case "or", "||":
		return each(a, b, func(a, b bool) bool { return a || b })
	}
	return nil
}

func each[A, B any](a, b []A, of func(a, b A) B) []B {
	out := make([]B, len(a))
	for i := range a {
		out[i] = of(a[i], b[i])
	}
	return out
}
