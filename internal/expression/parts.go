package expression

import (
	"cmp"
	"slices"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/vm"
)

// part is a node that can be evaluated alone.
type part struct {
	span
	unit string
	code *vm.Program
	err  error
}

// Parts gives the value of every sub-expression, in order of writing, the outer before the inner. Literals are left
// out, and what stands inside a predicate, which has no single value. An error is told in its Part only.
func (p *Program) Parts(vars map[string]any, call Caller) []Part {
	if p.parts == nil {
		p.parts = p.findParts()
	}
	out := make([]Part, len(p.parts))
	for i, q := range p.parts {
		out[i] = Part{From: q.from, To: q.to, Unit: q.unit, Err: q.err}
		if q.err == nil {
			out[i].Value, out[i].Err = p.run(q.code, vars, call)
		}
	}
	return out
}

func (p *Program) findParts() []part {
	parts := []part{}
	seen := map[ast.Node]bool{}
	var visit func(ast.Node)
	visit = func(node ast.Node) {
		if seen[node] {
			return
		}
		seen[node] = true
		if s, ok := p.facts.spans[node]; ok && s.to > s.from && p.hasValue(node) {
			code, err := p.compile(node)
			parts = append(parts, part{s, p.facts.unit(node), code, err})
		}
		switch node.(type) {
		case *ast.ChainNode, *ast.PredicateNode: // what is inside cannot stand alone
			return
		}
		for _, child := range children(node) {
			visit(*child)
		}
	}
	visit(p.root)
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(b.to, a.to)) })
	return parts
}

func (p *Program) hasValue(node ast.Node) bool {
	switch node.(type) {
	case *ast.PredicateNode, *ast.PairNode, *ast.NilNode:
		return false
	}
	_, isConstant := constant(node)
	return !isConstant || p.facts.shown[node]
}

// Comparison is a part `left operator right` that the whole expression depends on: the root, or under and, or, not.
type Comparison struct {
	From, To int
	Operator string // < <= > >= == != ; turned round where it stands under a not
	Left     Operand
	Right    Operand
}

// Operand is one side of a Comparison.
type Operand struct {
	From, To int
	Unit     string
	program  *Program
	node     ast.Node
	code     *vm.Program
}

// Eval is the operand's value.
func (o Operand) Eval(vars map[string]any, call Caller) (any, error) {
	return o.program.run(o.code, vars, call)
}

var opposite = map[string]string{"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}

// Comparisons are the comparisons that the expression depends on, in order of writing.
func (p *Program) Comparisons() []Comparison {
	if p.comparisons == nil {
		p.comparisons = []Comparison{}
		p.findComparisons(p.root, false)
	}
	return p.comparisons
}

func (p *Program) findComparisons(node ast.Node, negated bool) {
	switch n := node.(type) {
	case *ast.UnaryNode:
		if n.Operator == "not" || n.Operator == "!" {
			p.findComparisons(n.Node, !negated)
		}
	case *ast.BinaryNode:
		switch n.Operator {
		case "and", "or", "&&", "||":
			p.findComparisons(n.Left, negated)
			p.findComparisons(n.Right, negated)
		}
		if opposite[n.Operator] == "" {
			return
		}
		operator := n.Operator
		if negated {
			operator = opposite[operator]
		}
		left, errLeft := p.operand(n.Left)
		right, errRight := p.operand(n.Right)
		if errLeft == nil && errRight == nil {
			s := p.facts.span(n)
			p.comparisons = append(p.comparisons, Comparison{s.from, s.to, operator, left, right})
		}
	}
}

func (p *Program) operand(node ast.Node) (Operand, error) {
	code, err := p.compile(node)
	s := p.facts.span(node)
	return Operand{From: s.from, To: s.to, Unit: p.facts.unit(node), program: p, node: node, code: code}, err
}
