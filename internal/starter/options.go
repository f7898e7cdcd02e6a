package starter

import "strings"

// option is one of hyperfine's, as its help of version 1.20 has them.
type option struct {
	long   string
	short  byte
	values int    // how many follow; -1: one, and only if it is attached with =
	many   bool   // it may be given several times
	dashes bool   // a value may begin with -
	note   string // it has no counterpart: what to do instead
}

const exported = "runner keeps every trial: `runner report last` prints them, --format json all of them"

var options = []option{
	{long: "warmup", short: 'w', values: 1},
	{long: "min-runs", short: 'm', values: 1},
	{long: "max-runs", short: 'M', values: 1, note: "runner measures as many blocks as repeats says"},
	{long: "runs", short: 'r', values: 1},
	{long: "setup", short: 's', values: 1},
	{long: "reference", values: 1},
	{long: "reference-name", values: 1},
	{long: "prepare", short: 'p', values: 1, many: true},
	{long: "conclude", short: 'C', values: 1, many: true},
	{long: "cleanup", short: 'c', values: 1},
	{long: "parameter-scan", short: 'P', values: 3, dashes: true},
	{long: "parameter-step-size", short: 'D', values: 1},
	{long: "parameter-list", short: 'L', values: 2, many: true, dashes: true},
	{long: "shell", short: 'S', values: 1, many: true},
	{long: "no-shell", short: 'N'}, // the long form is no option of hyperfine
	{long: "ignore-failure", short: 'i', values: -1},
	{long: "style", values: 1, note: "`runner run -q` prints the verdict only"},
	{long: "sort", values: 1, note: "reports keep the order of the matrix"},
	{long: "time-unit", short: 'u', values: 1, note: "reports choose the unit by the value"},
	{long: "export-asciidoc", values: 1, note: exported},
	{long: "export-csv", values: 1, note: exported},
	{long: "export-json", values: 1, note: exported},
	{long: "export-markdown", values: 1, note: exported},
	{long: "export-orgmode", values: 1, note: exported},
	{long: "show-output", note: "what a command prints is not shown"},
	{long: "output", values: 1, many: true, note: "redirect it in the command itself, such as: shell: COMMAND > FILE"},
	{long: "input", values: 1},
	{long: "command-name", short: 'n', values: 1, many: true},
	{long: "min-benchmarking-time", values: 1, note: "repeats: {budget: 5m} is the opposite, a limit of a run"},
	{long: "debug-mode"},
	{long: "version", short: 'V'},
	{long: "help", short: 'h'},
}

// given is an option as it was written, with its values.
type given struct {
	*option
	word
	values []word
}

// arguments is a command line that was taken apart.
type arguments struct {
	options  []given
	commands []word
}

func (a *arguments) all(long string) (found []given) {
	for _, g := range a.options {
		if g.long == long {
			found = append(found, g)
		}
	}
	return found
}

// last is the value of an option, the last one if it was given several times.
func (a *arguments) last(long string) (word, bool) {
	all := a.all(long)
	if len(all) == 0 {
		return word{}, false
	}
	g := all[len(all)-1]
	if len(g.values) == 0 {
		return word{Place: g.Place}, true
	}
	return g.values[0], true
}

// takeApart reads the words behind `hyperfine`.
func takeApart(words []word) (*arguments, *Problem) {
	a := &arguments{}
	for len(words) > 0 {
		w := words[0]
		words = words[1:]
		var problem *Problem
		switch {
		case w.text == "--":
			a.commands = append(a.commands, words...)
			words = nil
		case strings.HasPrefix(w.text, "--"):
			words, problem = a.long(w, words)
		case len(w.text) > 1 && w.text[0] == '-':
			words, problem = a.short(w, words)
		case strings.TrimSpace(w.text) == "":
			problem = w.problem("write a command, or take the word out", "an empty command cannot be run")
		default:
			a.commands = append(a.commands, w)
		}
		if problem != nil {
			return nil, problem
		}
	}
	return a, a.conflict()
}

func (a *arguments) long(w word, rest []word) ([]word, *Problem) {
	name, value, attached := strings.Cut(w.text[2:], "=")
	for i := range options {
		if o := &options[i]; o.long == name && name != "no-shell" {
			return a.add(o, w, value, attached, rest)
		}
	}
	return nil, unknown(w, "--"+name)
}

// short reads -w3, -w=3, -w 3 and several in one word, as in -Ni.
func (a *arguments) short(w word, rest []word) ([]word, *Problem) {
next:
	for at := 1; at < len(w.text); at++ {
		for i := range options {
			o := &options[i]
			if o.short == 0 || o.short != w.text[at] {
				continue
			}
			after := w.text[at+1:]
			value, equals := strings.CutPrefix(after, "=")
			if o.values == 0 && equals {
				return nil, w.problem("take the value out", "-%c takes no value", o.short)
			}
			if o.values > 0 || equals {
				return a.add(o, w, value, after != "", rest)
			}
			if _, problem := a.add(o, w, "", false, nil); problem != nil {
				return nil, problem
			}
			continue next
		}
		return nil, unknown(w, "-"+string([]rune(w.text[at:])[0]))
	}
	return rest, nil
}

func unknown(w word, name string) *Problem {
	p := w.problem("`hyperfine --help` lists them; a command that begins with - stands behind --", "hyperfine has no option %s", shorten(name))
	if p.Word = name; strings.HasPrefix(name, "--") {
		for _, o := range options {
			if o.long != "no-shell" {
				p.Among = append(p.Among, "--"+o.long)
			}
		}
	}
	return p
}

// add notes an option; value is what was attached to it.
func (a *arguments) add(o *option, w word, value string, attached bool, rest []word) ([]word, *Problem) {
	g := given{option: o, word: w}
	if attached {
		if o.values == 0 {
			return nil, w.problem("take the value out", "--%s takes no value", o.long)
		}
		g.values = []word{{value, w.Place}}
	}
	for len(g.values) < o.values {
		if len(rest) == 0 || !o.dashes && len(rest[0].text) > 1 && rest[0].text[0] == '-' {
			return nil, w.problem("", "%s wants %s, and there %s", shorten(w.text), many(o.values, "value"), few(len(g.values)))
		}
		g.values, rest = append(g.values, rest[0]), rest[1:]
	}
	if !o.many && len(a.all(o.long)) > 0 {
		return nil, w.problem("take one out", "%s is given twice", o.name())
	}
	a.options = append(a.options, g)
	return rest, nil
}

func (o *option) name() string {
	if o.long == "no-shell" {
		return "-N"
	}
	return "--" + o.long
}

// conflict: hyperfine refuses these pairs.
func (a *arguments) conflict() *Problem {
	for _, pair := range [][2]string{{"runs", "min-runs"}, {"runs", "max-runs"}, {"parameter-scan", "parameter-list"}, {"no-shell", "shell"},
		{"parameter-step-size", "parameter-list"}} {
		one, other := a.all(pair[0]), a.all(pair[1])
		if len(one) > 0 && len(other) > 0 {
			return other[0].problem("take one out", "%s and %s exclude each other", one[0].name(), other[0].name())
		}
	}
	if step := a.all("parameter-step-size"); len(step) > 0 && len(a.all("parameter-scan")) == 0 {
		return step[0].problem("add -P VAR MIN MAX", "--parameter-step-size needs --parameter-scan")
	}
	if name := a.all("reference-name"); len(name) > 0 && len(a.all("reference")) == 0 {
		return name[0].problem("add --reference COMMAND", "--reference-name needs --reference")
	}
	return nil
}
