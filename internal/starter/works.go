package starter

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// readWorks makes a workload of each command, and of the reference, which comes first.
func (c *conversion) readWorks() *Problem {
	names, problem := c.names()
	if problem != nil {
		return problem
	}
	commands := c.args.commands
	params := make([][]param, len(commands))
	for i := range params {
		params[i] = c.params
	}
	if w, is := c.args.last("reference"); is {
		if strings.TrimSpace(w.text) == "" {
			return w.problem("write a command, or take the option out", "an empty command cannot be run")
		}
		name := ""
		if n, named := c.args.last("reference-name"); named {
			name = n.text
		}
		c.reference = true
		commands = append([]word{w}, commands...)
		names = append([]string{name}, names...)
		params = append([][]param{nil}, params...) // hyperfine puts no parameter into it
	}
	for i, w := range commands {
		work := work{}
		if work.run, problem = c.body(w, params[i], &work); problem != nil {
			return problem
		}
		name := names[i]
		if name == "" {
			name = programOf(w.text)
		}
		work.name = c.unique(name)
		c.works = append(c.works, work)
	}
	return nil
}

// names are those that were given to the commands; "" where there is none.
func (c *conversion) names() ([]string, *Problem) {
	all, n := c.args.all("command-name"), len(c.args.commands)
	names := make([]string, n)
	switch benchmarks := c.benchmarks(); {
	case len(c.params) == 0 && len(all) > n, len(c.params) > 0 && len(all) > 1 && len(all) != benchmarks:
		return nil, all[len(all)-1].problem("give one for each", "there are %d names for %d commands", len(all), benchmarks)
	case len(c.params) > 0 && len(all) > 1:
		c.note("the names of --command-name are not carried over: a cell is called after its levels")
		return names, nil
	}
	for i := range names {
		switch {
		case i < len(all):
			names[i] = c.nameless(all[i].values[0].text)
		case len(all) == 1 && len(c.params) > 0:
			names[i] = names[0]
		}
	}
	return names, nil
}

// benchmarks is how many hyperfine would run, without the reference.
func (c *conversion) benchmarks() int {
	n := len(c.args.commands)
	for _, p := range c.params {
		n *= p.count
	}
	return n
}

// nameless takes the parameters out of a name: a cell's key has their levels.
func (c *conversion) nameless(name string) string {
	for _, p := range c.params {
		name = strings.ReplaceAll(name, "{"+p.given+"}", "")
	}
	return name
}

// programOf is the name of the program that a command begins with.
func programOf(command string) string {
	for _, field := range strings.Fields(command) {
		if !strings.Contains(field, "=") {
			return path.Base(field)
		}
	}
	return ""
}

// unique makes a name that a workload may have, and no other has.
func (c *conversion) unique(text string) string {
	base := identifier(text)
	if base == "" {
		base = "command"
	}
	name := base
	for n := 2; slices.ContainsFunc(c.works, func(w work) bool { return w.name == name }); n++ {
		name = fmt.Sprintf("%s-%d", base, n)
	}
	return name
}

// identifier keeps what a name may have: letters, digits, -, _ and ., beginning with a letter or digit. "" if nothing is
// left.
func identifier(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r < 0x80 && (isLetter(byte(r)) || r >= '0' && r <= '9' || r == '_' || r == '.'):
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() == 60 {
			break
		}
	}
	return strings.Trim(b.String(), "-._")
}

// fill writes {{axis}} for each {VAR}.
func fill(w word, params []param) (string, *Problem) {
	if strings.Contains(w.text, "{{") {
		return "", doubleBrace(w)
	}
	var pairs []string
	for _, p := range params {
		pairs = append(pairs, "{"+p.given+"}", "{{"+p.name+"}}")
	}
	return strings.NewReplacer(pairs...).Replace(w.text), nil
}

// body says how a command of hyperfine is run. to is the workload that remarks on it go to, nil for a step.
func (c *conversion) body(w word, params []param, to *work) (body, *Problem) {
	text, problem := fill(w, params)
	if problem != nil {
		return body{}, problem
	}
	c.warn(w, params)
	if c.shell != nil {
		return body{argv: append(slices.Clone(c.shell), text)}, nil
	}
	if c.none {
		argv, closed := split(text)
		if !closed || len(argv) == 0 {
			return body{}, w.problem("close the quote, or measure it with a shell", "without a shell this is no command: %s", shorten(w.text))
		}
		argv[0] = c.program(argv[0])
		return body{argv: argv}, nil
	}
	if words, is := plain(w.text, params); is && to != nil && !c.movable(words[0], params) {
		to.remarks = append(to.remarks, "no shell: none is needed, and starting one costs about as much as starting a program")
		argv := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' })
		argv[0] = c.program(argv[0])
		return body{argv: argv}, nil
	}
	if to != nil {
		to.remarks = append(to.remarks, "the start of the shell is part of the time; hyperfine subtracts what it usually takes")
	}
	if strings.ContainsAny(text, "|;&\n") {
		text = "set +e +o pipefail # as in sh -c: what fails ends neither the text nor a pipe\n" + text
	}
	return body{text: text}, nil
}

// movable: the program is named by a parameter and may be a path, which would count from another directory.
func (c *conversion) movable(program string, params []param) bool {
	return !c.here() && slices.ContainsFunc(params, func(p param) bool {
		return strings.Contains(program, "{"+p.given+"}") && strings.Contains(strings.Join(p.texts, ""), "/")
	})
}

// warn notes where a spec gives a command something else than hyperfine would.
func (c *conversion) warn(w word, params []param) {
	if strings.Contains(w.text, "HYPERFINE_") {
		c.note("HYPERFINE_ITERATION and the like are not set by runner")
	}
	if c.shell != nil {
		return
	}
	for _, p := range params {
		if !strings.Contains(w.text, "{"+p.given+"}") {
			continue
		}
		for _, value := range p.texts {
			if !oneWord(value) {
				c.note("the value %s of %s is handed over as one word, whatever is in it; hyperfine would have it parsed. Make a workload of each value if that is meant",
					scalar(shorten(value)), p.given)
			}
		}
	}
}
