package spec

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"bench/runner/internal/diag"
)

// converter makes values of YAML nodes. It follows aliases and merge keys and counts what they add up to.
type converter struct {
	src   *source
	list  *diag.List
	layer int
	sum   *tally
	stop  bool // the file is too large or too deep: say so once
	done  map[*yaml.Node]*value
	open  map[*yaml.Node]bool
}

// tally is what all files of a spec have come to so far, aliases followed.
type tally struct{ values, text int }

// convert is whole unless the file went beyond a bound, alone or with those before it.
func convert(src *source, root *yaml.Node, layer int, list *diag.List, sum *tally) (v *value, whole bool) {
	c := &converter{src: src, list: list, layer: layer, sum: sum, done: map[*yaml.Node]*value{}, open: map[*yaml.Node]bool{}}
	v = c.value(root, 1)
	return v, !c.stop
}

func (c *converter) pos(n *yaml.Node) diag.Pos { return c.src.pos(n.Line, n.Column) }

func (c *converter) value(n *yaml.Node, depth int) *value {
	if n.Kind == yaml.AliasNode {
		return c.alias(n, depth)
	}
	v := &value{pos: c.pos(n), width: 1, style: n.Style, src: c.src, layer: c.layer, size: 1, depth: 1, kind: isNull}
	if n.Kind == yaml.ScalarNode {
		v.bytes = len(n.Value)
	}
	c.bound(v, 1, v.bytes, depth)
	if c.stop {
		return v
	}
	c.open[n] = true
	switch n.Kind {
	case yaml.SequenceNode:
		c.sequence(v, n, depth)
	case yaml.MappingNode:
		c.mapping(v, n, depth)
	default:
		c.scalar(v, n)
	}
	delete(c.open, n)
	if n.Anchor != "" {
		c.done[n] = v
	}
	return v
}

// bound stops at a file that grows too large or too deep.
func (c *converter) bound(v *value, values, bytes, depth int) {
	c.sum.values, c.sum.text = c.sum.values+values, c.sum.text+bytes
	switch {
	case c.stop:
	case len(*c.list) > maxProblems:
		c.stop = true
	case c.sum.values > maxNodes:
		c.stop = true
		c.list.Add(v.pos, v.width, "use fewer aliases", "more than %d values once aliases are followed", maxNodes)
	case c.sum.text > maxText:
		c.stop = true
		c.list.Add(v.pos, v.width, "use fewer aliases", "more than %d MiB of text once aliases are followed", maxText>>20)
	case depth > maxDepth:
		c.stop = true
		c.list.Add(v.pos, v.width, "a spec needs no such depth", "nested more than %d deep", maxDepth)
	}
}

func (c *converter) alias(n *yaml.Node, depth int) *value {
	at := &value{kind: isNull, pos: c.pos(n), width: 1 + utf8.RuneCountInString(n.Value), src: c.src, layer: c.layer, size: 1, depth: 1}
	target, ready := c.done[n.Alias]
	if !ready {
		if c.open[n.Alias] {
			c.list.Add(at.pos, at.width, "name another anchor", "alias *%s stands inside of what it names", n.Value)
		}
		return at
	}
	c.bound(at, target.size, target.bytes, depth+target.depth-1)
	if c.stop {
		return at
	}
	return target
}

func (c *converter) sequence(v *value, n *yaml.Node, depth int) {
	c.tagged(v, n, "!!seq")
	v.kind = isList
	v.list = make([]*value, 0, len(n.Content))
	for _, child := range n.Content {
		if c.stop {
			return
		}
		v.list = append(v.list, c.value(child, depth+1))
		v.grow(v.list[len(v.list)-1])
	}
}

func (v *value) grow(child *value) {
	v.size += child.size
	v.bytes += child.bytes
	v.depth = max(v.depth, child.depth+1)
}

func (c *converter) mapping(v *value, n *yaml.Node, depth int) {
	c.tagged(v, n, "!!map")
	v.kind = isMap
	v.keys = make([]entry, 0, len(n.Content)/2)
	first := make(map[string]int, len(n.Content)/2)
	var merged []*value
	for i := 0; i+1 < len(n.Content) && !c.stop; i += 2 {
		key, child := n.Content[i], n.Content[i+1]
		if key.Kind == yaml.ScalarNode && key.Tag == "!!merge" {
			merged = append(merged, c.value(child, depth+1))
			continue
		}
		if !c.keyName(key) {
			if name := braced(key, child); name != "" {
				c.unquoted(v, n, name)
				return
			}
			c.list.Add(c.pos(key), 1, "write a name", "a key must be text")
			continue
		}
		e := entry{name: key.Value, pos: c.pos(key)}
		if e.value = c.below(e.name, child, depth+1); c.stop {
			return
		}
		if line, twice := first[e.name]; twice {
			c.list.Add(e.pos, utf8.RuneCountInString(e.name), fmt.Sprintf("it is on line %d already: keep one", line), "key %q is given twice", e.name)
			continue
		}
		first[e.name] = key.Line
		v.keys = append(v.keys, e)
		v.grow(e.value)
	}
	for _, m := range merged {
		if c.stop {
			return
		}
		c.merge(v, m)
	}
}

// below converts what a key holds. Profiles lie above all files.
func (c *converter) below(name string, child *yaml.Node, depth int) *value {
	if depth == 2 && name == "profiles" {
		defer func(layer int) { c.layer = layer }(c.layer)
		c.layer = profileLayer
	}
	return c.value(child, depth)
}

// keyName tells whether a key is text.
func (c *converter) keyName(key *yaml.Node) bool {
	if key.Kind == yaml.AliasNode && key.Alias != nil && key.Alias.Kind == yaml.ScalarNode {
		key.Value = key.Alias.Value
		return true
	}
	return key.Kind == yaml.ScalarNode
}

// braced is the name in {{name}}, which without quotes is a mapping that has a mapping as its key; "" if it is none.
func braced(key, child *yaml.Node) string {
	if key.Kind == yaml.MappingNode && len(key.Content) == 2 && key.Content[0].Kind == yaml.ScalarNode && child.Tag == "!!null" {
		return key.Content[0].Value
	}
	return ""
}

// unquoted reports {{name}} without quotes, and takes it as it was meant.
func (c *converter) unquoted(v *value, n *yaml.Node, name string) {
	v.kind, v.text, v.style = isText, "{{"+name+"}}", yaml.DoubleQuotedStyle
	v.data, v.width, v.keys = v.text, len(v.text), nil
	c.list.Add(c.pos(n), v.width, fmt.Sprintf("write %q in quotes", v.text), "%s without quotes is a mapping in YAML", v.text)
}

// merge adds the keys that a merge key brings and the mapping does not have; of several mappings the first one wins.
func (c *converter) merge(v *value, from *value) {
	for _, m := range from.items() {
		if m.kind != isMap {
			c.list.Add(m.pos, m.width, "give it an alias such as *base", "<< takes a mapping or a list of mappings, not %s", m.describe())
			continue
		}
		have := make(map[string]bool, len(v.keys))
		for _, e := range v.keys {
			have[e.name] = true
		}
		if c.bound(v, len(m.keys), 0, 1); c.stop {
			return
		}
		for _, e := range m.keys {
			if !have[e.name] {
				v.keys = append(v.keys, e)
				v.grow(e.value)
			}
		}
	}
}

func (c *converter) tagged(v *value, n *yaml.Node, fine ...string) bool {
	if n.Style&yaml.TaggedStyle == 0 {
		return true
	}
	for _, tag := range fine {
		if n.Tag == tag {
			return true
		}
	}
	c.list.Add(v.pos, len(n.Tag), "leave the tag out", "tag %s is not known here", n.Tag)
	return false
}

func (c *converter) scalar(v *value, n *yaml.Node) {
	v.text, v.data, v.kind = n.Value, n.Value, isText
	if v.width = utf8.RuneCountInString(n.Value); n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
		v.width += 2
	}
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 || strings.ContainsRune(n.Value, '\n') {
		v.width = 1
	}
	if !c.tagged(v, n, "!!str", "!!int", "!!float", "!!bool", "!!null", "!!binary") {
		return
	}
	var err error
	if n.Tag == "!!binary" { // any bytes, such as a path that is no UTF-8
		err = n.Decode(&v.text)
		v.data = v.text
	}
	switch n.Tag {
	case "!!null":
		v.kind, v.data = isNull, nil
	case "!!bool":
		var b bool
		err, v.kind = n.Decode(&b), isBool
		v.data = b
	case "!!int":
		c.integer(v, n)
	case "!!float":
		var f float64
		err, v.kind = n.Decode(&f), isFloat
		v.data = f
		if n.Style&yaml.TaggedStyle == 0 && !strings.ContainsAny(n.Value, ".eE") {
			c.list.Add(v.pos, v.width, "write a number below 2^63", "%s is too large", shorten(n.Value))
		}
	}
	if err != nil {
		c.list.Add(v.pos, v.width, "leave the tag out", "%q cannot be read as %s", shorten(n.Value), n.Tag)
	}
}

// integer refuses 010: it is 8 to YAML 1.1, 10 to YAML 1.2, and one of the two to whoever reads it.
func (c *converter) integer(v *value, n *yaml.Node) {
	var i int
	v.kind, v.data = isInt, 0
	if err := n.Decode(&i); err != nil {
		if n.Style&yaml.TaggedStyle != 0 {
			c.list.Add(v.pos, v.width, "leave the tag out", "%q cannot be read as %s", shorten(n.Value), n.Tag)
			return
		}
		c.list.Add(v.pos, v.width, "write a number below 2^63", "%s is too large", shorten(n.Value))
		return
	}
	v.data = i
	digits := strings.TrimLeft(n.Value, "+-")
	if i == 0 && digits != n.Value {
		c.list.Add(v.pos, v.width, fmt.Sprintf("write %q in quotes if it is text, or 0", n.Value), "%s is the number 0 in YAML", n.Value)
	}
	if len(digits) > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9' {
		c.list.Add(v.pos, v.width, fmt.Sprintf("write %d, or quote it if it is text", i), "%s is the number %d in YAML", n.Value, i)
	}
}
