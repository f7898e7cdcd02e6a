package spec

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// languageNames are the languages of the catalog.
func (n *vocabulary) languageNames() (names []string) {
	for _, l := range n.languages {
		names = append(names, l.Name)
	}
	return names
}

// versionShape is what may stand behind a language in `runtimes`.
func (l LanguageInfo) versionShape() *shape {
	form := form{text: l.Versions}
	return &shape{what: fmt.Sprintf("a version in quotes such as %q, or a path", l.Example), kinds: isText, schema: pattern(l.Versions),
		valid: func(v *value) (string, bool) {
			return fmt.Sprintf("write a version such as %q, or a path such as ./bin/%s", l.Example, l.Name), form.matches(v.text)
		},
		or: &shape{kinds: isNumber, valid: bareVersion, schema: func(_ Catalog, s map[string]any) {
			delete(s, "type")
			s["not"] = map[string]any{}
		}}}
}

// bareVersion refuses 3.10: YAML reads a number, and loses the zero.
func bareVersion(v *value) (string, bool) {
	hint := fmt.Sprintf("write %q in quotes", v.text)
	if v.kind == isFloat && strings.HasSuffix(v.text, "0") {
		hint += fmt.Sprintf(", since %s is %s in YAML", v.text, display(v.data))
	}
	return hint, false
}

// functionShape is what stands behind a language in a workload.
var functionShape = &shape{what: "FILE:FUNCTION", kinds: isText, valid: matches(&functionPattern), schema: pattern(functionPattern.text)}

// languages are the keys of a mapping that name one; those that are neither a language nor of its shape it reports.
func (r *reader) languages(v *value, s *shape, what string) (found []entry) {
	for _, e := range v.keys {
		switch {
		case s.key(e.name) != nil:
		case slices.Contains(r.exp.names.languageNames(), e.name):
			found = append(found, e)
		default:
			known := append(r.exp.names.languageNames(), s.keyNames()...)
			r.list.Add(e.pos, utf8.RuneCountInString(e.name), unknownHint(e.name, known), "unknown key %q in %s", shorten(e.name), what)
		}
	}
	return found
}

// function finds the file of a workload in a language and looks for the function in it. The file becomes a source of the
// experiment, so that a stored run has it.
func (r *reader) function(v *value, w *Workload) {
	before := len(*r.list)
	if functionShape.check(v, w.Kind, r.list); len(*r.list) > before {
		return
	}
	i := strings.LastIndex(v.text, ":")
	file, function := v.text[:i], v.text[i+1:]
	path := file
	if !filepath.IsAbs(path) {
		path = filepath.Join(r.dirOf(v), file)
	}
	w.File, w.Function = path, function
	text, found := r.fileSource(v, path)
	if !found {
		return
	}
	name, _, _ := strings.Cut(function, ".")
	at := v.Text().Pos(len([]rune(file)) + 1)
	if w.Kind != "python" {
		if word := regexp.MustCompile(`\b` + regexp.QuoteMeta(name) + `\b`); !word.MatchString(text) {
			r.list.Add(at, len(function), "", "%s does not mention %s", file, shorten(name))
		}
		return
	}
	if names, open := defined(text); !open && !names[name] {
		r.list.Add(at, len(function), suggest(name, sorted(keysOf(names))), "%s defines no %s", file, shorten(name))
	}
}

// fileSource is the text of a file, read once.
func (r *reader) fileSource(v *value, path string) (text string, found bool) {
	for _, s := range r.exp.Sources {
		if s.Path == path {
			return s.Text, true
		}
	}
	read := r.open
	if read == nil {
		read = readFile
	}
	data, err := read(path)
	switch {
	case err != nil:
		problem, hint := unreadable(path, err)
		r.fail(v, hint, "%s: %s", path, problem)
		return "", false
	case len(data) > maxFileSize:
		r.fail(v, "keep the workload apart from its data", "%s is larger than %d MiB", path, maxFileSize>>20)
		return "", false
	case r.sourceBytes()+len(data) > maxAllFiles:
		r.fail(v, "keep the workload apart from its data", "the files of this spec are larger than %d MiB together", maxAllFiles>>20)
		return "", false
	case !utf8.Valid(data):
		r.fail(v, "save the file as UTF-8", "%s is not UTF-8 text", path)
		return "", false
	}
	r.exp.Sources = append(r.exp.Sources, Source{Path: path, Text: string(data)})
	return string(data), true
}

func (r *reader) sourceBytes() (n int) {
	for _, s := range r.exp.Sources {
		n += len(s.Text)
	}
	return n
}

func runtimeSchema(cat Catalog, m map[string]any) {
	languageSchema(cat, m, func(l LanguageInfo) (*shape, string) {
		return l.versionShape(), fmt.Sprintf("%s: a version in quotes such as %q, or a path", l.Name, l.Example)
	})
}

func workloadSchema(cat Catalog, m map[string]any) {
	languageSchema(cat, m, func(l LanguageInfo) (*shape, string) { return functionShape, "FILE:FUNCTION in " + l.Name })
}

func languageSchema(cat Catalog, m map[string]any, of func(LanguageInfo) (*shape, string)) {
	properties := m["properties"].(map[string]any)
	for _, l := range cat.Languages {
		s, doc := of(l)
		p := s.jsonSchema(cat)
		p["description"] = doc
		properties[l.Name] = p
	}
	m["additionalProperties"] = false
}

func exitSchema(_ Catalog, m map[string]any) { m["minimum"], m["maximum"] = 0, 255 }
