package charts

import (
	"encoding/binary"
	"math"
	"testing"
)

// source takes numbers from bytes, and zeros after these.
type source struct{ data []byte }

func (s *source) byte() int {
	if len(s.data) == 0 {
		return 0
	}
	b := s.data[0]
	s.data = s.data[1:]
	return int(b)
}

// float is small, or any bits.
func (s *source) float() float64 {
	kind := s.byte()
	if kind%4 == 0 && len(s.data) >= 8 {
		v := math.Float64frombits(binary.LittleEndian.Uint64(s.data))
		s.data = s.data[8:]
		return v
	}
	return float64(s.byte()) / float64(kind)
}

func (s *source) pair() *[2]float64 {
	if s.byte()%2 == 0 {
		return nil
	}
	return &[2]float64{s.float(), s.float()}
}

func FuzzCharts(f *testing.F) {
	f.Add([]byte("\x05\x03\x11\x07\x2a\x01\x00abcdefgh\x09\x33\x01\x05\x09\x0d\x11\x15"), "threads=2")
	f.Add([]byte{}, evil)
	f.Add([]byte("\x00\x00\x00\x00\x00\x00\x00\xf0\x7f\x00\x00\x00\x00\x00\x00\x00\xf8\x7f\x00\xff\xff\xff\xff\xff\xff\xef\x7f\x01\x02\x03\x04"), "\x1b]0;x\a")
	f.Add([]byte("\x01\x00\x01\x00\x00\x00\x00\x00\x00\x00\x01\x00\xff\xff\xff\xff\xff\xff\x0f\x00\x03\x01\x02\x03"), "生命")
	f.Fuzz(func(t *testing.T, data []byte, text string) {
		for _, fig := range figures(&source{data}, text) {
			for _, theme := range []Theme{Light, Page} {
				svg := fig.SVG(theme)
				if err := whole(svg, theme); err != nil {
					t.Fatalf("%v\n%s", err, svg)
				}
				if most := 30_000 + 3000*len(data); len(svg) > most {
					t.Fatalf("%d bytes of SVG from %d", len(svg), len(data)+len(text))
				}
			}
		}
	})
}

// figures of every kind, from whatever there is.
func figures(s *source, text string) []*Figure {
	var lines []Line
	var rows []Row
	var workers []Worker
	var stacks []Stack
	trend := Trend{Unit: []string{"s", "B", "1", text}[s.byte()%4]}
	if i := s.pair(); i != nil {
		trend.Limit, trend.Usual = &i[0], &[3]float64{i[0], s.float(), i[1]}
	}
	for len(s.data) > 0 {
		l := Line{Name: text, Law: text}
		for range s.byte() % 4 {
			l.Points = append(l.Points, Point{int(s.float()), s.float(), s.pair(), text})
			l.Curve = append(l.Curve, XY{s.float(), s.float()})
		}
		r := Row{Name: text, Group: s.byte() - 3, Median: s.float(), Quartiles: s.pair()}
		w := Worker{Name: text, Host: []string{"", "a", text}[s.byte()%3]}
		for range s.byte() % 8 {
			r.Times = append(r.Times, s.float())
			w.Spans = append(w.Spans, Span{s.byte(), s.float(), s.float(), s.float()})
		}
		m := Moment{Name: text, Interval: s.pair(), Outcome: outcomes[s.byte()%len(outcomes)].name}
		if v := s.pair(); v != nil {
			m.Value = &v[0]
		}
		lines, rows, workers, trend.Moments = append(lines, l), append(rows, r), append(workers, w), append(trend.Moments, m)
		stacks = append(stacks, Stack{text, [4]float64{s.float(), s.float(), s.float(), s.float()}, text})
	}
	return []*Figure{Speedup(text, lines, len(text)), Times(text, rows), Timeline(text, workers, s.float()), Phases(text, stacks), History(text, trend)}
}
