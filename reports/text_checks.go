package reports

import (
	"fmt"
	"strconv"
	"strings"

	"bench/runner/gates"
)

// labels are the outcomes as the text shows them.
var labels = map[gates.Outcome]struct {
	word string
	ink  ink
}{
	gates.Pass:         {"PASS", green},
	gates.Fail:         {"FAIL", red},
	gates.Inconclusive: {"INCONCLUSIVE", magenta},
	gates.Skipped:      {"SKIPPED", ""},
	gates.Error:        {"ERROR", red},
}

const labelWidth = len("INCONCLUSIVE") + 2

// checks writes the verdicts.
func (t *teller) checks() {
	t.blank()
	beside := 0 // the column of what was seen
	for i := range t.Verdicts {
		v := &t.Verdicts[i]
		w := Width(claim(v))
		if s := seen(v); s != "" && w <= (t.width-labelWidth)/2 && labelWidth+w+gap+Width(s) <= t.width {
			beside = max(beside, labelWidth+w+gap)
		}
	}
	for i := range t.Verdicts {
		t.check(&t.Verdicts[i], beside)
	}
}

// check writes one verdict. What was seen stands beside the check where there is room, else below it.
func (t *teller) check(v *gates.Verdict, beside int) {
	label, known := labels[v.Outcome]
	if !known {
		label.word = strings.ToUpper(Visible(string(v.Outcome)))
	}
	first := t.style.paint(label.ink, label.word) + strings.Repeat(" ", max(2, labelWidth-Width(label.word)))
	indent := strings.Repeat(" ", labelWidth)
	c, s := claim(v), seen(v)
	if beside+Width(s) > t.width || labelWidth+Width(c)+gap > beside {
		beside = labelWidth + Width(c) + gap
	}
	if s != "" && beside+Width(s) <= t.width {
		t.line(first + pad(c, beside-labelWidth) + plainSpaces(s))
	} else {
		t.para(first, indent, "", c)
		t.para(indent, indent, "", s)
	}
	if explained(v) {
		t.para(indent, indent, "", Visible(v.Reason))
	}
	if v.Published != "" {
		t.para(indent, indent, "", "published: "+Visible(v.Published))
	}
	if v.Because != "" {
		t.para(indent, indent, "", "because: "+Visible(v.Because))
	}
	if v.Outcome == gates.Pass {
		return
	}
	if at := place(v); at != "" {
		t.para(indent, indent, "", at)
	}
	if v.Outcome == gates.Fail || v.Outcome == gates.Error {
		t.diagram(v, indent)
	}
}

// explained tells whether a verdict needs its reason: what was observed and the diagram say better why a check failed.
func explained(v *gates.Verdict) bool {
	return v.Outcome != gates.Pass && !(v.Outcome == gates.Fail && measured(v.Observed))
}

func (t *teller) diagram(v *gates.Verdict, indent string) {
	if len(v.Evidence) == 0 {
		return
	}
	t.blank()
	for i, l := range diagram(v.Check, v.Evidence, t.width-labelWidth-2) {
		in := ink("")
		if i > 0 && strings.Trim(l, " │") == "" { // only lines from the check to its values
			in = faint
		}
		t.line(indent + "  " + t.style.paint(in, l))
	}
	t.blank()
}

// claim is the check as a person reads it, on one line: its name, and its expression where the name does not hold it.
func claim(v *gates.Verdict) string {
	name, check := named(v)
	if name != "" {
		return name + ": " + check
	}
	return check
}

// named is a check's name and its expression. The name is "" where it holds the expression, which then stands for both.
func named(v *gates.Verdict) (name, check string) {
	folded, _ := fold(v.Check)
	told, _ := fold(v.Name)
	check, name = strings.TrimSpace(string(folded)), strings.TrimSpace(string(told))
	switch {
	case name == "":
		return "", check
	case strings.Contains(name, check):
		return "", name
	}
	return name, check
}

// seen is what the check came to, with the number of blocks it rests on.
func seen(v *gates.Verdict) string {
	var told []string
	switch {
	case measured(v.Observed):
		value, surrounding := observed(v)
		told = append(told, value)
		if surrounding != "" {
			told = append(told, "interval "+surrounding+lies(v))
		}
	case v.Outcome == gates.Skipped || v.Outcome == gates.Error:
	case v.Support > 0 && v.Support < 1:
		told = append(told, "holds in "+percent(v.Support)+" of the resamples")
	default:
		told = append(told, fmt.Sprint(v.Outcome == gates.Pass))
	}
	text := strings.Join(told, ", ")
	if v.Outcome != gates.Skipped {
		text = strings.TrimSpace(text + " (" + restsOn(v) + ")")
	}
	if v.Level == "warn" && v.Outcome != gates.Pass {
		text = strings.TrimPrefix(text+", only a warning", ", ")
	}
	return text
}

// observed is what was observed and its interval, if that is more than a point.
func observed(v *gates.Verdict) (value, surrounding string) {
	value, surrounding = against(*v.Observed, v.Interval, v.Limit, v.Unit())
	if surrounding != "" && v.Interval[0] == v.Interval[1] && v.Outcome != gates.Inconclusive {
		surrounding = ""
	}
	return value, surrounding
}

// lies tells on which side of the limit a false claim's interval is, or that it is on both.
func lies(v *gates.Verdict) string {
	if !measured(v.Limit) {
		return ""
	}
	limit, i := plainSpaces(strip(*v.Limit, v.Unit())), *v.Interval
	switch {
	case v.Outcome == gates.Inconclusive && i[0] <= *v.Limit && *v.Limit <= i[1]:
		return " contains " + limit
	case v.Outcome == gates.Fail && i[1] < *v.Limit:
		return " lies below " + limit
	case v.Outcome == gates.Fail && i[0] > *v.Limit:
		return " lies above " + limit
	}
	return ""
}

func strip(v float64, unit string) string {
	if unit == "" || unit == "1" {
		return strconv.FormatFloat(v, 'g', 6, 64)
	}
	return Quantity(v, unit)
}

// restsOn is the number of blocks, those that were left out, and those that confirm a failure.
func restsOn(v *gates.Verdict) string {
	if v.N == 0 && v.Contaminated > 0 {
		return "of no block that counts: " + v.Spoilt() + " in all " + blocks(v.Contaminated)
	}
	text := blocks(v.N)
	if v.Outcome == gates.Inconclusive && v.Of > 0 {
		text = glue(fmt.Sprintf("%d of %s", v.N, blocks(v.Of)))
	}
	switch {
	case v.Confirmed > 0:
		text += fmt.Sprintf(", and in %d fresh ones", v.Confirmed)
	case v.Outcome == gates.Fail && v.Of > 0:
		text += ", not confirmed"
	}
	if v.Contaminated > 0 {
		text += fmt.Sprintf("; %d left out, in which %s", v.Contaminated, v.Spoilt())
	}
	return text
}

func place(v *gates.Verdict) string {
	if v.Pos.File == "" {
		return ""
	}
	at := Visible(v.Pos.File)
	if v.Pos.Line > 0 {
		at += fmt.Sprintf(":%d", v.Pos.Line)
	}
	return glue(at)
}

func plainSpaces(s string) string { return strings.ReplaceAll(s, "\u00a0", " ") }
