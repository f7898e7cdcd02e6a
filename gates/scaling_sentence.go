package gates

import (
	"fmt"
	"slices"
	"strings"
)

// sentence tells what the law says, then which worker count is best.
func (s *Scaling) sentence() string {
	var parts []string
	if s.Law != "" {
		parts = append(parts, s.parts())
		if a := s.Ahead; a != nil && s.Serial.Value < 0.9 {
			on := ""
			if a.Cores {
				on = fmt.Sprintf(" on %d cores", a.Workers)
			}
			parts = append(parts, fmt.Sprintf("%d workers%s would be %s (%s … %s) times as fast as 1", a.Workers, on, digits(a.Speedup.Value, 2), digits(a.Speedup.Interval[0], 2), digits(a.Speedup.Interval[1], 2)))
		}
	}
	if s.Law == "" || s.Best == 1 || s.Serial.Value < 1 { // else one worker is best, which may be the baseline's
		parts = append(parts, s.choice())
	}
	sentence := strings.Join(parts, "; ")
	if s.Contaminated {
		sentence += "; but " + s.spoilt
	}
	return sentence
}

// parts are what keeps the work from scaling.
func (s *Scaling) parts() string {
	most := slices.Max(s.Counts)
	switch {
	case s.Law == usl:
		return fmt.Sprintf("contention %s, coherency %s", s.Serial, s.Pairs)
	case s.Serial.Interval[0] > 1:
		return fmt.Sprintf("%d workers are slower than 1", most)
	case s.Serial.Value >= 1:
		return fmt.Sprintf("no gain from %d workers", most)
	case s.Serial.Interval[1] <= 0:
		return fmt.Sprintf("%d workers are more than %d times as fast as 1", most, most)
	case s.Serial.Value <= 0:
		return fmt.Sprintf("no serial part is seen (up to %s)", share(s.Serial.Interval[1]))
	}
	return fmt.Sprintf("%s of the work is serial", s.Serial)
}

func (s *Scaling) choice() string {
	if len(s.Alike) > 1 {
		return fmt.Sprintf("%s workers are alike", counts(s.Alike, s.Cells))
	}
	if s.Best == 1 {
		return "best with 1 worker"
	}
	return fmt.Sprintf("best with %d workers", s.Best)
}

// counts lists worker counts, the neighbours in a row as from and to.
func counts[T any](alike []int, all []T) string {
	if first, last := alike[0], alike[len(alike)-1]; len(alike) > 2 && len(alike) == len(all) {
		return fmt.Sprintf("%d to %d", first, last)
	}
	words := make([]string, len(alike))
	for i, p := range alike {
		words[i] = fmt.Sprint(p)
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

func (e *Estimate) String() string {
	return fmt.Sprintf("%s (%s … %s)", share(e.Value), strings.TrimSuffix(share(e.Interval[0]), " %"), share(e.Interval[1]))
}

// share writes a part of 1 as a percentage: two digits, whole from ten on.
func share(f float64) string {
	switch p := 100 * f; {
	case p > -0.005 && p < 0.005:
		return "0 %"
	case p >= 10 || p <= -10:
		return fmt.Sprintf("%.0f %%", p)
	default:
		return digits(p, 2) + " %"
	}
}
