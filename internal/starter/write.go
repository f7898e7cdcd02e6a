package starter

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// page is a YAML text that grows line by line.
type page struct {
	strings.Builder
	said map[string]bool
}

func (p *page) line(format string, args ...any) { fmt.Fprintf(p, format+"\n", args...) }

// once is a comment, the first time that it is made.
func (p *page) once(before, text, after string) string {
	if p.said[text] {
		return ""
	}
	p.said[text] = true
	return before + remark(text) + after
}

func (c *conversion) text() string {
	p := &page{said: map[string]bool{}}
	p.line("# Made of this call of hyperfine:")
	for _, l := range strings.Split(c.call.source, "\n") {
		p.line("%s", remark("  "+l))
	}
	p.line("# hyperfine measures one command after the other. Here every cell is run once a block, in a new random order each time,")
	p.line("# so that what slows the machine down for a while does not hit one command only.")
	if len(c.notes) > 0 {
		p.line("#\n# Not the same as there:")
		for _, n := range c.notes {
			p.line("%s", remark("- "+n))
		}
	}
	p.line("version: 1\nname: %s\n\nworkloads:", scalar(c.name))
	for i := range c.works {
		c.work(p, &c.works[i])
	}
	c.matrix(p)
	c.baseline(p)
	p.line("repeats: {min: %d, warmup: %d}%s", c.min, c.warm, fewBlocks(c.min))
	p.line("timeout: 60s   # of one trial; hyperfine has none")
	c.assert(p)
	return p.String()
}

func fewBlocks(n int) string {
	if n < 5 {
		return "   # a check on times needs five blocks"
	}
	return ""
}

func (c *conversion) work(p *page, w *work) {
	p.line("  %s:", scalar(w.name))
	for _, r := range w.remarks {
		p.WriteString(p.once("    ", r, "\n"))
	}
	if w.run.argv != nil {
		p.line("    command: %s", list(w.run.argv))
	} else {
		p.line("    shell: %s", block(w.run.text, "      "))
	}
	if !c.here() {
		p.line("    dir: %s%s", scalar(c.dir), p.once("   ", "the directory that hyperfine would be run in", ""))
	}
	if c.stdin != "" {
		p.line("    stdin: %s", scalar(c.stdin))
	}
	if len(c.env) > 0 {
		p.line("    env:")
		for _, e := range c.env {
			name, value, _ := strings.Cut(e.text, "=")
			p.line("      %s: %s", scalar(name), scalar(value))
		}
	}
	switch {
	case c.anyExit():
		p.line("    exit: any")
	case c.exit != nil:
		p.line("    exit: [%s]", strings.Join(c.exit, ", "))
	}
	w.prepare.write(p, "prepare")
	w.cleanup.write(p, "cleanup")
	if c.compared() {
		p.line("    verify: %s%s", c.proof(), p.once("   ", "any output will do; same-output wants that of the baseline", ""))
	}
}

func (s step) write(p *page, key string) {
	const often = "once, or for each cell if it names a level"
	switch {
	case s.empty():
	case s.each == "" && s.argv != nil:
		p.line("    %s: %s%s", key, list(s.argv), p.once("   ", often, ""))
	case s.each == "":
		p.line("%s    %s: %s", p.once("    ", often, "\n"), key, block(s.text, "      "))
	case s.argv != nil:
		p.line("    %s:\n      each: %s\n      command: %s", key, s.each, list(s.argv))
	default:
		p.line("    %s:\n      each: %s\n      shell: %s", key, s.each, block(s.text, "        "))
	}
}

// proof is what must be true of a trial where cells are compared: hyperfine asks for the exit status only.
func (c *conversion) proof() string {
	switch {
	case c.anyExit():
		return "exit >= 0"
	case c.exit != nil:
		return "exit in [" + strings.Join(c.exit, ", ") + "]"
	}
	return "exit == 0"
}

func (c *conversion) anyExit() bool { return len(c.exit) == 1 && c.exit[0] == anyStatus }

func (c *conversion) matrix(p *page) {
	if len(c.params) == 0 {
		p.line("")
		return
	}
	p.line("\nmatrix:")
	for _, a := range c.params {
		levels := "[" + strings.Join(a.levels, ", ") + "]"
		if a.ranged != "" {
			levels = a.ranged
		}
		if a.name != a.given {
			levels += "   " + remark(a.given+" there")
		}
		p.line("  %s: %s", scalar(a.name), levels)
	}
	p.line("")
}

// compared: there is more than one cell.
func (c *conversion) compared() bool { return len(c.works) > 1 || c.benchmarks() > 1 }

// baseline is the reference or the first command, or the first level of each parameter if there is one command.
func (c *conversion) baseline(p *page) {
	switch {
	case !c.compared():
	case len(c.works) > 1:
		p.line("baseline: {workload: %s}", scalar(c.works[0].name))
	default:
		var first []string
		for _, a := range c.params {
			first = append(first, scalar(a.name)+": "+a.first())
		}
		p.line("baseline: {%s}", strings.Join(first, ", "))
	}
}

// first is the first level as a selector has it.
func (p *param) first() string { return unlabelled(p.levels[0]) }

func unlabelled(level string) string {
	if label, is := strings.CutPrefix(level, "{label: "); is {
		return strings.TrimSuffix(label, "}")
	}
	return level
}

// assert shows what a claim would look like; hyperfine makes none.
func (c *conversion) assert(p *page) {
	p.line("\n# What should be true of it; the exit code of `runner run` says whether it is. For example:\n# assert:")
	switch {
	case len(c.works) > 1:
		p.line("%s", remark("  - speedup(workload="+strconv.Quote(c.works[1].name)+") > 1.0"))
	case c.compared():
		i := slices.IndexFunc(c.params, func(p param) bool { return len(p.levels) > 1 })
		p.line("%s", remark("  - speedup("+c.params[i].name+"="+argument(c.params[i].levels[1])+") > 1.0"))
	default:
		p.line("#   - time() < 500*ms")
	}
}

// argument writes a level as expressions have it: a text in quotes.
func argument(level string) string {
	level = unlabelled(level)
	if level == "true" || level == "false" || strings.Trim(level, "-.0123456789") == "" || strings.HasPrefix(level, `"`) {
		return level
	}
	return strconv.Quote(strings.Trim(level, "'"))
}
