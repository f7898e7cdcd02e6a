package spec

import (
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"
)

// pythonWorkload finds the file and looks for the function in it. The file becomes a source of the experiment, so that a
// stored run has it.
func (r *reader) pythonWorkload(v *value, w *Workload) {
	if !v.is(isText) || !functionPattern.matches(v.text) {
		return
	}
	i := strings.LastIndex(v.text, ":")
	file, function := v.text[:i], v.text[i+1:]
	path := file
	if !filepath.IsAbs(path) {
		path = filepath.Join(r.dirOf(v), file)
	}
	w.File, w.Function = path, function
	text, found := r.pythonSource(v, path)
	if !found {
		return
	}
	name, _, _ := strings.Cut(function, ".")
	if names, open := defined(text); !open && !names[name] {
		at := v.Text().Pos(len([]rune(file)) + 1)
		r.list.Add(at, len(function), suggest(name, sorted(keysOf(names))), "%s defines no %s", file, shorten(name))
	}
}

// pythonSource is the text of a file, read once.
func (r *reader) pythonSource(v *value, path string) (text string, found bool) {
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
	case !utf8.Valid(data):
		r.fail(v, "save the file as UTF-8", "%s is not UTF-8 text", path)
		return "", false
	}
	r.exp.Sources = append(r.exp.Sources, Source{Path: path, Text: string(data)})
	return string(data), true
}

// binding is what gives a name a meaning at the top level of a module.
var binding = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:(?:async\s+)?def\s+(\w+)|class\s+(\w+)|(\w+)\s*(?::[^=]*)?=[^=]|(?:from\s+\S+\s+)?import\s+(.*))`)
})

// opening begins a block at the top level, in which names may be bound too.
var opening = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:if|try|for|while|with|exec|globals|setattr)\b`) })

// defined are the names that a module binds at its top level, as far as can be seen without running it: open says that
// there may be others.
func defined(text string) (names map[string]bool, open bool) {
	names = map[string]bool{}
	for line := range strings.Lines(text) {
		m := binding().FindStringSubmatch(line)
		switch {
		case m == nil:
			open = open || opening().MatchString(line) || strings.Contains(line, "=") && !strings.ContainsAny(line[:1], " \t#)]}")
		case m[4] == "":
			names[m[1]+m[2]+m[3]] = true
			open = open || m[3] != "" && (strings.Count(line, "=") > 1 || strings.Contains(line, ";"))
		case strings.ContainsAny(m[4], "*(\\"):
			open = true
		default:
			for part := range strings.SplitSeq(m[4], ",") {
				words := strings.Fields(part)
				if len(words) > 0 {
					names[words[len(words)-1]] = true
				}
			}
		}
	}
	return names, open
}
