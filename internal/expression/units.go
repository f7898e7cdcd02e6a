package expression

import "github.com/expr-lang/expr/ast"

// units are the constants that a number is multiplied with; the value is in the base unit.
var units = map[string]struct {
	factor float64
	base   string
}{
	"ns": {1e-9, "s"}, "us": {1e-6, "s"}, "ms": {1e-3, "s"}, "s": {1, "s"}, "min": {60, "s"}, "h": {3600, "s"},
	"kB": {1e3, "B"}, "MB": {1e6, "B"}, "GB": {1e9, "B"},
	"KiB": {1 << 10, "B"}, "MiB": {1 << 20, "B"}, "GiB": {1 << 30, "B"},
}

// unit is what the value of a node is counted in: s, B, tasks/s, 1 for a plain number, "" where it is not known.
func (f *facts) unit(node ast.Node) string {
	if u, ok := f.units[node]; ok {
		return u
	}
	u := f.infer(node)
	f.units[node] = u
	return u
}

func (f *facts) infer(node ast.Node) string {
	switch n := node.(type) {
	case *ast.IntegerNode, *ast.FloatNode:
		return "1"
	case *ast.UnaryNode:
		if n.Operator == "-" || n.Operator == "+" {
			return f.unit(n.Node)
		}
	case *ast.BinaryNode:
		return combine(n.Operator, f.unit(n.Left), f.unit(n.Right))
	case *ast.ConditionalNode:
		return same(f.unit(n.Exp1), f.unit(n.Exp2))
	case *ast.BuiltinNode:
		switch n.Name {
		case "abs", "ceil", "floor", "round", "float", "min", "max", "mean", "median", "sum":
			return f.unitOfAll(n.Arguments)
		case "len", "count", "indexOf", "findIndex", "findLastIndex":
			return "1"
		}
	case *ast.ArrayNode:
		return f.unitOfAll(n.Nodes)
	}
	return ""
}

func (f *facts) unitOfAll(nodes []ast.Node) string {
	if len(nodes) == 0 {
		return ""
	}
	u := f.unit(nodes[0])
	for _, n := range nodes[1:] {
		u = same(u, f.unit(n))
	}
	return u
}

func same(a, b string) string {
	if a == b {
		return a
	}
	return ""
}

func combine(operator, a, b string) string {
	switch {
	case a == "" || b == "":
		return ""
	case operator == "+" || operator == "-" || operator == "%":
		return same(a, b)
	case operator == "*" && a == "1":
		return b
	case (operator == "*" || operator == "/") && b == "1":
		return a
	case operator == "/" && a == b:
		return "1"
	case operator == "**" || operator == "^":
		return same(same(a, b), "1")
	}
	return ""
}

// checkUnits refuses to compare or add seconds and bytes. A plain number is taken to be in the base unit.
func (c *compilation) checkUnits(node ast.Node) {
	if n, ok := node.(*ast.BinaryNode); ok {
		switch n.Operator {
		case "<", "<=", ">", ">=", "==", "!=", "+", "-":
			a, b := c.facts.unit(n.Left), c.facts.unit(n.Right)
			if a != b && a != "" && b != "" && a != "1" && b != "1" {
				c.addAt(n, "", "%s is in %s, %s in %s", c.source(n.Left), a, c.source(n.Right), b)
			}
		}
	}
	for _, child := range children(node) {
		c.checkUnits(*child)
	}
}

func (c *compilation) source(node ast.Node) string {
	s, runes := c.facts.span(node), []rune(c.text.String)
	return string(runes[s.from:min(s.to, len(runes))])
}
