package reports

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"bench/runner/gates"
	"bench/runner/results"
)

// What all comparisons of two runs tell in the same way.

// wordInks are the colours of what comparisons come to. That nothing can be told apart is what a comparison without a
// condition mostly says: it can be passed over.
var wordInks = map[string]ink{
	"slower": red, "faster": green, "undecided": faint,
	"FAIL": red, "ERROR": red, "INCONCLUSIVE": magenta, "PASS": green,
}

// changeColumns are of a table that tells times, and speedupColumns of one that tells what two machines can be compared by.
var (
	changeColumns = []column{
		{head: "cell", left: true}, {head: "n"}, {head: "time before", drop: 2}, {head: "time after", drop: 2}, {head: "change"}, {head: "95 % interval", drop: 3},
		{head: "result", left: true, inks: wordInks}, {head: "speedup before", drop: 1}, {head: "speedup after", drop: 1},
	}
	speedupColumns = []column{
		{head: "cell", left: true}, {head: "n"}, {head: "speedup before", drop: 2}, {head: "speedup after", drop: 2}, {head: "after / before"}, {head: "95 % interval", drop: 3},
		{head: "time before", drop: 1}, {head: "time after", drop: 1},
	}
)

func changeRows(all []gates.Change) [][]string {
	rows := make([][]string, len(all))
	for i := range all {
		c := &all[i]
		rows[i] = []string{changedCell(c, len(all)), blocksOf(c.Change), timeOf(c.Before), timeOf(c.After), changeOf(c.Change), changeInterval(c.Change),
			cmp.Or(changeWord(c), missing), ratioOf(c.SpeedupA), ratioOf(c.SpeedupB)}
	}
	return rows
}

func speedupRows(all []gates.Change) [][]string {
	rows := make([][]string, len(all))
	for i := range all {
		c := &all[i]
		rows[i] = []string{changedCell(c, len(all)), blocksOf(c.Speedup), ratioOf(c.SpeedupA), ratioOf(c.SpeedupB), ratioOf(c.Speedup), ratioInterval(c.Speedup),
			timeOf(c.Before), timeOf(c.After)}
	}
	return rows
}

func changedCell(c *gates.Change, of int) string { return Visible(key(c.Cell, of)) }

// changeWord is the verdict on a cell where there is one, else in which direction it changed; "" where it cannot be compared.
func changeWord(c *gates.Change) string {
	if l, known := labels[c.Outcome]; known {
		return l.word
	}
	return c.Word()
}

// known tells whether a number is there and can be told.
func known(v *gates.Told) bool { return v != nil && measured(&v.Value) }

func blocksOf(v *gates.Told) string {
	if !known(v) {
		return missing
	}
	return fmt.Sprint(v.N)
}

func timeOf(v *gates.Told) string {
	if v == nil {
		return missing
	}
	return Quantity(v.Value, "s")
}

func ratioOf(v *gates.Told) string {
	if v == nil {
		return missing
	}
	return Ratio(v.Value)
}

func ratioInterval(v *gates.Told) string {
	if !known(v) || finites(v.Interval) == nil {
		return missing
	}
	return interval(*v.Interval, v.Value, "1")
}

func changeOf(v *gates.Told) string {
	if !known(v) {
		return missing
	}
	return glue(change(v.Value, v.Value) + " %")
}

// changeInterval has the decimals of the change that it surrounds.
func changeInterval(v *gates.Told) string {
	if !known(v) || finites(v.Interval) == nil {
		return missing
	}
	return glue(change(v.Interval[0], v.Value) + " … " + change(v.Interval[1], v.Value) + " %")
}

// change is a share of 1 in percent, with its sign, and as many decimals as one of that size needs.
func change(v, size float64) string {
	decimals, sign := 1, "+"
	if size >= 1 || size <= -1 {
		decimals = 0
	}
	if v < 0 {
		v, sign = -v, "−"
	}
	return sign + strconv.FormatFloat(100*v, 'f', decimals, 64)
}

// mostNamed is how many of the cells with the same story are named.
const mostNamed = 6

// reasons are what there is to say of some cells, those with the same reason together.
func reasons(n int, cell func(int) (name, reason string)) (told []string) {
	g := groups{}
	var names [][]string
	var said []string
	for i := range n {
		name, reason := cell(i)
		if reason == "" {
			continue
		}
		at := g.of(reason)
		if at == len(said) {
			said, names = append(said, reason), append(names, nil)
		}
		names[at] = append(names[at], glue(name))
	}
	for i, all := range names {
		more := ""
		if len(all) > mostNamed {
			all, more = all[:mostNamed], fmt.Sprintf(" and %d more", len(all)-mostNamed)
		}
		told = append(told, strings.Join(all, "\u00a0· ")+more+": "+Visible(said[i]))
	}
	return told
}

func changeReasons(all []gates.Change) []string {
	return reasons(len(all), func(i int) (string, string) { return changedCell(&all[i], len(all)), all[i].Reason })
}

// comparedRun is a run in one line.
func comparedRun(r *results.Run) []string {
	facts := []string{"run " + r.ID, r.Started.UTC().Format("2006-01-02 15:04 UTC")}
	if e := r.Environment; e.Commit != "" {
		commit := "commit " + e.Commit[:min(len(e.Commit), 12)]
		if e.Branch != "" {
			commit += " of " + e.Branch
		}
		if e.Dirty {
			commit += ", changed since"
		}
		facts = append(facts, commit)
	}
	for i := range facts {
		facts[i] = glue(Visible(facts[i]))
	}
	return facts
}

// differ are what is not the same in two runs.
func differ(all []results.Difference) (told []string) {
	for _, d := range all {
		told = append(told, Visible(d.String()))
	}
	return told
}

// pair writes the two runs that are compared, and what is not the same in them.
func (t *teller) pair(before string, was *results.Run, after string, is *results.Run, differences []results.Difference) {
	t.para("", "  ", faint, before+": "+strings.Join(comparedRun(was), "\u00a0· "))
	t.para("", "  ", faint, after+": "+strings.Join(comparedRun(is), "\u00a0· "))
	t.lines("differs in ", differ(differences))
}

// lines writes texts, each behind the same words.
func (t *teller) lines(lead string, all []string) {
	for _, s := range all {
		t.para("", "  ", "", lead+s)
	}
}
