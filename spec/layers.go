package spec

import (
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"bench/runner/internal/diag"
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
	full    bool     // and no other needs to be read: a bound of all of them was reached
	sum     tally
	bytes   int // of all files
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
	if l.full {
		return
	}
	if len(l.sources) == maxFiles {
		l.halted, l.full = true, true
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
	if l.bytes += len(src.text); l.bytes > maxAllFiles && at != nil {
		l.list.Add(at.pos, at.width, "extend fewer, or smaller ones", "the files of this spec are larger than %d MiB together", maxAllFiles>>20)
		l.halted, l.full = true, true
		return
	}
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
	v, whole := convert(src, root, len(l.layers), &l.list, &l.sum)
	l.halted, l.full = l.halted || !whole, l.full || !whole
	if whole {
		top.check(v, "a spec", &l.list)
	}
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
	v = l.defines(v)
	for _, e := range v.keys {
		most := maxEntries
		if e.name == "profiles" {
			most = maxProfiles
		}
		if e.value.is(isMap) && len(e.value.keys) > most && e.name != "matrix" {
			l.list.Add(e.pos, utf8.RuneCountInString(e.name), "write several specs", "%s has more than %d entries", e.name, most)
			l.halted = true
		}
	}
	return v
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
