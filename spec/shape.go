package spec

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"bench/runner/internal/diag"
)

// shape is what a value may look like. The check of a file, the JSON Schema and the merging of layers all go by it.
type shape struct {
	what   string                              // what is wanted, in messages: "a duration such as 60s"
	kinds  kind                                // of the value
	valid  func(*value) (hint string, ok bool) // nil: all values of these kinds
	keys   []key                               // of a mapping
	others *shape                              // what any other key of a mapping holds; nil: there are no others
	named  func(name string) (what string)     // what an other key must be called; "" if it is
	item   *shape                              // of a list
	or     *shape                              // another shape that will do
	extra  bool                                // keys that begin with x- are ignored
	whole  bool                                // a mapping that is one value: a later layer replaces it
	schema func(Catalog, map[string]any)       // adds to the JSON Schema of this shape
}

// key is one key of a mapping.
type key struct {
	name     string
	doc      string // one line
	shape    *shape
	required bool
}

// form is the alternative that takes values of this kind, nil if none does.
func (s *shape) form(k kind) *shape {
	for ; s != nil; s = s.or {
		if s.kinds&k != 0 {
			return s
		}
	}
	return nil
}

// wanted names all alternatives.
func (s *shape) wanted() string {
	what := s.what
	for s = s.or; s != nil; s = s.or {
		if s.what != "" {
			what += " or " + s.what
		}
	}
	return what
}

func (s *shape) key(name string) *key {
	for i := range s.keys {
		if s.keys[i].name == name {
			return &s.keys[i]
		}
	}
	return nil
}

func (s *shape) keyNames() []string {
	names := make([]string, len(s.keys))
	for i, k := range s.keys {
		names[i] = k.name
	}
	return names
}

// check reports what does not fit the shape: kinds, unknown keys and names.
func (s *shape) check(v *value, name string, list *diag.List) {
	if len(*list) >= maxProblems {
		return
	}
	f := s.form(v.kind)
	if f == nil {
		list.Add(v.pos, v.width, kindHint(s, v), "%s takes %s, not %s", name, s.wanted(), v.describe())
		return
	}
	if f.valid != nil {
		if hint, ok := f.valid(v); !ok {
			list.Add(v.pos, v.width, hint, "%s takes %s, not %s", name, s.wanted(), v.describe())
			return
		}
	}
	for _, item := range v.list {
		if f.item != nil {
			f.item.check(item, "an entry of "+name, list)
		}
	}
	for _, e := range v.keys {
		f.checkKey(e, name, list)
	}
}

func (s *shape) checkKey(e entry, name string, list *diag.List) {
	if len(*list) >= maxProblems {
		return
	}
	width := utf8.RuneCountInString(e.name)
	if k := s.key(e.name); k != nil {
		k.shape.check(e.value, e.name, list)
		return
	}
	switch {
	case s.extra && strings.HasPrefix(e.name, "x-"):
	case s.keys == nil && s.others == nil: // the parser looks closer
	case s.others == nil:
		list.Add(e.pos, width, unknownHint(e.name, s.keyNames()), "unknown key %q in %s", shorten(e.name), name)
	case s.named != nil && s.named(e.name) != "":
		list.Add(e.pos, width, "choose another name", "%q is not %s", shorten(e.name), s.named(e.name))
	default:
		s.others.check(e.value, e.name, list)
	}
}

func unknownHint(name string, known []string) string {
	if strings.ContainsAny(name, " ()") {
		return "if this is one text, put it in quotes: `: ` makes a mapping of it"
	}
	return suggest(name, known)
}

// suggest is "did you mean", or else what there is.
func suggest(word string, known []string) string {
	if hint := diag.DidYouMean(word, known); hint != "" {
		return hint
	}
	if len(known) == 0 {
		return ""
	}
	if len(known) > 12 {
		return "one of " + strings.Join(known[:12], ", ") + ", …"
	}
	return "one of " + strings.Join(known, ", ")
}

// kindHint: a number where text is meant lacks its quotes.
func kindHint(s *shape, v *value) string {
	asText := s.form(isText)
	switch {
	case v.kind&(isNumber|isBool) != 0 && asText != nil && s.form(isInt) == nil && s.form(isMap) == nil:
		if asText.valid != nil {
			if hint, ok := asText.valid(v); !ok {
				return hint
			}
		}
		return fmt.Sprintf("write %q in quotes", v.text)
	case v.kind == isNull:
		return "give it a value, or take the key out"
	case v.kind == isText && s.form(isList) == argvShape:
		return "write each argument on its own: [" + shorten(strings.Join(strings.Fields(v.text), ", ")) + "]"
	case v.kind == isText && s.form(isList) != nil:
		return "write a list: [" + shorten(v.text) + "]"
	}
	return ""
}

// require reports the keys that are missing from the merged value.
func (s *shape) require(v *value, name string, list *diag.List) {
	f := s.form(v.kind)
	if f == nil {
		return
	}
	for _, k := range f.keys {
		child := v.get(k.name)
		switch {
		case child != nil:
			k.shape.require(child, k.name, list)
		case k.required && !f.misspelt(v, k.name):
			list.Add(v.pos, 1, "add "+k.name+": "+k.doc, "%s has no %s", name, k.name)
		}
	}
	if f.others != nil {
		for _, e := range v.keys {
			if f.key(e.name) == nil {
				f.others.require(e.value, e.name, list)
			}
		}
	}
	if f.item != nil {
		for _, item := range v.list {
			f.item.require(item, "an entry of "+name, list)
		}
	}
}

// misspelt: an unknown key of the mapping, which was reported, is probably the one that is missing.
func (s *shape) misspelt(v *value, name string) bool {
	for i, e := range v.keys {
		if i == maxProblems {
			break
		}
		if s.key(e.name) == nil && (strings.ContainsAny(e.name, " ()") || diag.Closest(e.name, s.keyNames()) == name) {
			return true
		}
	}
	return false
}
