package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
)

// middle is the median of each, with the lowest and the highest.
func middle(rounds [][]count) []count {
	list := slices.Clone(rounds[0])
	for i := range list {
		var values []float64
		for _, r := range rounds {
			values = append(values, r[i].value)
		}
		slices.Sort(values)
		list[i].value, list[i].low, list[i].high = values[len(values)/2], values[0], values[len(values)-1]
	}
	return list
}

// renewed are the budgets with what was counted now, where that is past its margin on either side. What could not be counted
// stays, too.
func renewed(budgets []budget, counts []count) []budget {
	list := slices.Clone(budgets)
	for _, c := range counts {
		i := slices.IndexFunc(list, func(b budget) bool { return b.name == c.name })
		if i < 0 {
			i = len(list)
			list = append(list, budget{name: c.name, unit: "count", factor: margin, why: "say why it may cost this, and how far counts of it are apart"})
		}
		if b := list[i]; c.skipped == "" && (c.value > b.value*b.factor || c.value < b.value/b.factor) {
			list[i].value = c.value
		}
	}
	return list
}

// writeBudgets replaces the lines of the file, and leaves its comments at the head.
func writeBudgets(file string, list []budget) error {
	old, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var text strings.Builder
	for line := range strings.Lines(string(old)) {
		if strings.HasPrefix(line, "#") {
			text.WriteString(line)
		}
	}
	slices.SortStableFunc(list, func(a, b budget) int { return cmp.Compare(order(a), order(b)) })
	before := -1
	for _, b := range list {
		if order(b) != before {
			text.WriteString("\n")
		}
		before = order(b)
		fmt.Fprintf(&text, "%-60s | %-5s | %9s | %5.3g | %s\n", b.name, b.unit, figure(b.value), b.factor, b.why)
	}
	return os.WriteFile(file, []byte(text.String()), 0o644)
}

// order is the place of the part that a budget belongs to.
func order(b budget) int {
	return slices.IndexFunc(parts, func(p part) bool { return strings.HasPrefix(b.name, p.name+".") })
}
