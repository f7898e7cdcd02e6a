package expression

import (
	"math/rand/v2"
	"testing"
)

// TestRowsAreEval: all rows at once come to what each of them does, and what is more than arithmetic is left to Eval.
func TestRowsAreEval(t *testing.T) {
	const rows = 200
	r := rand.New(rand.NewPCG(1, 2))
	for text, atOnce := range map[string]bool{
		"speedup(procs=2) > 1":                                  true,
		"1 <= speedup(procs=2) < 1.5 or not (time(serial) < 1)": true,
		"-time(serial) * cores / (speedup(a=1) - 1) != +0.5":    true, // divided by 0 on some rows
		"!(time(serial) == 1) && half(1, 2) <= parallelism":     true,
		"level > 3 and speedup(procs=cores) + 1 >= 2*s":         true,
		`os == "linux" and time(serial) > 1`:                    true,
		"half(time(serial)) > 1":                                false, // what it asks for differs from row to row
		"time(serial) ** 2 > 1":                                 false,
		"len(results(serial)) > 1 and time(serial) > 1":         false,
		`os == "linux" ? time(serial) > 1 : time(serial) < 1`:   false,
		"any([1, 2], time(procs=#) > 1)":                        false,
	} {
		p := mustCompile(t, text, scope)
		columns := make([][]float64, len(p.Calls()))
		for i := range columns {
			for range rows {
				columns[i] = append(columns[i], float64(r.IntN(5))/2)
			}
		}
		holds := p.HoldsRows(rows, vars, func(call int, _, _ []any) []float64 { return columns[call] })
		if (holds != nil) != atOnce {
			t.Errorf("%s: at once: %v", text, holds != nil)
		}
		row := 0
		one := func(call int, _, _ []any) (any, error) { return columns[call][row], nil }
		for ; row < len(holds); row++ {
			if want, err := p.Eval(vars, one); err != nil || holds[row] != want {
				t.Fatalf("%s, row %d: %v, want %v %v", text, row, holds[row], want, err)
			}
		}
		if p.HoldsRows(rows, vars, func(int, []any, []any) []float64 { return nil }) != nil {
			t.Errorf("%s: it holds where no call has an answer", text)
		}
	}
}
