package stats

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
)

var simulate = flag.Bool("simulate", false, "count found and false shifts in many more series, and write the tables into docs/change-points.md")

// history is a kind of series of runs: noise around a level that changes a number of times, up or down by chance.
type history struct {
	runs  int
	noise string // a key of noises
	moves int
	size  float64 // of each change, as a share
}

// noises make the series around a level of 1, one value after the other.
var noises = map[string]func(random *rand.Rand) func() float64{
	"normal": func(random *rand.Rand) func() float64 {
		return func() float64 { return 1 + 0.02*random.NormFloat64() }
	},
	"spikes": func(random *rand.Rand) func() float64 {
		return func() float64 {
			v := math.Exp(0.02 * random.NormFloat64())
			if random.Float64() < 0.05 {
				v *= 1 + random.Float64()
			}
			return v
		}
	},
	"echo 0.3": echo(0.3),
	"echo 0.6": echo(0.6),
	"walk": func(random *rand.Rand) func() float64 {
		level := 1.0
		return func() float64 {
			level *= math.Exp(0.01 * random.NormFloat64())
			return level * (1 + 0.02*random.NormFloat64())
		}
	},
}

// echo is noise of which each value keeps a share of the one before, with the same standard deviation as the others.
func echo(share float64) func(random *rand.Rand) func() float64 {
	return func(random *rand.Rand) func() float64 {
		last := random.NormFloat64()
		return func() float64 {
			last = share*last + math.Sqrt(1-share*share)*random.NormFloat64()
			return 1 + 0.02*last
		}
	}
}

// values are one such series, and where it changes.
func (h history) values(random *rand.Rand) (values []float64, changes []int) {
	gap := max(4, h.runs/8)
	for len(changes) < h.moves {
		changes = append(changes, gap+random.IntN(h.runs-2*gap+1))
		if slices.Sort(changes); len(changes) > 1 && slices.ContainsFunc(changes[1:], func(at int) bool {
			i := slices.Index(changes, at)
			return i == 0 || at-changes[i-1] < gap
		}) {
			changes = changes[:0]
		}
	}
	next, level := noises[h.noise](random), 1.0
	for i := range h.runs {
		if slices.Contains(changes, i) {
			level *= []float64{1 + h.size, 1 / (1 + h.size)}[random.IntN(2)]
		}
		values = append(values, level*next())
	}
	return values, changes
}

// beside is how many runs a shift may lie beside the change to be the one found; one that is further than far from all is
// false.
const beside, far = 2, 5

// counted are shares: of the changes found, and of the series with a false shift.
type counted struct{ found, wrong float64 }

func (h history) count(series int, method func(n int) *division) (out counted) {
	for i := range series {
		values, changes := h.values(rand.New(rand.NewPCG(uint64(i), 11)))
		got := places(method(len(values)).of(values))
		within := func(a []int, b, most int) bool {
			return slices.ContainsFunc(a, func(at int) bool { return max(at-b, b-at) <= most })
		}
		for _, at := range changes {
			if within(got, at, beside) {
				out.found++
			}
		}
		if slices.ContainsFunc(got, func(at int) bool { return !within(changes, at, far) }) {
			out.wrong++
		}
	}
	out.found /= float64(series * max(h.moves, 1))
	out.wrong /= float64(series)
	return out
}

// counts does so for each kind of series, on all cores.
func counts(kinds []history, series func(history) int, method func(n int) *division) []counted {
	out := make([]counted, len(kinds))
	var done sync.WaitGroup
	for i, h := range kinds {
		done.Go(func() { out[i] = h.count(series(h), method) })
	}
	done.Wait()
	return out
}

func with(options ShiftOptions) func(n int) *division {
	return func(n int) *division { return newDivision(n, options.orDefaults()) }
}

func percent(share float64) string {
	if 0 < share && share < 0.0995 {
		return fmt.Sprintf("%.1f %%", 100*share)
	}
	return fmt.Sprintf("%.0f %%", 100*share)
}

// beyond is the most that a share that is truly so great may come to in so many series: four standard errors more.
func beyond(share float64, series int) float64 {
	return share + 4*math.Sqrt(share*(1-share)/float64(series))
}

// TestFalseShifts: in a series that never changes a shift is told no more often than the level says.
func TestFalseShifts(t *testing.T) {
	series := 150
	if *simulate {
		series = 2000
	}
	table := []string{"| runs | noise | false at the level 0.01 | false at 0.05 |", "|---|---|---|---|"}
	var kinds []history
	for _, noise := range []string{"normal", "spikes"} {
		for _, runs := range []int{20, 50, 100, 200} {
			if runs <= 50 || *simulate {
				kinds = append(kinds, history{runs: runs, noise: noise})
			}
		}
	}
	levels := []float64{0.01, 0.05}
	var rates [2][]counted
	for i, level := range levels {
		rates[i] = counts(kinds, func(history) int { return series }, with(ShiftOptions{Level: level}))
	}
	for k, h := range kinds {
		table = append(table, fmt.Sprintf("| %d | %s | %s | %s |", h.runs, h.noise, percent(rates[0][k].wrong), percent(rates[1][k].wrong)))
		for i, level := range levels {
			if got := rates[i][k].wrong; got > beyond(level, series) {
				t.Errorf("%d runs, %s: a false shift in %s of the series, at a level of %v", h.runs, h.noise, percent(got), level)
			}
		}
	}
	written(t, "false", fmt.Sprintf("%d series a row.", series), table)
}

// TestFoundShifts: shifts of known sizes are found where they are.
func TestFoundShifts(t *testing.T) {
	sizes := []float64{0.02, 0.04, 0.05, 0.06, 0.08, 0.10}
	lengths := []int{20, 50, 100, 200}
	series := func(h history) int { return map[int]int{20: 300, 50: 300, 100: 150, 200: 80}[h.runs] }
	if !*simulate {
		sizes, lengths, series = []float64{0.02, 0.06, 0.10}, lengths[1:2], func(history) int { return 30 }
	}
	table := []string{"| runs | noise | shifts | 2 % (1 σ) | 4 % (2 σ) | 5 % (2.5 σ) | 6 % (3 σ) | 8 % (4 σ) | 10 % (5 σ) | false, at 10 % |", "|---|---|---|---|---|---|---|---|---|---|"}
	for _, runs := range lengths {
		for _, noise := range []string{"normal", "spikes"} {
			for _, moves := range []int{1, 3} {
				var kinds []history
				for _, size := range sizes {
					kinds = append(kinds, history{runs, noise, moves, size})
				}
				got := counts(kinds, series, with(ShiftOptions{}))
				row := fmt.Sprintf("| %d | %s | %d |", runs, noise, moves)
				for _, c := range got {
					row += " " + percent(c.found) + " |"
				}
				last := got[len(got)-1]
				table = append(table, row+" "+percent(last.wrong)+" |")
				if runs == 50 && (last.found < 0.9 || last.wrong > 0.15 || got[0].found > last.found) {
					t.Errorf("%s", table[len(table)-1])
				}
			}
		}
	}
	written(t, "found", "300 series of 20 and of 50 runs, 150 of 100, 80 of 200.", table)
}

// TestChoices: what each part of the method is good for.
func TestChoices(t *testing.T) {
	kinds := []history{{50, "normal", 0, 0}, {50, "spikes", 0, 0}, {12, "normal", 1, 0.08}, {20, "normal", 1, 0.06}, {20, "spikes", 1, 0.06}, {50, "normal", 1, 0.04},
		{50, "spikes", 1, 0.04}, {50, "normal", 3, 0.06}, {50, "spikes", 3, 0.06}}
	methods := []struct {
		name        string
		options     ShiftOptions
		raw, oneWay bool
	}{
		{name: "**as it is**"},
		{name: "as published", raw: true, oneWay: true},
		{name: "values not drawn in", raw: true},
		{name: "only the right side may end early", oneWay: true},
		{name: "least 2", options: ShiftOptions{Least: 2}},
		{name: "least 5", options: ShiftOptions{Least: 5}},
		{name: "level 0.05", options: ShiftOptions{Level: 0.05}},
		{name: "level 0.05, as published", options: ShiftOptions{Level: 0.05}, raw: true, oneWay: true},
	}
	series := 300
	if !*simulate {
		series, kinds, methods = 60, []history{{50, "spikes", 0, 0}, {50, "spikes", 1, 0.04}}, methods[:2]
	}
	table := []string{"| | false: 50 runs, normal | 50, spikes | found: 1 of 8 %, 12 runs, normal | 1 of 6 %, 20, normal | 20, spikes | 1 of 4 %, 50, normal | 50, spikes | 3 of 6 %, 50, normal | 50, spikes |", "|---|---|---|---|---|---|---|---|---|---|"}
	var amongSpikes []float64
	for _, m := range methods {
		row := "| " + m.name + " |"
		got := counts(kinds, func(history) int { return series }, func(n int) *division {
			d := newDivision(n, m.options.orDefaults())
			d.raw, d.oneWay = m.raw, m.oneWay
			return d
		})
		for i, c := range got {
			if kinds[i].moves == 0 {
				c.found = c.wrong
			}
			row += " " + percent(c.found) + " |"
		}
		table, amongSpikes = append(table, row), append(amongSpikes, got[len(got)-1].found)
	}
	if as, was := amongSpikes[0], amongSpikes[1]; as < was+0.15 {
		t.Errorf("among spikes it finds %s, and E-Divisive as published %s: what is drawing in good for?", percent(as), percent(was))
	}
	written(t, "choices", fmt.Sprintf("%d series a number.", series), table)
}

// TestNoiseThatRemembers counts what the method is not made for: noise whose values are not independent.
func TestNoiseThatRemembers(t *testing.T) {
	series, kinds := 1000, []history{{50, "normal", 0, 0}, {50, "echo 0.3", 0, 0}, {50, "echo 0.6", 0, 0}, {50, "walk", 0, 0}}
	if !*simulate {
		series = 60
	}
	names := []string{"independent", "a run keeps 0.3 of the deviation of the one before", "0.6 of it", "a level that walks at random, 1 % a run"}
	table := []string{"| 50 runs, no shift | told, at the level 0.01 | at 0.001 |", "|---|---|---|"}
	first := counts(kinds, func(history) int { return series }, with(ShiftOptions{}))
	strict := first
	if *simulate { // ten times the permutations
		strict = counts(kinds, func(history) int { return series / 3 }, with(ShiftOptions{Level: 0.001}))
	}
	for i, name := range names {
		table = append(table, fmt.Sprintf("| %s | %s | %s |", name, percent(first[i].wrong), percent(strict[i].wrong)))
	}
	if first[2].wrong < first[0].wrong {
		t.Errorf("noise that remembers gives fewer false shifts than noise that does not: %v", first)
	}
	written(t, "remembers", fmt.Sprintf("%d series a number, a third of that at 0.001.", series), table)
}

// written puts a table where docs/change-points.md has its place, if -simulate asks for it.
func written(t *testing.T, name, note string, table []string) {
	text := note + "\n\n" + strings.Join(table, "\n") + "\n"
	t.Log("\n" + text)
	if !*simulate {
		return
	}
	const file = "../../docs/change-points.md"
	begin, end := "<!-- begin: make simulate, "+name+" -->\n", "<!-- end: make simulate, "+name+" -->"
	page, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(page), begin)
	_, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		t.Fatalf("%s has no place for the table %q", file, name)
	}
	if err := os.WriteFile(file, []byte(before+begin+text+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
