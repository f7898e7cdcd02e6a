package spec

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"bench/runner/internal/shell"
)

// commandForm is a command, a shell text or a program as written.
type commandForm struct {
	v      *value
	argv   []field       // of a command or a program
	script field         // of a shell text
	places []shell.Place // of the names in it
	base   string        // the directory that relative paths count from
}

// isCommand tells whether tasks of the workload are started by runner, each a process of its own.
func (w *Workload) isCommand() bool { return w.Kind == "command" || w.Kind == "shell" }

// standalone tells whether no language or built-in is behind it.
func (w *Workload) standalone() bool { return w.isCommand() || w.Kind == "program" }

// commandForm reads a list of arguments or, where it is a text, a shell text. more are names beside those of the matrix.
func (r *reader) commandForm(v *value, more []string) *commandForm {
	c := &commandForm{v: v, base: r.dirOf(v)}
	switch {
	case v.is(isList):
		for _, item := range v.list {
			if item.is(isText | isInt) {
				c.argv = append(c.argv, r.fieldWith(item, more))
			}
		}
	case v.is(isText) && r.readable(v):
		c.script = r.fieldWith(v, more)
		c.places = r.places(c.script)
	}
	return c
}

// readable refuses a shell text that bash would not be given, or that takes too long to read.
func (r *reader) readable(v *value) bool {
	depth, deepest := 0, 0
	for i := range len(v.text) {
		switch v.text[i] {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth = max(0, depth-1)
		}
		deepest = max(deepest, depth)
	}
	switch {
	case len(v.text) > maxArgument:
		r.fail(v, "write it to a file, and run that", "a shell text is longer than %d bytes, the most that Linux takes", maxArgument)
	case deepest > maxBrackets:
		r.fail(v, "write it to a file, and run that", "the brackets of a shell text are nested deeper than %d", maxBrackets)
	default:
		return true
	}
	return false
}

// places checks a shell text, and says how each {{name}} stands in it.
func (r *reader) places(f field) []shell.Place {
	v := f.v
	var spans []shell.Span
	for _, p := range f.parts {
		if p.name != "" {
			from := byteOffset(v.text, p.at)
			spans = append(spans, shell.Span{From: from, To: from + strings.Index(v.text[from:], "}}") + 2})
		}
	}
	places, err := shell.Places(v.text, spans)
	if broken, is := err.(*shell.Error); is {
		at := utf8.RuneCountInString(v.text[:min(broken.Offset, len(v.text))])
		r.list.Add(v.Text().Pos(at), 1, "it is read by bash", "the shell text is broken: %s", broken.Text)
		places = make([]shell.Place, len(spans))
	}
	return places
}

// byteOffset is where the n-th rune of a text begins.
func byteOffset(text string, n int) int {
	for at := range text {
		if n == 0 {
			return at
		}
		n--
	}
	return len(text)
}

// names calls each for the names in it.
func (c *commandForm) names(each func(*value, part)) {
	if c == nil {
		return
	}
	for _, f := range c.argv {
		f.names(each)
	}
	c.script.names(each)
}

// command fills a form in. get has the names of the cell and, where it is a task's, those of the task.
func (w *filling) command(c *commandForm, get lookup) Command {
	out := Command{}
	if c.argv == nil {
		return w.shell(c, get)
	}
	for _, f := range c.argv {
		out.Argv = append(out.Argv, w.text(f, get))
	}
	out.Argv[0] = beside(c.base, out.Argv[0])
	if out.Argv[0] == "" {
		w.fail(c.argv[0].v, "the first argument names the program", "the program has no name")
	}
	return out
}

// beside is a program's path that counts from a directory. A name without a slash is looked for on PATH.
func beside(base, path string) string {
	if !strings.Contains(path, "/") {
		return path
	}
	if path = fileBeside(base, path); !strings.Contains(path, "/") {
		path = "./" + path
	}
	return path
}

// valueVariable begins the names of the variables that hold what is put into a shell text.
const valueVariable = "RUNNER_VALUE_"

// shell makes bash's argv of a text. A number is put in as it is; a text goes into a variable, so that nothing in it is
// ever taken for syntax. -p: neither functions nor options of the shell come from the environment.
func (w *filling) shell(c *commandForm, get lookup) Command {
	var script strings.Builder
	env := map[string]string{}
	n := 0
	for _, p := range c.script.parts {
		if p.name == "" {
			script.WriteString(p.text)
			continue
		}
		v, known := get(p.name)
		text, isText := v.(string)
		switch {
		case !known:
			w.missing(c.script, p.name)
		case !isText:
			w.single(c.script, v)
			script.WriteString(display(v))
		case c.places[n] == shell.Nowhere:
			w.fail(c.v, "numbers can stand anywhere; a text only where the shell would expand a variable", "{{%s}} is the text %q, which cannot stand there", p.name, shorten(text))
		default:
			name := fmt.Sprintf("%s%d", valueVariable, n+1)
			env[name] = w.argument(c.script, text)
			script.WriteString(c.places[n].Variable(name))
		}
		n++
	}
	if c.script.parts == nil {
		script.WriteString(display(c.script.data))
	}
	return Command{Argv: append(slices.Clone(shellArgv), w.argument(c.script, script.String()), "shell"), Env: env}
}

// shellArgv is what stands before a shell text.
var shellArgv = []string{"bash", "--noprofile", "--norc", "-p", "-e", "-o", "pipefail", "-c", "--"}

// Script is the text of a command that is a shell text.
func (c *Command) Script() (text string, is bool) {
	n := len(shellArgv)
	if len(c.Argv) != n+2 || !slices.Equal(c.Argv[:n], shellArgv) {
		return "", false
	}
	return c.Argv[n], true
}

// text is a field as one argument.
func (w *filling) text(f field, get lookup) string {
	v, missing := f.fill(get)
	if missing != "" {
		w.missing(f, missing)
		return ""
	}
	w.single(f, v)
	return w.argument(f, display(v))
}

// single refuses a list where one text is wanted.
func (w *filling) single(f field, v any) {
	if _, isList := v.([]any); isList {
		w.fail(f.v, "a list stands under tasks: one call an element", "a list cannot be put in here")
	}
}

func (w *filling) missing(f field, name string) {
	if name == tooLong {
		w.fail(f.v, "write it to a file", "the text is longer than %d MiB once its names are filled in", maxFilled>>20)
		return
	}
	w.fail(f.v, "exclude the cell, or give the name to all levels", "{{%s}} has no value", name)
}

// argument refuses what no process can be given. Late's marks are not meant.
func (w *filling) argument(f field, text string) string {
	rest := text
	for name := range w.exp.names.late {
		rest = strings.ReplaceAll(rest, Late(name), "")
	}
	switch {
	case strings.Contains(rest, "\x00"):
		w.fail(f.v, "take it out", "an argument cannot hold a zero byte")
	case len(text) > maxArgument:
		w.fail(f.v, "write it to a file", "an argument is longer than %d bytes, the most that Linux takes", maxArgument)
	}
	w.filled(f, text)
	return text
}

// filled bounds what all texts with names in them come to.
func (w *filling) filled(f field, text string) {
	n := 32 // of keeping it
	if f.parts != nil {
		n += len(text) + 32*len(f.parts)
	}
	w.spend(f.v, n)
}

func (w *filling) spend(v *value, n int) {
	if w.bytes += n; w.bytes > maxFilled {
		w.fail(v, "use fewer cells or tasks, or write it to a file", "the texts of all cells are longer than %d MiB together once their names are filled in", maxFilled>>20)
	}
}

// commands makes the command of each task. Tasks that are the same share one.
func (w *filling) commands(form *Workload, tasks []map[string]any) []*Command {
	out := make([]*Command, len(tasks))
	same := form.tasks.kind == once || form.tasks.kind == count
	for i, task := range tasks {
		if i > 0 && same {
			out[i] = out[0]
			continue
		}
		get := func(name string) (any, bool) {
			if v, ok := task[name]; ok {
				return v, true
			}
			return w.get(name)
		}
		if w.bytes > maxFilled {
			return nil
		}
		c := w.command(form.program, get)
		c.Dir, c.Success = w.dir(form), form.exits
		if form.stdin.v != nil {
			c.Stdin = fileBeside(form.stdinBase, w.text(form.stdin, get))
		}
		out[i] = &c
	}
	return out
}

// fileBeside is a path that counts from a directory, with a slash or without.
func fileBeside(base, path string) string {
	if path == "" || filepath.IsAbs(path) || strings.HasPrefix(path, "\x00") {
		return path
	}
	return filepath.Join(base, path)
}

// dir is the working directory: what the spec says, or for what runner starts itself the spec's own.
func (w *filling) dir(form *Workload) string {
	switch {
	case form.dir.v != nil:
		return fileBeside(form.base, w.text(form.dir, w.get))
	case form.standalone():
		return form.base
	}
	return ""
}

// own are the names that a workload's arguments and tasks give.
func (w *Workload) own() []string {
	names := argNames(w.args)
	for _, t := range w.tasks.named() {
		names = append(names, t.names...)
	}
	return slices.Compact(slices.Sorted(slices.Values(names)))
}
