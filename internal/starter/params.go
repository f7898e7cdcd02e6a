package starter

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// param is a parameter of hyperfine, and the axis that it becomes.
type param struct {
	given, name string // VAR, and the name of the axis
	levels      []string
	texts       []string // the values that are no numbers, as they are
	ranged      string   // A..B instead of the levels, of which the first two are there
	count       int
	Place
}

const (
	mostListed = 8    // whole numbers with step 1: beyond it a range reads better
	mostLevels = 1000 // of one parameter
	mostName   = 200  // bytes of the name of a parameter or a variable: a key of YAML cannot be long
)

// taken are the names that mean something else in a spec.
const taken = " workload runtime executor workers cores against stat phase since of label levels default result results if in not and or " +
	"let true false nil matches contains startsWith endsWith dir scratch files stdout exit "

func (a *arguments) params() ([]param, *Problem) {
	var params []param
	for _, g := range slices.Concat(a.all("parameter-list"), a.all("parameter-scan")) {
		p := param{given: g.values[0].text, Place: g.values[0].Place}
		var problem *Problem
		if g.long == "parameter-list" {
			problem = p.list(g.values[1])
		} else {
			problem = a.scan(&p, g)
		}
		if problem != nil {
			return nil, problem
		}
		if p.given == "" || len(p.given) > mostName || strings.ContainsAny(p.given, "{}") {
			return nil, p.problem("choose a name of letters, digits and _", "%q cannot be the name of a parameter", shorten(p.given))
		}
		if slices.ContainsFunc(params, func(other param) bool { return other.given == p.given }) {
			return nil, p.problem("take one out", "the parameter %s is there twice", shorten(p.given))
		}
		p.name = axisName(p.given, params)
		if p.count == 0 {
			p.count = len(p.levels)
		}
		params = append(params, p)
	}
	return params, nil
}

// axisName makes a name that a spec allows: letters, digits and _, and no word that has a meaning.
func axisName(given string, others []param) string {
	name := strings.Map(func(r rune) rune {
		if r == '_' || r < 0x80 && (isLetter(byte(r)) || r >= '0' && r <= '9') {
			return r
		}
		return '_'
	}, given)
	if name[0] != '_' && !isLetter(name[0]) || among(taken, name) {
		name = "p_" + name
	}
	for base, n := name, 2; slices.ContainsFunc(others, func(p param) bool { return p.name == name }); n++ {
		name = fmt.Sprintf("%s_%d", base, n)
	}
	return name
}

// list takes VALUES apart at its commas; \, is a comma in a value.
func (p *param) list(w word) *Problem {
	if strings.Contains(w.text, "{{") {
		return doubleBrace(w)
	}
	var b strings.Builder
	for i := 0; i < len(w.text); i++ {
		c := w.text[i]
		switch {
		case c == ',':
			p.add(b.String())
			b.Reset()
			continue
		case c == '\\' && i+1 < len(w.text) && (w.text[i+1] == ',' || w.text[i+1] == '\\'):
			i++
			c = w.text[i]
		}
		b.WriteByte(c)
	}
	p.add(b.String())
	if len(p.levels) > mostLevels {
		return w.problem("use fewer values", "%s has more than %d values", shorten(p.given), mostLevels)
	}
	return nil
}

func (p *param) add(value string) {
	level, isText := levelOf(value)
	if isText {
		p.texts = append(p.texts, value)
	}
	p.levels = append(p.levels, level)
}

// levelOf writes a value as a level: a number only if a spec would print the same digits again.
func levelOf(value string) (level string, isText bool) {
	if n, err := strconv.Atoi(value); err == nil && strconv.Itoa(n) == value {
		return value, false
	}
	if f, err := strconv.ParseFloat(value, 64); err == nil && strings.Contains(value, ".") && f != float64(int64(f)) &&
		strconv.FormatFloat(f, 'g', -1, 64) == value {
		return value, false
	}
	if from, to, found := strings.Cut(value, ".."); found && end(from) && end(to) {
		return "{label: " + scalar(value) + "}", true // else it would be a range
	}
	return scalar(value), true
}

func end(s string) bool {
	digits := strings.TrimPrefix(s, "-")
	return s == "cores" || digits != "" && strings.Trim(digits, "0123456789") == ""
}

// scan counts from MIN to MAX in steps, exactly.
func (a *arguments) scan(p *param, g given) *Problem {
	step, stepped := a.last("parameter-step-size")
	if !stepped {
		step = word{"1", g.Place}
	}
	var numbers [3]*big.Rat
	for i, w := range []word{g.values[1], g.values[2], step} {
		n, ok := decimal(w.text)
		if !ok {
			return w.problem("such as 1, or 0.5", "%q is no number", shorten(w.text))
		}
		numbers[i] = n
	}
	from, to, by := numbers[0], numbers[1], numbers[2]
	switch {
	case by.Sign() <= 0:
		return step.problem("use one above 0", "a step of %s never arrives", step.text)
	case from.Cmp(to) > 0:
		return g.values[1].problem("put the smaller number first", "there is no value from %s to %s", g.values[1].text, g.values[2].text)
	}
	if whole := from.IsInt() && to.IsInt() && by.IsInt(); !whole && !stepped {
		return g.problem("add -D STEP", "decimal numbers need a step")
	}
	one := big.NewRat(1, 1)
	if wide := new(big.Rat).Sub(to, from); from.IsInt() && to.IsInt() && by.Cmp(one) == 0 && small(from, to) && wide.Cmp(big.NewRat(mostListed, 1)) >= 0 {
		if wide.Cmp(big.NewRat(100000, 1)) >= 0 {
			return g.problem("use fewer values", "%s has more than 100000 values", shorten(p.given))
		}
		p.ranged = from.RatString() + ".." + to.RatString()
		p.count = 1 + int(wide.Num().Int64())
	}
	for n := from; n.Cmp(to) <= 0; n = new(big.Rat).Add(n, by) {
		if len(p.levels) == mostLevels && p.ranged == "" {
			return g.problem("use a greater step", "%s has more than %d values", shorten(p.given), mostLevels)
		}
		if p.add(plainDecimal(n)); p.ranged != "" && len(p.levels) == 2 {
			break // the range has the others
		}
	}
	return nil
}

// small: a range may have these ends.
func small(ends ...*big.Rat) bool {
	most := big.NewRat(1<<40, 1)
	return !slices.ContainsFunc(ends, func(n *big.Rat) bool { return new(big.Rat).Abs(n).Cmp(most) > 0 })
}

// decimal reads 12, -0.5 or .5; no exponents, and no more digits than a computer's number has.
func decimal(s string) (*big.Rat, bool) {
	digits := strings.TrimPrefix(s, "-")
	if len(s) > 20 || strings.Trim(digits, "0123456789.") != "" {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

func plainDecimal(n *big.Rat) string {
	if n.IsInt() {
		return n.RatString()
	}
	return strings.TrimRight(n.FloatString(20), "0")
}
