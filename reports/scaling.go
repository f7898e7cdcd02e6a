package reports

import "bench/runner/gates"

// scaling tells what the worker counts of each executor came to, a line each.
func (t *teller) scaling() {
	if len(t.Scaling) == 0 {
		return
	}
	t.blank()
	t.line(t.style.paint(bold, "scaling"))
	for _, s := range t.Scaling {
		t.para("  ", "    ", "", glue(Visible(s.Name))+": "+Visible(s.Sentence)+told(s.Law))
	}
}

// laws are the names of laws as readers know them.
var laws = map[string]string{"karp-flatt": "Karp-Flatt", "amdahl": "Amdahl", "usl": "USL", "gustafson": "Gustafson"}

func told(law string) string {
	if name, known := laws[law]; known {
		return " (" + name + ")"
	}
	return ""
}

func jsonScaling(s *gates.Scaling) scalingJSON {
	out := scalingJSON{Name: s.Name, Cells: []string{}, Blocks: s.Blocks, Contaminated: s.Contaminated, Law: s.Law, Counts: s.Counts, Best: s.Best, Alike: s.Alike, Sentence: s.Sentence,
		Serial: jsonEstimate(s.Serial), Coherency: jsonEstimate(s.Pairs)}
	for _, c := range s.Cells {
		out.Cells = append(out.Cells, c.Key())
	}
	if a := s.Ahead; a != nil {
		if e := jsonEstimate(&a.Speedup); e != nil {
			out.Ahead = &aheadJSON{Workers: a.Workers, OtherCores: a.Cores, Speedup: *e}
		}
	}
	return out
}

func jsonEstimate(e *gates.Estimate) *estimateJSON {
	if e == nil || finite(&e.Value) == nil || finites(&e.Interval) == nil {
		return nil
	}
	return &estimateJSON{e.Value, e.Interval}
}
