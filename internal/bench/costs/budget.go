package main

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

// count is one figure of this run.
type count struct {
	name    string // part.what
	value   float64
	skipped string // why there is none, such as a program that is missing
	low     float64
	high    float64 // of several rounds; both 0 for one
}

// budget is one line of the file: how much of what is fine.
type budget struct {
	name   string
	unit   string
	value  float64
	factor float64 // a count above value × factor fails
	why    string
}

const (
	renew   = "CGO_ENABLED=0 go run ./internal/bench/costs -update"
	columns = 5
	margin  = 1.25 // of a count that is new
)

// readBudgets reads lines of five columns between bars: name, unit, budget, factor, why. Lines that begin with # and empty
// ones say nothing.
func readBudgets(file string) (list []budget, err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	n := 0
	for lines := bufio.NewScanner(f); lines.Scan(); {
		n++
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		cells := strings.SplitN(line, "|", columns)
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if len(cells) < columns {
			return nil, fmt.Errorf("%s:%d: %d columns: give name | unit | budget | factor | why", file, n, len(cells))
		}
		b := budget{name: cells[0], unit: cells[1], why: cells[4]}
		var err1, err2 error
		b.value, err1 = strconv.ParseFloat(cells[2], 64)
		b.factor, err2 = strconv.ParseFloat(cells[3], 64)
		if err1 != nil || err2 != nil || b.value < 0 || b.factor < 1 {
			return nil, fmt.Errorf("%s:%d: %s × %s: give a budget from 0 and a factor from 1", file, n, cells[2], cells[3])
		}
		list = append(list, b)
	}
	return list, nil
}

// judge sets the counts beside their budgets, and says what to do about those that do not fit. A count without a budget,
// or a budget that nobody counts, fails too.
func judge(budgets []budget, counts []count) (text string, ok bool) {
	var rows, notes []string
	ok = true
	fail := func(format string, args ...any) {
		ok = false
		notes = append(notes, "FAIL "+fmt.Sprintf(format, args...))
	}
	seen := map[string]bool{}
	for _, c := range counts {
		seen[c.name] = true
		value := figure(c.value)
		if c.skipped != "" {
			value = "–"
		}
		i := slices.IndexFunc(budgets, func(b budget) bool { return b.name == c.name })
		if i < 0 {
			fail("%s: %s, and no budget: set one with %s", c.name, value, renew)
			rows = append(rows, row(c.name, value, "none", "", "NO", c.apart()))
			continue
		}
		b := budgets[i]
		word := "yes"
		switch {
		case c.skipped != "":
			word = "skipped: " + c.skipped
		case c.value == 0 && b.value > 0:
			word = "NO"
			fail("%s: nothing was counted, and the budget is %s: what is counted does not happen any more, or is not seen", c.name, figure(b.value))
		case c.value > b.value*b.factor:
			word = "NO"
			fail("%s: %s %s, %.0f %% above the budget of %s, allowed are %.0f %% (%s)\n     make it cheaper, or renew the budget and say why in the commit: %s",
				c.name, value, b.unit, 100*(c.value/b.value-1), figure(b.value), 100*(b.factor-1), b.why, renew)
		case c.value < b.value/b.factor:
			word = "yes, and well below"
			notes = append(notes, fmt.Sprintf("note %s: %s %s, well below the budget of %s: tighten it with %s", c.name, value, b.unit, figure(b.value), renew))
		}
		rows = append(rows, row(c.name+" ("+b.unit+")", value, figure(b.value), fmt.Sprintf("× %.3g", b.factor), word, c.apart()))
	}
	for _, b := range budgets {
		if !seen[b.name] {
			fail("%s has a budget and is not counted: take the line out", b.name)
		}
	}
	return row("what", "count", "budget", "margin", "ok", "") + strings.Join(rows, "") + strings.Join(append(notes, ""), "\n"), ok
}

func row(what, value, budget, margin, ok, apart string) string {
	return strings.TrimRight(fmt.Sprintf("%-66s | %9s | %9s | %7s | %s %s", what, value, budget, margin, ok, apart), " ") + "\n"
}

// apart is how far the counts of several rounds are from one another.
func (c count) apart() string {
	if c.high == 0 {
		return ""
	}
	return fmt.Sprintf("(%s … %s, %.2f)", figure(c.low), figure(c.high), c.high/max(c.low, 1e-9))
}

// figure has three digits or more.
func figure(v float64) string {
	switch {
	case v >= 100:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v == float64(int64(v)):
		return strconv.FormatInt(int64(v), 10)
	}
	return strconv.FormatFloat(v, 'f', 3, 64)
}
