package workloads

import (
	"math"
	"strings"
	"testing"
)

var example = Workload{Name: "example", Params: []Param{
	{Name: "n", Doc: "how many", Default: 0, Required: true, Max: 100},
	{Name: "wait", Doc: "how long (s)", Default: 0.5},
	{Name: "mode", Doc: "which way", Default: "slow", Choices: []string{"slow", "fast"}},
	{Name: "loud", Doc: "whether", Default: false},
	{Name: "shift", Doc: "by how much", Default: 1, Min: anyNumber},
}}

func TestBind(t *testing.T) {
	bound, err := example.Bind(Args{"n": 1e2, "wait": 2, "mode": "fast", "shift": -3})
	if err != nil {
		t.Fatal(err)
	}
	if n, wait, mode := bound.Int("n"), bound.Float("wait"), bound.Text("mode"); n != 100 || wait != 2 || mode != "fast" {
		t.Errorf("n %d, wait %v, mode %s", n, wait, mode)
	}
	if loud, shift := bound.Bool("loud"), bound.Int("shift"); loud || shift != -3 {
		t.Errorf("loud %v, shift %d", loud, shift)
	}
}

func TestBindRefuses(t *testing.T) {
	for _, c := range []struct {
		args Args
		says string
	}{
		{Args{}, `example: parameter "n" is missing (how many)`},
		{Args{"n": 1, "m": 2}, `example: no parameter "m"; it takes n, wait, mode, loud, shift`},
		{Args{"n": "1"}, `parameter "n" takes int, not 1 (string)`},
		{Args{"n": 1.5}, `parameter "n" takes int, not 1.5 (float64)`},
		{Args{"n": 1e300}, `parameter "n" takes int`},
		{Args{"n": nil}, `parameter "n" takes int`},
		{Args{"n": -1}, `parameter "n" is -1: the least is 0`},
		{Args{"n": 101}, `parameter "n" is 101: the greatest is 100`},
		{Args{"n": 1, "wait": -0.1}, `parameter "wait" is -0.1: the least is 0`},
		{Args{"n": 1, "wait": math.NaN()}, `parameter "wait" is NaN: give a finite number`},
		{Args{"n": 1, "shift": math.Inf(-1)}, `parameter "shift" takes int`},
		{Args{"n": 1, "mode": "odd"}, `parameter "mode" is one of slow, fast, not "odd"`},
		{Args{"n": 1, "loud": "true"}, `parameter "loud" takes bool`},
	} {
		if bound, err := example.Bind(c.args); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v: bound %v, error %v, want %s", c.args, bound, err, c.says)
		}
	}
}

func TestRegisterTwicePanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("it was accepted")
		}
	}()
	Register(Workload{Name: "add", Run: registry["add"].Run})
}
