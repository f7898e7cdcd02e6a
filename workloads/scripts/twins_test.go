package scripts

import (
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"testing"

	"bench/runner/workloads"
	_ "bench/runner/workloads/network"
)

type args = workloads.Args

// cases give each workload arguments to compare a twin with its built-in; what is not given has its default.
var cases = map[string][]args{
	"add": {{"a": 2, "b": -5}, {"a": 0, "b": 0}, {"a": 1 << 62, "b": 1<<62 - 1}, {"a": math.MinInt64, "b": 0},
		{"a": math.MinInt64, "b": math.MaxInt64}, {"a": -1 << 62, "b": -1 << 62}},
	"alloc":     {{"bytes": 0}, {"bytes": 0, "hold": 0.001}, {"bytes": 1}, {"bytes": 4096}, {"bytes": 1<<20 + 1, "hold": 0.001}},
	"busy_wait": {{"n": 0}, {"n": 1}, {"n": 1000}, {"n": 1<<20 + 1}},
	"copy_files": {{}, {"size": 0}, {"files": 0}, {"files": 3, "size": 1}, {"files": 2, "size": 1 << 18},
		{"files": 2, "size": 1<<18 + 1, "sync": true}, {"files": 5, "size": 1000, "lo": 2, "hi": 4}, {"files": 5, "lo": 5}},
	"count_down": {{"n": 0}, {"n": 1}, {"n": 1000}, {"n": 1<<20 + 1}},
	"counter":    {{"n": 0}, {"n": 1}, {"n": 5000}, {"n": 0, "sync": "mutex"}, {"n": 5000, "sync": "mutex"}},
	"fetch": {{"latency": 0.0}, {"latency": 0.001, "body": 0}, {"latency": 0.0, "body": 1}, {"latency": 0.0, "body": 35},
		{"latency": 0.0, "body": 36}, {"latency": 0.0, "body": 300_000}},
	"mandelbrot": {{"width": 40, "height": 30}, {"width": 1, "height": 1}, {"width": 1, "height": 9}, {"width": 300, "height": 2},
		{"width": 31, "height": 33, "iterations": 1}, {"width": 20, "height": 20, "iterations": 1000},
		{"width": 40, "height": 30, "lo": 11, "hi": 17}, {"width": 40, "height": 30, "lo": 30}, {"width": 9, "height": 9, "hi": 0}},
	"pi": {{"n": 1}, {"n": 2}, {"n": 1000}, {"n": 200_001}, {"n": 200_000, "lo": 1000, "hi": 70_000}, {"n": 5, "lo": 2, "hi": 2},
		{"n": 1 << 60, "lo": 1 << 59, "hi": 1<<59 + 10}},
	"primes": {{"hi": 0}, {"hi": 1}, {"hi": 2}, {"hi": 3}, {"hi": 4}, {"hi": 1000}, {"lo": 1, "hi": 1}, {"lo": 100, "hi": 200},
		{"lo": 9_999_999_900, "hi": 10_000_000_000}, {"lo": 7, "hi": 8}},
	"sleep": {{"seconds": 0.0}, {"seconds": 0.001}, {"seconds": 0.01}},
	"spin_mixed": {{"n": 0, "hi": 3}, {"n": 1, "hi": 0}, {"n": 1, "iterations": 1}, {"n": 2}, {"n": 3, "lo": 5, "hi": 9, "iterations": 70},
		{"n": 7, "hi": 20, "seed": 1, "iterations": 30}, {"n": 3, "lo": 1 << 40, "hi": 1<<40 + 4, "seed": math.MaxInt64, "iterations": 10},
		{"n": math.MaxInt64, "hi": 0, "seed": 3}, {"n": 0, "hi": 4, "seed": 3}, {"n": 1, "iterations": 1<<18 + 1}},
	"sum_primes": {{"n": 0}, {"n": 1}, {"n": 2}, {"n": 3}, {"n": 4}, {"n": 5}, {"n": 25}, {"n": 49}, {"n": 1000}, {"n": 20_000}},
}

// bad gives each workload arguments that it has to refuse.
var bad = map[string][]args{
	"add":       {{"a": math.MaxInt64, "b": 1}, {"a": math.MinInt64, "b": -1}, {"a": math.MinInt64, "b": math.MinInt64}},
	"alloc":     {{"bytes": -1}, {"bytes": 1<<40 + 1}, {"bytes": 0, "hold": -0.5}, {"bytes": 0, "hold": 2e9}},
	"busy_wait": {{"n": -1}},
	"copy_files": {{"files": -1}, {"size": -1}, {"size": 1<<40 + 1}, {"files": 2, "lo": 2, "hi": 1}, {"files": 2, "hi": 3},
		{"lo": -1}, {"hi": -2}, {"files": 2, "lo": 3}},
	"count_down": {{"n": -1}},
	"counter":    {{"n": -1}, {"n": 1, "sync": "other"}, {"n": 1, "sync": ""}},
	"fetch": {{"latency": -1.0}, {"latency": 2e9}, {"body": -1}, {"body": 1<<40 + 1}, {"url": "https://example.org/"},
		{"url": "example.org"}, {"url": "http://"}, {"url": "http://["}, {"url": "http://:80/"}, {"url": "http://127.0.0.1:65536/"},
		{"url": "http://127.0.0.1:x/"}, {"url": "http://127.0.0.1/\r\nX: y"}, {"url": "http://127.0.0.1/\x7f"}},
	"mandelbrot": {{"width": 0}, {"height": -1}, {"width": 1<<16 + 1}, {"height": 1<<16 + 1}, {"iterations": 0}, {"iterations": 1_000_001},
		{"height": 10, "lo": 11}, {"height": 10, "hi": 11}, {"hi": -2}, {"lo": -1}, {"lo": 2, "hi": 1},
		{"width": 1 << 16, "height": 1 << 16, "iterations": 1, "png": "x.png"}},
	"pi":     {{"n": 0}, {"n": -1}, {"n": 10, "hi": 11}, {"n": 10, "lo": 5, "hi": 4}, {"n": 10, "lo": -1}, {"n": 10, "hi": -2}},
	"primes": {{"lo": 5, "hi": 4}, {"lo": -1, "hi": 4}, {"hi": -1}, {"hi": 100_000_000_000_001}},
	"sleep":  {{"seconds": -0.5}, {"seconds": 2e9}},
	"spin_mixed": {{"n": -1}, {"n": 1, "lo": 2}, {"n": 1, "lo": -1}, {"n": 1, "hi": -1}, {"n": 1, "seed": -1}, {"n": 1, "iterations": 0},
		{"n": 1, "iterations": 1_000_000_001}},
	"sum_primes": {{"n": -1}, {"n": 10_000_000_001}},
}

func run(t *testing.T, w workloads.Workload, a args) (workloads.Result, error) {
	t.Helper()
	bound, err := w.Bind(a)
	if err != nil {
		return nil, err
	}
	return w.Run(t.Context(), bound)
}

// filled gives all parameters a value, as Bind does, but lets every value pass.
func filled(w workloads.Workload, a args) map[string]any {
	full := map[string]any{}
	for _, p := range w.Params {
		full[p.Name] = p.Default
	}
	for name, v := range a {
		full[name] = v
	}
	return full
}

// same compares what came as JSON with a built-in's result: ints exactly, floats within 1e-9.
func same(got any, want workloads.Result) bool {
	switch want := want.(type) {
	case int:
		return got == any(json.Number(strconv.Itoa(want)))
	case float64:
		number, _ := got.(json.Number)
		x, err := number.Float64()
		return err == nil && math.Abs(x-want) <= 1e-9*math.Abs(want)
	case []any:
		list, ok := got.([]any)
		for i := range list {
			ok = ok && len(list) == len(want) && same(list[i], want[i])
		}
		return ok && len(list) == len(want)
	case map[string]any:
		entries, ok := got.(map[string]any)
		for name := range want {
			ok = ok && same(entries[name], want[name])
		}
		return ok && len(entries) == len(want)
	}
	return reflect.DeepEqual(got, want)
}

func TestSame(t *testing.T) {
	n := func(s string) any { return json.Number(s) }
	for _, c := range []struct {
		got  any
		want workloads.Result
		same bool
	}{
		{n("3"), 3, true}, {n("3.0"), 3, false}, {n("9007199254740993"), 1<<53 + 1, true}, {n("9007199254740992"), 1<<53 + 1, false},
		{n("0.5"), 0.5, true}, {n("1"), 1.0, true}, {n("0.500001"), 0.5, false}, {nil, 0.0, false}, {"0", 0, false}, {nil, 0, false},
		{[]any{}, []any{}, true}, {nil, []any{}, false}, {[]any{n("1")}, []any{}, false}, {[]any{}, []any{1}, false}, {[]any{n("1")}, []any{2}, false},
		{map[string]any{"a": n("1")}, map[string]any{"a": 1}, true}, {map[string]any{}, map[string]any{"a": 1}, false},
		{map[string]any{"a": n("1"), "b": nil}, map[string]any{"a": 1}, false}, {"x", "x", true}, {"x", "y", false},
	} {
		if same(c.got, c.want) != c.same {
			t.Errorf("%v and %v: %v", c.got, c.want, !c.same)
		}
	}
}

func TestResultsAreThoseOfTheBuiltIns(t *testing.T) {
	var calls []call
	var want []workloads.Result
	t.Run("go", func(t *testing.T) {
		t.Chdir(t.TempDir())
		for _, w := range workloads.All() {
			if len(cases[w.Name]) == 0 {
				t.Errorf("%s is not compared with its twin: add a line to cases", w.Name)
			}
			for _, a := range cases[w.Name] {
				result, err := run(t, w, a)
				if err != nil {
					t.Fatalf("%s %v: %v", w.Name, a, err)
				}
				calls, want = append(calls, call{w.Name, filled(w, a)}), append(want, result)
			}
		}
	})
	eachPython(t, func(t *testing.T, python string) {
		for i, got := range callAll(t, python, calls) {
			if got.Error != "" || !same(got.Result, want[i]) {
				t.Errorf("%s %v: %v %s %s, in Go %v", calls[i].Name, calls[i].Args, got.Result, got.Error, got.Text, want[i])
			}
		}
	})
}

func TestBadArgumentsAreRefused(t *testing.T) {
	var calls []call
	for _, w := range workloads.All() {
		if len(bad[w.Name]) == 0 {
			t.Errorf("nothing is tried that %s has to refuse: add a line to bad", w.Name)
		}
		for _, a := range bad[w.Name] {
			if result, err := run(t, w, a); err == nil {
				t.Errorf("%s %v gave %v in Go", w.Name, a, result)
			}
			calls = append(calls, call{w.Name, filled(w, a)})
		}
	}
	eachPython(t, func(t *testing.T, python string) {
		for i, got := range callAll(t, python, calls) {
			if got.Error != "ValueError" || len(got.Text) < 10 {
				t.Errorf("%s %v: %v %s %s, want a ValueError", calls[i].Name, calls[i].Args, got.Result, got.Error, got.Text)
			}
		}
	})
}

const signatures = `
import json, sys, threading
found = {}
for name in sys.argv[1:]:
    function = getattr(__import__(name), name)
    code = function.__code__
    names = list(code.co_varnames[:code.co_argcount])
    found[name] = {"names": names, "rest": bool(code.co_flags & 12), "defaults": bool(function.__defaults__)}
found["threads"] = {"names": [thread.name for thread in threading.enumerate()]}
print(json.dumps(found))
`

func TestParametersAreThoseOfTheBuiltIns(t *testing.T) {
	eachPython(t, func(t *testing.T, python string) {
		var found map[string]struct {
			Names          []string
			Rest, Defaults bool
		}
		runText(t, python, signatures, &found, Names()...)
		for _, w := range workloads.All() {
			var want []string
			for _, p := range w.Params {
				want = append(want, p.Name)
			}
			got := found[w.Name]
			if !reflect.DeepEqual(got.Names, want) || got.Rest || got.Defaults {
				t.Errorf("%s takes %v (more: %v, defaults: %v), in Go %v", w.Name, got.Names, got.Rest, got.Defaults, want)
			}
		}
		if threads := found["threads"].Names; len(threads) != 1 {
			t.Errorf("importing them has started threads: %v", threads)
		}
	})
}
