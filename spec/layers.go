package spec

import (
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"runner/internal/diag"
)

// Origin says where an effective value was written.
type Origin struct {
	Pos  diag.Pos // zero for a default
	From string   // "file", "extends", "profile NAME", "command line" or "default"
}

// Layers above those of the files, which count from 0 with the farthest parent first.
const (
	profileLayer = 1000
	commandLayer = 1001
)

// loader lays the files, the profile and the command line over each other.
type loader struct {
	opt     Options
	list    diag.List
	sources []Source
	layers  []*value // of the files, parents first
	chain   []string // the files that are being read, for cycles
	halted  bool     // a file could not be read as a whole
}

// file reads a file and, before it, those that it extends. at is the value that names it, nil for the first.
func (l *loader) file(path string, at *value) {
	if at != nil && slices.Contains(l.chain, filepath.Clean(path)) {
		l.list.Add(at.pos, at.width, "take one extends out", "the files extend each other: %s", strings.Join(append(slices.Clone(l.chain), path), " → "))
		return
	}
	if slices.ContainsFunc(l.sources, func(s Source) bool { return s.Path == path }) {
		return // reached twice, by two parents
	}
	if len(l.sources) == maxFiles {
		l.list.Add(at.pos, at.width, "extend fewer", "more than %d files extend each other", maxFiles)
		return
	}
	src, problems := readSource(path, l.opt.Read)
	if at != nil && len(problems) > 0 && problems[0].Pos.Line == 0 {
		l.list.Add(at.pos, at.width, problems[0].Hint, "%s: %s", path, problems[0].Message)
		l.halted = true
		return
	}
	l.sources = append(l.sources, Source{Path: path, Text: src.text})
	var root *yaml.Node
	if len(problems) == 0 {
		root, problems = src.document()
	}
	l.list = append(l.list, problems...)
	if root == nil {
		l.halted = true
		return
	}
	l.layer(src, root)
}

// layer converts and checks a file's value, and puts it after those of its parents.
func (l *loader) layer(src *source, root *yaml.Node) {
	extends := parentsOf(root)
	l.chain = append(l.chain, filepath.Clean(src.path))
	for _, n := range extends {
		at := &value{pos: src.pos(n.Line, n.Column), width: len(n.Value)}
		l.file(filepath.Join(filepath.Dir(src.path), n.Value), at)
	}
	l.chain = l.chain[:len(l.chain)-1]
	v, whole := convert(src, root, len(l.layers), &l.list)
	l.halted = l.halted || !whole
	top.check(v, "a spec", &l.list)
	l.layers = append(l.layers, v)
}

// parentsOf are the texts under `extends`, before anything else of the file is looked at.
func parentsOf(root *yaml.Node) []*yaml.Node {
	for i := 0; root.Kind == yaml.MappingNode && i+1 < len(root.Content); i += 2 {
		if root.Content[i].Value != "extends" {
			continue
		}
		nodes := []*yaml.Node{root.Content[i+1]}
		if nodes[0].Kind == yaml.SequenceNode {
			nodes = nodes[0].Content
		}
		return slices.DeleteFunc(slices.Clone(nodes), func(n *yaml.Node) bool { return n.Kind != yaml.ScalarNode || n.Tag != "!!str" })
	}
	return nil
}

// merged is what comes of all layers.
func (l *loader) merged() *value {
	var v *value
	for _, layer := range l.layers {
		v = merge(top, v, layer)
	}
	if !v.is(isMap) {
		return v
	}
	if l.opt.Profile != "" {
		v = l.profile(v)
	}
	return l.defines(v)
}

func (l *loader) profile(v *value) *value {
	all := v.get("profiles")
	if p := all.get(l.opt.Profile); p != nil {
		return merge(top, v, p)
	}
	var known []string
	if all != nil {
		for _, e := range all.keys {
			known = append(known, e.name)
		}
	}
	hint := "it has no profiles"
	if len(known) > 0 {
		hint = suggest(l.opt.Profile, known)
	}
	l.list.Add(diag.Pos{File: l.sources[0].Path}, 1, hint, "no profile %q in this spec", l.opt.Profile)
	return v
}

// merge lays b over a: mappings key by key, everything else replaced. Neither is changed.
func merge(s *shape, a, b *value) *value {
	if a == nil || !a.is(isMap) || !b.is(isMap) || s == nil {
		return b
	}
	f := s.form(isMap)
	if f == nil || f.whole {
		return b
	}
	out := *b
	out.keys = slices.Clone(a.keys)
	for _, e := range b.keys {
		i := slices.IndexFunc(out.keys, func(old entry) bool { return old.name == e.name })
		if i < 0 {
			out.keys = append(out.keys, e)
			continue
		}
		switch {
		case f == matrixShape:
			e.value = mergeAxis(out.keys[i].value, e.value)
		case f.key(e.name) != nil:
			e.value = merge(f.key(e.name).shape, out.keys[i].value, e.value)
		case f.others != nil:
			e.value = merge(f.others, out.keys[i].value, e.value)
		}
		out.keys[i] = e
	}
	return &out
}

// mergeAxis replaces the levels. The default stays: it says what history goes by, not what is run.
func mergeAxis(old, above *value) *value {
	levels, def := splitAxis(above)
	oldLevels, oldDefault := splitAxis(old)
	if levels == nil {
		levels = oldLevels
	}
	if def == nil {
		def = oldDefault
	}
	if def == nil || levels == nil {
		return above
	}
	out := *above
	out.kind, out.list, out.text, out.data = isMap, nil, "", nil
	out.keys = []entry{{"levels", levels.pos, levels}, {"default", def.pos, def}}
	return &out
}

// splitAxis takes {levels, default} apart; anything else is levels.
func splitAxis(v *value) (levels, def *value) {
	if v.is(isMap) && v.get("label") == nil && (v.get("levels") != nil || v.get("default") != nil) {
		return v.get("levels"), v.get("default")
	}
	return v, nil
}

// origins tells where each top-level value comes from, and each key of those that are mappings.
func (l *loader) origins(v *value) map[string]Origin {
	out := map[string]Origin{}
	for _, e := range v.keys {
		k := top.key(e.name)
		if k == nil || e.name == "profiles" {
			continue
		}
		f := k.shape.form(e.value.kind)
		if f == nil || f.kinds&isMap == 0 || f.whole || len(e.value.keys) == 0 {
			out[e.name] = l.origin(e.value)
			continue
		}
		for _, child := range e.value.keys {
			out[e.name+"."+child.name] = l.origin(child.value)
		}
	}
	for _, name := range []string{"repeats", "order", "control", "timeout", "pin"} {
		if v.get(name) == nil {
			out[name] = Origin{From: "default"}
		}
	}
	return out
}

func (l *loader) origin(v *value) Origin {
	o := Origin{Pos: v.pos, From: "file"}
	switch {
	case v.layer == commandLayer:
		o.From = "command line"
	case v.layer == profileLayer:
		o.From = "profile " + l.opt.Profile
	case v.pos.File != l.sources[0].Path:
		o.From = "extends"
	}
	return o
}

// defines lays the command line's -D key=value over everything, in the order of their keys.
func (l *loader) defines(v *value) *value {
	keys := make([]string, 0, len(l.opt.Define))
	for k := range l.opt.Define {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		if layer := l.define(v, k, l.opt.Define[k]); layer != nil {
			v = merge(top, v, layer)
		}
	}
	return v
}

// define is one -D as a layer: a dotted path, or an axis whose levels it replaces. nil if it was refused.
func (l *loader) define(v *value, key, text string) *value {
	at := &value{kind: isMap, pos: diag.Pos{File: "-D " + key + "=" + text}, layer: commandLayer, width: 1, depth: 1, size: 1}
	path := strings.Split(key, ".")
	axes := v.get("matrix")
	isAxis := len(path) == 1 && top.key(key) == nil && axes.get(key) != nil
	switch {
	case slices.Contains([]string{"version", "extends", "profiles"}, path[0]):
		l.list.Add(at.pos, 1, "write it in the file", "%s cannot be set from the command line", path[0])
		return nil
	case isAxis:
		path = []string{"matrix", key}
	case top.key(path[0]) == nil:
		known := top.keyNames()
		if axes != nil {
			for _, e := range axes.keys {
				known = append(known, e.name)
			}
		}
		l.list.Add(at.pos, 1, diag.DidYouMean(path[0], known), "no key and no axis is called %q", path[0])
		return nil
	}
	leaf := l.defined(at, text, path[0] == "matrix" && len(path) == 2)
	if leaf == nil {
		return nil
	}
	for i := len(path) - 1; i >= 0; i-- {
		outer := *at
		outer.keys = []entry{{path[i], at.pos, leaf}}
		leaf = &outer
	}
	top.check(leaf, "-D", &l.list)
	return leaf
}

// defined reads the text of a -D as YAML; the levels of an axis may stand without brackets.
func (l *loader) defined(at *value, text string, levels bool) *value {
	if levels {
		text = "[" + text + "]"
	}
	src := newSource(at.pos.File, text)
	docs, err := parseYAML(text)
	if err != nil || len(docs) != 1 || len(docs[0].Content) == 0 {
		l.list.Add(at.pos, 1, "quote it as YAML would have it", "the value cannot be read as YAML")
		return nil
	}
	var problems diag.List
	v, _ := convert(src, docs[0].Content[0], commandLayer, &problems)
	for _, p := range problems {
		l.list.Add(at.pos, 1, p.Hint, "%s", p.Message)
	}
	v.settle(at.pos)
	if levels && len(v.list) == 1 && v.list[0].is(isList|isMap) && (v.list[0].is(isList) || v.list[0].get("levels") != nil) {
		v = v.list[0]
	}
	return v
}

// settle puts a value of the command line, which has no lines, at one position.
func (v *value) settle(p diag.Pos) {
	v.pos, v.src, v.width = p, nil, 1
	for _, item := range v.list {
		item.settle(p)
	}
	for i := range v.keys {
		v.keys[i].pos = p
		v.keys[i].value.settle(p)
	}
}
