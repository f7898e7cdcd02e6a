package expression

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"

	"bench/runner/internal/diag"
)

// arrange sorts the arguments of a call into the selector's and the parameters', and fills in the defaults.
func (c *compilation) arrange(b *boundCall) {
	n, fn := b.node, b.function
	params := make([]ast.Node, len(fn.Params))
	var selector []ast.Node
	var args []Arg
	names := map[string]bool{}
	for i, argument := range n.Arguments {
		named, ok := argument.(*ast.BinaryNode)
		if !ok || named.Operator != "=" {
			if node := c.positional(b, i, argument, params); node != nil {
				s := c.facts.span(argument)
				args = append(args, Arg{From: s.from, To: s.to, ValueAt: s.from, ValueTo: s.to})
				selector = append(selector, node)
			}
			continue
		}
		name, ok := c.argumentName(named, names)
		if !ok {
			continue
		}
		index := slices.IndexFunc(fn.Params, func(p Param) bool { return p.Name == name })
		if index < 0 && !fn.Selector {
			c.addUnknownArgument(named.Left, fn, name)
		}
		c.argumentValue(named)
		switch {
		case index >= 0:
			params[index], b.given[index] = named.Right, true
		default:
			s, value := c.facts.span(named.Left), c.facts.span(named.Right)
			args = append(args, Arg{Name: name, From: s.from, To: s.to, ValueAt: value.from, ValueTo: value.to})
			selector = append(selector, named.Right)
		}
	}
	for i, p := range fn.Params {
		if params[i] == nil {
			params[i] = literal(p.Default)
			params[i].SetLocation(n.Location())
		} else {
			b.given[i] = true
		}
	}
	n.Arguments = append(selector, params...)
	c.program.calls[b.index].Args = args
}

func (c *compilation) argumentName(named *ast.BinaryNode, names map[string]bool) (string, bool) {
	left, ok := named.Left.(*ast.IdentifierNode)
	if !ok {
		c.addAt(named.Left, `a selector in quotes takes any name: "chunk-size=2"`, "this is not a name for an argument")
		return "", false
	}
	if names[left.Value] {
		c.addAt(left, "", "the argument %q is given twice", left.Value)
		return "", false
	}
	names[left.Value] = true
	return left.Value, true
}

// argumentValue resolves name=value; a bare word as the value most likely lacks its quotes.
func (c *compilation) argumentValue(named *ast.BinaryNode) {
	if word, ok := named.Right.(*ast.IdentifierNode); ok && !c.known(word.Value) {
		hint := diag.DidYouMean(word.Value, slices.Sorted(maps.Keys(c.scope.Variables)))
		if hint == "" {
			hint = fmt.Sprintf("a text needs quotes: %s=%q", named.Left.(*ast.IdentifierNode).Value, word.Value)
		}
		c.addAt(word, hint, "unknown variable %q", word.Value)
		return
	}
	c.resolve(&named.Right)
}

func (c *compilation) known(name string) bool {
	_, variable := c.scope.Variables[name]
	_, unit := units[name]
	return variable || unit
}

// positional gives the node of a selector without a name, or puts a parameter in its place and gives nil.
func (c *compilation) positional(b *boundCall, i int, argument ast.Node, params []ast.Node) ast.Node {
	if !b.function.Selector {
		c.resolve(&argument)
		if i >= len(params) {
			c.addAt(argument, c.signature(b.function), "%s takes %s", b.function.Name, counted(len(params), "argument"))
			return nil
		}
		params[i] = argument
		return nil
	}
	if word, ok := argument.(*ast.IdentifierNode); ok {
		if _, variable := c.scope.Variables[word.Value]; !variable {
			text := &ast.StringNode{Value: word.Value}
			c.facts.replace(word, text)
			return text
		}
	}
	switch argument.(type) {
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.ArrayNode, *ast.MapNode, *ast.NilNode:
		c.addAt(argument, `write name=value, a cell key in quotes, or the name of an executor`, "%s cannot tell what this selects", b.function.Name)
		return nil
	}
	c.resolve(&argument)
	return argument
}

func counted(n int, noun string) string {
	switch n {
	case 0:
		return "no " + noun + "s"
	case 1:
		return "one " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func (c *compilation) addUnknownArgument(at ast.Node, fn *Function, name string) {
	known := make([]string, len(fn.Params))
	for i, p := range fn.Params {
		known[i] = p.Name
	}
	hint := diag.DidYouMean(name, known)
	if hint == "" {
		hint = c.signature(fn)
	}
	c.addAt(at, hint, "%s has no argument %q", fn.Name, name)
}

func (c *compilation) signature(fn *Function) string { return "write " + fn.Signature() }

// Signature is how the function is called: time(…, stat="median", phase="total").
func (f Function) Signature() string {
	var args []string
	if f.Selector {
		args = append(args, "…")
	}
	for _, p := range f.Params {
		if text, ok := p.Default.(string); ok {
			args = append(args, fmt.Sprintf("%s=%q", p.Name, text))
			continue
		}
		args = append(args, fmt.Sprintf("%s=%v", p.Name, p.Default))
	}
	return f.Name + "(" + strings.Join(args, ", ") + ")"
}

// checkArguments runs after the checker, when types and constants are known.
func (c *compilation) checkArguments() {
	for _, b := range c.bound {
		call := &c.program.calls[b.index]
		for i := range call.Args {
			node := b.node.Arguments[i]
			call.Args[i].Const, _ = constant(node)
			c.checkSelectorValue(call.Args[i].Name, node)
		}
		for i, p := range b.function.Params {
			node := b.node.Arguments[len(call.Args)+i]
			if b.given[i] {
				c.checkParam(b.function, p, node)
			}
			value, _ := constant(node)
			call.Params = append(call.Params, value)
		}
	}
}

func (c *compilation) checkSelectorValue(name string, node ast.Node) {
	kind := kindOfNode(node)
	switch {
	case kind == "" || kind == "a text":
	case name == "":
		c.addAt(node, "write name=value, a cell key in quotes, or the name of an executor", "a selector without a name is a text, not %s", kind)
	case kind == "a map" || kind == "nothing":
		c.addAt(node, "", "a level is a number, a text, or true or false, not %s", kind)
	}
}

func (c *compilation) checkParam(fn *Function, p Param, node ast.Node) {
	kind := kindOfNode(node)
	if kind != "" && kind != kindOf(p.Default) {
		c.addAt(node, c.signature(fn), "%s of %s is %s, not %s", p.Name, fn.Name, p.kind(), kind)
		return
	}
	v, known := constant(node)
	if !known {
		return
	}
	if err := conform(fn.Name, []Param{p}, []any{v}); err != nil {
		hint := ""
		if text, ok := v.(string); ok {
			hint = diag.DidYouMean(text, p.Choices)
		}
		c.addAt(node, hint, "%s", err)
	}
}

// conform types the values of parameters in place, and refuses what does not fit.
func conform(function string, params []Param, values []any) error {
	for i, p := range params {
		switch p.Default.(type) {
		case float64:
			if n, ok := values[i].(int); ok {
				values[i] = float64(n)
			}
			if _, ok := values[i].(float64); ok {
				continue
			}
		case int:
			if _, ok := values[i].(int); ok {
				continue
			}
		case string:
			text, ok := values[i].(string)
			if ok && len(p.Choices) > 0 && !slices.Contains(p.Choices, text) {
				return fmt.Errorf("%s of %s is one of %s, not %q", p.Name, function, strings.Join(p.Choices, ", "), text)
			}
			if ok {
				continue
			}
		}
		return fmt.Errorf("%s of %s is %s, not %s", p.Name, function, p.kind(), describe(values[i]))
	}
	return nil
}

func (p Param) kind() string {
	if _, whole := p.Default.(int); whole {
		return "a whole number"
	}
	return kindOf(p.Default)
}

func describe(v any) string {
	if f, ok := v.(float64); ok {
		return fmt.Sprint(f)
	}
	return kindOf(v)
}
