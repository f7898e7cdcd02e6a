package expression

import "github.com/expr-lang/expr/ast"

// children are the places of a node's operands, in order of writing. The callee of a call is not one of them.
func children(node ast.Node) []*ast.Node {
	var places []*ast.Node
	add := func(ps ...*ast.Node) {
		for _, p := range ps {
			if *p != nil {
				places = append(places, p)
			}
		}
	}
	list := func(nodes []ast.Node) {
		for i := range nodes {
			add(&nodes[i])
		}
	}
	switch n := node.(type) {
	case *ast.UnaryNode:
		add(&n.Node)
	case *ast.BinaryNode:
		add(&n.Left, &n.Right)
	case *ast.ChainNode:
		add(&n.Node)
	case *ast.MemberNode:
		add(&n.Node, &n.Property)
	case *ast.SliceNode:
		add(&n.Node, &n.From, &n.To)
	case *ast.CallNode:
		list(n.Arguments)
	case *ast.BuiltinNode:
		list(n.Arguments)
	case *ast.PredicateNode:
		add(&n.Node)
	case *ast.VariableDeclaratorNode:
		add(&n.Value, &n.Expr)
	case *ast.SequenceNode:
		list(n.Nodes)
	case *ast.ConditionalNode:
		add(&n.Cond, &n.Exp1, &n.Exp2)
	case *ast.ArrayNode:
		list(n.Nodes)
	case *ast.MapNode:
		list(n.Pairs)
	case *ast.PairNode:
		add(&n.Key, &n.Value)
	}
	return places
}

// weight counts the nodes as a tree. The parser shares nodes (a < b < c, a ?: b), so that a short text can stand for a
// tree that grows with the power of two; known keeps the counting itself linear.
func weight(node ast.Node, known map[ast.Node]int) int {
	if w, ok := known[node]; ok {
		return w
	}
	w := 1
	for _, child := range children(node) {
		w = min(w+weight(*child, known), maxNodes+1)
	}
	known[node] = w
	return w
}

// constant is the value of a literal or of an array of literals; false for everything else.
func constant(node ast.Node) (any, bool) {
	switch n := node.(type) {
	case *ast.IntegerNode:
		return n.Value, true
	case *ast.FloatNode:
		return n.Value, true
	case *ast.StringNode:
		return n.Value, true
	case *ast.BoolNode:
		return n.Value, true
	case *ast.ArrayNode:
		values := make([]any, len(n.Nodes))
		for i, element := range n.Nodes {
			v, ok := constant(element)
			if !ok {
				return nil, false
			}
			values[i] = v
		}
		return values, true
	}
	return nil, false
}

// literal is the node of a scalar, nil for anything else.
func literal(v any) ast.Node {
	switch v := v.(type) {
	case int:
		return &ast.IntegerNode{Value: v}
	case float64:
		return &ast.FloatNode{Value: v}
	case string:
		return &ast.StringNode{Value: v}
	case bool:
		return &ast.BoolNode{Value: v}
	}
	return nil
}
