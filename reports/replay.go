package reports

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"

	"bench/runner/gates"
	"bench/runner/results"
)

// Replay is a run beside the same spec run again.
type Replay struct {
	Then, Now   results.Run
	Differences []results.Difference
	Within      float64 // 1: by how much a speedup may differ and still be reproduced
	Claims      []gates.ClaimAgain
	Cells       []gates.CellAgain
	Word        string
	Code        int // the exit code that goes with it
}

// repeated in the order in which a reader wants them, with their colours.
var (
	repeated   = []gates.Repeated{gates.NotReproduced, gates.Undecided, gates.Reproduced}
	repeatInks = map[string]ink{string(gates.Reproduced): green, string(gates.NotReproduced): red, string(gates.Undecided): magenta}
)

// Tally counts what became of the claims and the cells.
func (r *Replay) Tally() string {
	claims, cells := map[gates.Repeated]int{}, map[gates.Repeated]int{}
	for i := range r.Claims {
		claims[r.Claims[i].Word]++
	}
	for i := range r.Cells {
		cells[r.Cells[i].Word]++
	}
	return tallyOf("claims", claims) + "; " + tallyOf("cells", cells)
}

func tallyOf(noun string, n map[gates.Repeated]int) string {
	var parts []string
	for _, w := range repeated {
		if n[w] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[w], w))
		}
	}
	if len(parts) == 0 {
		return "no " + noun
	}
	return noun + ": " + strings.Join(parts, ", ")
}

var againColumns = []column{
	{head: "cell", left: true}, {head: "n"}, {head: "speedup then", drop: 3}, {head: "speedup here", drop: 3}, {head: "here / then"}, {head: "95 % interval", drop: 2},
	{head: "result", left: true, inks: repeatInks}, {head: "time then", drop: 1}, {head: "time here", drop: 1},
}

// ReplayText writes a replay for people.
func ReplayText(w io.Writer, r *Replay, style Style) error {
	t := &teller{style: style, width: style.width()}
	t.line(t.style.paint(bold, Visible(r.Now.Experiment)+", run again"))
	t.para("", "  ", "", t.inParts(r.Tally(), r.Code))
	t.pair("then", &r.Then, "here", &r.Now, r.Differences)
	if len(r.Claims) > 0 {
		t.blank()
	}
	for i := range r.Claims {
		t.claimAgain(&r.Claims[i])
	}
	t.sheet(againColumns, againRows(r.Cells), t.width*3/10)
	t.blank()
	t.lines("", reasons(len(r.Cells), func(i int) (string, string) { return Visible(key(r.Cells[i].Cell, len(r.Cells))), r.Cells[i].Reason }))
	if len(r.Cells) > 0 {
		t.para("", "  ", faint, fmt.Sprintf("reproduced: the speedup is the same within %s; times are shown, not judged",
			glue(strconv.FormatFloat(100*r.Within, 'g', 3, 64)+" %")))
	}
	_, err := io.WriteString(w, t.out.String())
	return err
}

const againWidth = len(gates.NotReproduced) + 2

// claimAgain writes what became of a claim, and why it is not known where it is not.
func (t *teller) claimAgain(c *gates.ClaimAgain) {
	word := Visible(string(c.Word))
	first := t.style.paint(repeatInks[string(c.Word)], word) + strings.Repeat(" ", max(2, againWidth-Width(word)))
	indent := strings.Repeat(" ", againWidth)
	t.para(first, indent, "", Visible(oneLine(c.Name))+": "+glue(thenAndHere(c))+observedAgain(c))
	if c.Word == gates.Undecided {
		t.para(indent, indent, "", Visible(oneLine(c.Why)))
	}
}

// thenAndHere are a claim's outcomes then and here.
func thenAndHere(c *gates.ClaimAgain) string {
	then, here := Visible(string(c.Then)), Visible(string(c.Now))
	switch {
	case then == here:
		return then + " then and here"
	case then == "":
		return here + " here, no check then"
	case here == "":
		return then + " then, no check here"
	}
	return then + " then, " + here + " here"
}

// observedAgain is what a claim compares, in both runs.
func observedAgain(c *gates.ClaimAgain) string {
	if !measured(c.Was) || !measured(c.Is) {
		return ""
	}
	return glue(" (" + Quantity(*c.Was, c.Unit) + " and " + Quantity(*c.Is, c.Unit) + ")")
}

func againRows(all []gates.CellAgain) [][]string {
	rows := make([][]string, len(all))
	for i := range all {
		c := &all[i]
		rows[i] = []string{Visible(key(c.Cell, len(all))), blocksOf(c.Ratio), ratioOf(c.Then), ratioOf(c.Now), ratioOf(c.Ratio), ratioInterval(c.Ratio),
			Visible(cmp.Or(string(c.Word), missing)), timeOf(c.TimeThen), timeOf(c.TimeNow)}
	}
	return rows
}

// ReplaySchema is the name and version of the JSON of a replay; schema/replay.schema.json describes it.
const ReplaySchema = "runner-replay/1"

type (
	againJSON struct {
		Cell     string         `json:"cell"`
		Workload string         `json:"workload"`
		Then     *toldJSON      `json:"then,omitempty"`
		Now      *toldJSON      `json:"now,omitempty"`
		Ratio    *toldJSON      `json:"ratio,omitempty"`
		TimeThen *toldJSON      `json:"time_then,omitempty"`
		TimeNow  *toldJSON      `json:"time_now,omitempty"`
		Word     gates.Repeated `json:"word,omitempty"`
		Reason   string         `json:"reason,omitempty"`
	}
	claimJSON struct {
		Name   string         `json:"name"`
		Then   gates.Outcome  `json:"then,omitempty"`
		Now    gates.Outcome  `json:"now,omitempty"`
		Was    *float64       `json:"observed_then,omitempty"`
		Is     *float64       `json:"observed_now,omitempty"`
		Limit  *float64       `json:"limit,omitempty"`
		Word   gates.Repeated `json:"word"`
		Reason string         `json:"reason,omitempty"`
	}
)

// ReplayJSON writes a replay for programs.
func ReplayJSON(w io.Writer, r *Replay) error {
	return writeJSON(w, struct {
		Schema      string      `json:"schema"`
		Word        string      `json:"word"`
		Code        int         `json:"exit_code"`
		Experiment  string      `json:"experiment"`
		Then        string      `json:"then"`
		Now         string      `json:"now"`
		Within      float64     `json:"within"`
		Differences []string    `json:"differences"`
		Claims      []claimJSON `json:"claims"`
		Cells       []againJSON `json:"cells"`
	}{ReplaySchema, r.Word, r.Code, r.Now.Experiment, r.Then.ID, r.Now.ID, r.Within, jsonDifferences(r.Differences),
		each(r.Claims, func(c *gates.ClaimAgain) claimJSON {
			return claimJSON{c.Name, c.Then, c.Now, finite(c.Was), finite(c.Is), finite(c.Limit), c.Word, c.Why}
		}),
		each(r.Cells, func(c *gates.CellAgain) againJSON {
			return againJSON{c.Cell.Key(), c.Workload, jsonTold(c.Then), jsonTold(c.Now), jsonTold(c.Ratio), jsonTold(c.TimeThen), jsonTold(c.TimeNow), c.Word, c.Reason}
		})}, "the replay")
}
