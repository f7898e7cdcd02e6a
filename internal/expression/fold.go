package expression

import (
	"math"
	"slices"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/parser"
)

// fold replaces arithmetic on constants, such as 500*ms, by its value. expr's own optimiser is not used: it also folds
// ranges, past the memory budget, and rewrites predicates so that positions are lost.
func (c *compilation) fold(place *ast.Node) {
	node := *place
	if with, ok := c.folded[node]; ok {
		*place = with
		return
	}
	operands := children(node)
	for _, child := range operands {
		c.fold(child)
	}
	switch n := node.(type) {
	case *ast.UnaryNode, *ast.ConditionalNode:
	case *ast.BinaryNode:
		if n.Operator == ".." {
			return
		}
	default:
		return
	}
	if slices.ContainsFunc(operands, func(p *ast.Node) bool { _, ok := constant(*p); return !ok }) {
		return
	}
	c.foldNode(place)
}

func (c *compilation) foldNode(place *ast.Node) {
	node, p := *place, c.program
	code, err := p.compile(node)
	if err != nil {
		return
	}
	v, err := p.run(code, nil, nil)
	if err != nil {
		c.addAt(node, "", "%s", err)
		return
	}
	if f, isFloat := v.(float64); isFloat && (math.IsNaN(f) || math.IsInf(f, 0)) {
		c.addAt(node, "", "this is not a number")
		return
	}
	with := literal(v)
	if with == nil {
		return
	}
	c.facts.replace(node, with)
	c.facts.units[with] = c.facts.unit(node)
	_, sign := node.(*ast.UnaryNode)
	c.facts.shown[with] = !sign // -2 is as plain as 2
	// gives the new node its type
	_, _ = checker.Check(&parser.Tree{Node: with, Source: p.source}, p.config)
	c.folded[node] = with
	*place = with
}
