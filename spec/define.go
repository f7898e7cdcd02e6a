package spec

import (
	"slices"
	"strings"

	"bench/runner/internal/diag"
)

// defines lays the command line's -D key=value over everything, in the order of their keys.
func (l *loader) defines(v *value) *value {
	keys := make([]string, 0, len(l.opt.Define))
	for k := range l.opt.Define {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	bytes := 0
	for _, k := range keys {
		if bytes += len(k) + len(l.opt.Define[k]); bytes > maxOptions {
			l.list.Add(diag.Pos{File: "-D " + shorten(k)}, 1, "write it in a file that extends this one", "all -D together are longer than %d KiB", maxOptions>>10)
			return v
		}
		if layer := l.define(v, k, l.opt.Define[k]); layer != nil {
			v = merge(top, v, layer)
		}
	}
	return v
}

// define is one -D as a layer: a dotted path, or an axis whose levels it replaces. nil if it was refused.
func (l *loader) define(v *value, key, text string) *value {
	at := &value{kind: isMap, pos: diag.Pos{File: "-D " + shorten(key) + "=" + shorten(text)}, layer: commandLayer, width: 1, depth: 1, size: 1}
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
	v, _ := convert(src, docs[0].Content[0], commandLayer, &problems, &l.sum)
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
