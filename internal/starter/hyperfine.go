package starter

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Hyperfine is a request to turn a call of hyperfine into a spec.
type Hyperfine struct {
	Text string // shell text with the call in it
	Nth  int    // which call, from 1; 0: the only one
	Name string // of the experiment
	Dir  string // the current directory as seen from that of the spec; "" or "." if it is the same
}

// Spec writes what hyperfine was asked for. The error is a *Problem: then there is no text.
func (h Hyperfine) Spec() (Spec, error) {
	c := &conversion{dir: h.Dir, name: h.Name}
	if problem := c.read(strings.ReplaceAll(h.Text, "\r\n", "\n"), h.Nth); problem != nil {
		return Spec{}, problem
	}
	return Spec{c.text(), c.notes}, nil
}

// conversion is a spec in the making.
type conversion struct {
	name, dir string
	call      invocation
	args      *arguments
	params    []param
	works     []work
	shell     []string // the program that reads commands; nil: the spec's own shell
	none      bool     // no shell
	min, warm int
	exit      []string
	stdin     string
	env       []word
	reference bool // the first work is what the others are compared with because --reference says so
	notes     []string
}

// work is a workload: what runs, and what comes before and after.
type work struct {
	name             string
	run              body
	prepare, cleanup step
	remarks          []string
}

// body is a program with its arguments, or a shell text.
type body struct {
	argv []string
	text string
}

// step is what is done around trials; each is "" for the default.
type step struct {
	body
	each string
}

func (s step) empty() bool { return s.argv == nil && s.text == "" }

// note says once what could not be carried over.
func (c *conversion) note(format string, args ...any) {
	text := strings.TrimPrefix(remark(fmt.Sprintf(format, args...)), "# ")
	if !slices.Contains(c.notes, text) {
		c.notes = append(c.notes, text)
	}
}

func (c *conversion) read(text string, nth int) (problem *Problem) {
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return &Problem{Message: "this is no text: it has bytes that are no characters"}
	}
	if strings.Contains(c.dir, "{{") {
		return &Problem{Message: "the path from the spec to this directory has {{ in it", Hint: "write the spec into this directory"}
	}
	if c.call, problem = pick(text, nth); problem != nil {
		return problem
	}
	if c.args, problem = takeApart(c.call.words); problem != nil {
		return problem
	}
	for _, name := range []string{"help", "version", "debug-mode"} {
		if g := c.args.all(name); len(g) > 0 {
			return g[0].problem("give it a command to measure", "with %s hyperfine measures nothing", g[0].text)
		}
	}
	if len(c.args.commands) == 0 {
		return c.call.problem("such as: hyperfine 'grep -R TODO .'", "there is no command to measure in it")
	}
	for _, step := range []func() *Problem{c.readEnv, c.readShell, c.readParams, c.readRepeats, c.readExit, c.readInput, c.readWorks, c.readSteps} {
		if problem := step(); problem != nil {
			return problem
		}
	}
	c.readRest()
	return nil
}

func (c *conversion) readEnv() *Problem {
	for _, w := range c.call.env {
		if name, _, _ := strings.Cut(w.text, "="); len(name) > mostName {
			return w.problem("use a shorter one", "the name %s is too long", shorten(name))
		}
		if strings.Contains(w.text, "{{") {
			return doubleBrace(w)
		}
	}
	c.env = c.call.env
	return nil
}

func (c *conversion) readShell() *Problem {
	w, chosen := c.args.last("shell")
	_, off := c.args.last("no-shell")
	switch {
	case off || chosen && w.text == "none":
		c.none = true
	case chosen && w.text != "default" && w.text != "bash":
		if strings.Contains(w.text, "{{") {
			return doubleBrace(w)
		}
		argv, closed := split(w.text)
		if !closed || len(argv) == 0 {
			return w.problem("such as --shell 'bash --norc'", "%q is no shell", shorten(w.text))
		}
		c.shell = append([]string{c.program(argv[0])}, append(argv[1:], "-c")...)
	}
	return nil
}

// program moves a relative path of a program: in a spec it counts from the spec's directory.
func (c *conversion) program(name string) string {
	if c.here() || !strings.Contains(name, "/") || path.IsAbs(name) {
		return name
	}
	return path.Join(c.dir, name)
}

// here: the spec's directory is the one that hyperfine would run in.
func (c *conversion) here() bool { return c.dir == "" || c.dir == "." }

func (c *conversion) readParams() (problem *Problem) {
	c.params, problem = c.args.params()
	for _, p := range c.params {
		if p.name != p.given {
			c.note("the parameter %s is called %s in the spec: the name means something else there, or cannot be one", p.given, p.name)
		}
	}
	return problem
}

func (c *conversion) count(long string, least, otherwise int) (int, *Problem) {
	w, is := c.args.last(long)
	if !is {
		return otherwise, nil
	}
	n, err := strconv.Atoi(w.text)
	if err != nil || n < least || n > 1000000 {
		return 0, w.problem(fmt.Sprintf("write a whole number from %d to 1000000", least), "--%s %s cannot be", long, shorten(w.text))
	}
	return n, nil
}

func (c *conversion) readRepeats() *Problem {
	most, problem := c.count("max-runs", 1, 1000000)
	if problem != nil {
		return problem
	}
	least, problem := c.count("min-runs", 1, min(10, most))
	if problem != nil {
		return problem
	}
	if least > most {
		w, _ := c.args.last("min-runs")
		return w.problem("put the smaller number first", "--min-runs %d is more than --max-runs %d", least, most)
	}
	if c.min, problem = c.count("runs", 1, least); problem != nil {
		return problem
	}
	c.warm, problem = c.count("warmup", 0, 0)
	return problem
}

// anyStatus says that no exit status is a failure.
const anyStatus = "any"

func (c *conversion) readExit() *Problem {
	w, is := c.args.last("ignore-failure")
	switch {
	case !is:
	case w.text == "" || w.text == "all-non-zero":
		c.exit = []string{anyStatus}
	default:
		c.exit = []string{"0"}
		for _, code := range strings.Split(w.text, ",") {
			n, err := strconv.Atoi(strings.TrimSpace(code))
			if err != nil || n < 0 || n > 255 {
				return w.problem("such as --ignore-failure=1,2", "%q is no exit status", shorten(code))
			}
			if n > 0 {
				c.exit = append(c.exit, strconv.Itoa(n))
			}
		}
	}
	return nil
}

func (c *conversion) readInput() *Problem {
	w, is := c.args.last("input")
	if !is || w.text == "null" {
		return nil
	}
	if strings.Contains(w.text, "{{") {
		return doubleBrace(w)
	}
	if c.stdin = w.text; !c.here() && !path.IsAbs(w.text) {
		c.stdin = path.Join(c.dir, w.text)
	}
	return nil
}

// readRest notes what has no counterpart.
func (c *conversion) readRest() {
	for _, g := range c.args.options {
		if g.note != "" {
			c.note("%s is not carried over: %s", g.name(), g.option.note)
		}
	}
	if redirs := c.call.redirs; len(redirs) > 0 {
		c.note("%s is not carried over: it is for what hyperfine itself prints", strings.Join(redirs, " "))
	}
}

// doubleBrace: {{ begins a name in a spec, and there is no other way to write it.
func doubleBrace(w word) *Problem {
	_, after, _ := strings.Cut(w.text, "{{")
	return w.problem("put it into a script, and run that", "%s cannot be carried over: in a spec {{ begins the name of a level", shorten("{{"+after))
}
