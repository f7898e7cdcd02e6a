package charts

import (
	"fmt"
	"slices"
	"strings"
)

// names sets names into at most so many lines of so many pixels. Those that are too long are cut, at the end or in the
// middle, so that the part in which they differ can be read.
func names(all []string, size, room float64, lines int) [][]string {
	whole := make([]string, len(all))
	out := make([][]string, len(all))
	for i, s := range all {
		whole[i] = strings.Join(strings.Fields(clean(s)), " ")
		out[i] = wrap(whole[i], size, room, lines)
	}
	for range all { // each time, some that looked alike no longer do
		mixed := alike(whole, out)
		if len(mixed) == 0 {
			break
		}
		for _, group := range mixed {
			from := common(whole, group)
			for _, i := range group {
				out[i] = wrap(skip(whole[i], from, size, room/3), size, room, lines)
			}
		}
	}
	for _, group := range alike(whole, out) { // what they differ in is further apart than there is room for
		for _, i := range group {
			out[i] = wrap(fmt.Sprintf("%d: %s", i+1, whole[i]), size, room, lines)
		}
	}
	return out
}

// alike are the groups of names that differ and do not look it.
func alike(whole []string, out [][]string) [][]int {
	var groups [][]int
	at := map[string]int{}
	for i, lines := range out {
		text := strings.Join(lines, "\n")
		k, known := at[text]
		if !known {
			k, at[text] = len(groups), len(groups)
			groups = append(groups, nil)
		}
		groups[k] = append(groups[k], i)
	}
	return slices.DeleteFunc(groups, func(g []int) bool {
		return !slices.ContainsFunc(g, func(i int) bool { return whole[i] != whole[g[0]] })
	})
}

// common is how many bytes all names of a group begin with, in whole characters.
func common(whole []string, group []int) int {
	first := whole[group[0]]
	for at, r := range first {
		if slices.ContainsFunc(group, func(i int) bool { return !strings.HasPrefix(whole[i][min(at, len(whole[i])):], string(r)) }) {
			return at
		}
	}
	return len(first)
}

// skip leaves of the first so many bytes no more than there is room for, and the beginning of the word where they end.
func skip(s string, from int, size, room float64) string {
	if word := strings.LastIndexByte(s[:from], ' ') + 1; wide(s[word:from], size) < 1.5*room {
		from = word
	}
	return clip(s[:from], size, room) + s[from:]
}

// named writes the lines of a name, the middle of them at y; all of it is told when it is pointed at.
func (n *node) named(x, y float64, lines []string, whole string, anchor string) {
	const height = 13
	y += 4 - height*float64(len(lines)-1)/2
	for i, l := range lines {
		t := n.text(x, y+height*float64(i), l).set("text-anchor", anchor)
		if strings.Join(lines, " ") != clean(whole) {
			t.tip = whole
		}
	}
}
