package expression

import "github.com/expr-lang/expr/ast"

// span is a part of the text, in runes, to exclusive.
type span struct{ from, to int }

// facts is what is known of the nodes of a tree beside the tree itself.
type facts struct {
	spans map[ast.Node]span
	units map[ast.Node]string // of constants and calls; see unit
	shown map[ast.Node]bool   // literals that stand for more than themselves, such as 500*ms
}

// newFacts finds the extent of every node. The parser keeps one token of each node only, and no brackets at all.
func newFacts(tokens tokens, root ast.Node) *facts {
	f := &facts{spans: map[ast.Node]span{}, units: map[ast.Node]string{}, shown: map[ast.Node]bool{}}
	known := map[ast.Node]span{}
	var extent func(ast.Node) span
	extent = func(node ast.Node) span {
		if s, ok := known[node]; ok {
			return s
		}
		s := tokens.own(node)
		for _, child := range children(node) {
			s = s.union(extent(*child))
		}
		s = tokens.balance(s)
		known[node] = s
		f.spans[node] = tokens.runes(s)
		return s
	}
	extent(root)
	return f
}

func (f *facts) span(node ast.Node) span {
	if s, ok := f.spans[node]; ok {
		return s
	}
	at := node.Location()
	return span{at.From, at.To}
}

// replace lets a new node inherit the place of an old one.
func (f *facts) replace(old, with ast.Node) {
	with.SetLocation(old.Location())
	f.spans[with] = f.span(old)
}

func (s span) union(t span) span {
	switch {
	case s.to == 0:
		return t
	case t.to == 0:
		return s
	}
	return span{min(s.from, t.from), max(s.to, t.to)}
}
