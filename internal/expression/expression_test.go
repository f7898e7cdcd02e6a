package expression

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"
	"weak"

	"bench/runner/internal/diag"
)

// scope is a small set of functions like that of an assertion.
var scope = Scope{
	Bool:      true,
	Variables: map[string]any{"cores": 2, "parallelism": 1.5, "os": "linux", "level": nil},
	Functions: []Function{
		{Name: "speedup", Unit: "1", Selector: true, Params: []Param{{Name: "against", Default: ""}}},
		{Name: "time", Unit: "s", Selector: true, Params: []Param{
			{Name: "stat", Default: "median", Choices: []string{"median", "mean", "min"}}, {Name: "phase", Default: "total"}}},
		{Name: "memory", Unit: "B", Selector: true},
		{Name: "results", Any: true, Selector: true},
		{Name: "half", Unit: "1", Params: []Param{{Name: "x", Default: 1.0}, {Name: "n", Default: 3}}},
	},
}

var vars = map[string]any{"cores": 2, "parallelism": 1.5, "os": "linux", "level": 7}

func inFile(text string) diag.Text {
	return diag.Text{String: text, At: func(offset int) diag.Pos { return diag.Pos{File: "x.yaml", Line: 3, Col: 10 + offset} }}
}

func mustCompile(t testing.TB, text string, s Scope) *Program {
	t.Helper()
	p, problems := Compile(inFile(text), s)
	if len(problems) > 0 {
		t.Fatalf("%s: %v", text, problems)
	}
	return p
}

// said is what a Caller was told, as text.
func said(p *Program, i int, selector, params []any) string {
	c := p.Calls()[i]
	words := []string{c.Function}
	for j, v := range selector {
		words = append(words, fmt.Sprintf("%s=%v", c.Args[j].Name, v))
	}
	return strings.Join(append(words, fmt.Sprint(params)), " ")
}

func TestCallerGetsArgumentsInOrder(t *testing.T) {
	for _, test := range []struct {
		text string
		want []string
	}{
		{`speedup(procs=2) > 1`, []string{"speedup procs=2 []"}},
		{`speedup(procs=2, against="serial", runtime="py2") > 1`, []string{"speedup procs=2 runtime=py2 [serial]"}},
		{`speedup("runtime=py2 procs=2") > 1`, []string{"speedup =runtime=py2 procs=2 []"}},
		{`time(serial) > 1`, []string{"time =serial [median total]"}},
		{`time(serial, phase="work", stat="min") > 1`, []string{"time =serial [min work]"}},
		{`time(level) > 1`, []string{"time =7 [median total]"}},
		{`1 < time(procs=2) < 3`, []string{"time procs=2 [median total]", "time procs=2 [median total]"}},
		{`half(5) > half(n=4)`, []string{"half [5 3]", "half [1 4]"}},
		{`time(procs=cores) > 1`, []string{"time procs=2 [median total]"}},
		{`time(procs=1+1, x=-1, y=true, z=[1, 2]) > 1`, []string{"time procs=2 x=-1 y=true z=[1 2] [median total]"}},
		{`all([2, 4], time(threads=#) > 1)`, []string{"time threads=2 [median total]", "time threads=4 [median total]"}},
		{`any(1..3, {time(threads=#) > 5})`, []string{"time threads=1 [median total]", "time threads=2 [median total]", "time threads=3 [median total]"}},
		{`time() > 1`, []string{"time [median total]"}},
		{`time(procs=half()) > 1`, []string{"half [1 3]", "time procs=2 [median total]"}},
	} {
		p := mustCompile(t, test.text, scope)
		var got []string
		_, err := p.Eval(vars, func(i int, selector, params []any) (any, error) {
			got = append(got, said(p, i, selector, params))
			return 2.0, nil
		})
		if err != nil || strings.ReplaceAll(strings.Join(got, "; "), " []", "") != strings.ReplaceAll(strings.Join(test.want, "; "), " []", "") {
			t.Errorf("%s:\n got %q, %v\nwant %q", test.text, got, err, test.want)
		}
	}
}

func TestEval(t *testing.T) {
	call := func(int, []any, []any) (any, error) { return 0.25, nil }
	for text, want := range map[string]any{
		`time(serial) < 500*ms`:                                  true,
		`time(serial) < 0.2*s`:                                   false,
		`time(serial) <= 1*min / 240`:                            true,
		`memory(serial) * 4*MiB == 1*MiB`:                        true,
		`1*kB + 1*KiB == 2024`:                                   true,
		`min(time(serial), 3) == 0.25`:                           true,
		`1 > time(serial) > 0.1`:                                 true,
		`1 > time(serial) > 0.3`:                                 false,
		`not (time(serial) > 1)`:                                 true,
		`speedup(procs=2) > 1 ? false : os == "linux"`:           true,
		`speedup(procs=2) > 0.1 && !(cores == 1)`:                true,
		`abs(3 / 2 - 1.5) < 1e-6`:                                true,
		`results(serial) == 0.25`:                                true,
		`os in ["linux", "darwin"]`:                              true,
		`sum(map([1, 2], # * 2)) == 6`:                           true,
		`len(filter(1..10, # % 2 == 0)) == 5`:                    true,
		`level == 7`:                                             true,
		`"a" == 'a' and "é" != "e"`:                              true,
		`cores > 1 /* two */ and cores < 3`:                      true,
		`(level ?? 0) == 7`:                                      true,
		`uniq([1, 1, 2]) == [1, 2] and [1,2][0] == 1`:            true,
		`all([1, 2], 4 / # >= 2 and # ** 2 < 5)`:                 true,
		`time(runtime="py3", executor="serial") == 0.25 == true`: true,
	} {
		got, err := mustCompile(t, text, scope).Eval(vars, call)
		if err != nil || got != want {
			t.Errorf("%s = %v, %v; want %v", text, got, err, want)
		}
	}
}

func TestEvalWithoutBool(t *testing.T) {
	s := scope
	s.Bool = false
	got, err := mustCompile(t, `time(serial) * 2`, s).Eval(vars, func(int, []any, []any) (any, error) { return 2.0, nil })
	if err != nil || got != 4.0 {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestEvalErrors(t *testing.T) {
	missing := errors.New("procs=2 has no ok trial")
	failing := func(int, []any, []any) (any, error) { return nil, missing }
	if _, err := mustCompile(t, `time(procs=2) > 1`, scope).Eval(vars, failing); err != missing {
		t.Errorf("the caller's error came back as %v", err)
	}
	for text, want := range map[string]string{
		`results(serial)`:                          "not true or false",
		`results(serial) > 1`:                      "",
		`results(serial).x == 1`:                   "",
		`time(serial, stat=results(serial)) > 1`:   "stat of time is one of median, mean, min",
		`half(results(serial)) > 1`:                "x of half is a number, not a text",
		`len(map(1..1000000, #)) > 0`:              "more elements",
		`len(map(1..1000, len(1..1000))) > 0`:      "more elements",
		`all([0, 1], not (time(procs=#) / # < 1))`: "2 / 0 is not a number",
		`any([0], # ** -1 > 1)`:                    "0 ** -1 is not a number",
		`"a" matches results(serial) + "("`:        "missing closing )",
	} {
		v, err := mustCompile(t, text, scope).Eval(vars, func(i int, s, p []any) (any, error) {
			if len(s) > 0 && s[0] == 0 {
				return 2.0, nil
			}
			return "text", nil
		})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "interface {}") {
			t.Errorf("%s: %v, %v; want an error with %q", text, v, err, want)
		}
	}
}

func TestListsGivenAsVariablesAllowMore(t *testing.T) {
	s := Scope{Bool: true, Variables: map[string]any{"results": []any{}}}
	list := make([]any, 50_000)
	for i := range list {
		list[i] = i
	}
	v, err := mustCompile(t, `sum(map(results, # * 2)) == 50000 * 49999`, s).Eval(map[string]any{"results": list}, nil)
	if v != true || err != nil {
		t.Errorf("%v, %v", v, err)
	}
}

func TestNaNComparesFalse(t *testing.T) {
	nan := func(int, []any, []any) (any, error) { return math.NaN(), nil }
	for _, text := range []string{`time(serial) > 1`, `time(serial) < 1`, `time(serial) == time(serial)`} {
		if v, err := mustCompile(t, text, scope).Eval(vars, nan); v != false || err != nil {
			t.Errorf("%s = %v, %v", text, v, err)
		}
	}
}

func TestCalls(t *testing.T) {
	text := `é == "é" or speedup(procs=1+1, "serial", runtime=os) > time(serial)`
	text = strings.Replace(text, "é == ", "os == ", 1)
	p := mustCompile(t, text, scope)
	runes := []rune(text)
	calls := p.Calls()
	if len(calls) != 2 {
		t.Fatalf("%d calls", len(calls))
	}
	part := func(from, to int) string { return string(runes[from:to]) }
	if got := part(calls[0].From, calls[0].To); got != `speedup(procs=1+1, "serial", runtime=os)` {
		t.Errorf("first call is %q", got)
	}
	want := []struct {
		name, text string
		value      any
		valueAt    string
	}{{"procs", "procs", 2, "1+1"}, {"", `"serial"`, "serial", `"serial"`}, {"runtime", "runtime", nil, "os"}}
	for i, a := range calls[0].Args {
		w := want[i]
		if a.Name != w.name || part(a.From, a.To) != w.text || !reflect.DeepEqual(a.Const, w.value) || !strings.HasPrefix(string(runes[a.ValueAt:]), w.valueAt) || part(a.ValueAt, a.ValueTo) != w.valueAt {
			t.Errorf("argument %d: %+v, want %+v", i, a, w)
		}
	}
	if got := p.Variables(); !reflect.DeepEqual(got, []string{"os"}) {
		t.Errorf("variables: %v", got)
	}
}

func TestParts(t *testing.T) {
	call := func(i int, s, p []any) (any, error) {
		if len(s) > 0 && s[0] == 9 {
			return nil, errors.New("no such thing")
		}
		return 0.5, nil
	}
	for _, test := range []struct {
		text string
		want []string
	}{
		{`time(procs=2) < 500*ms + 1`, []string{"time(procs=2) < 500*ms + 1 = true", "time(procs=2) = 0.5 s", "500*ms + 1 = 1.5"}},
		{`1 < time(procs=2) < 3`, []string{"1 < time(procs=2) < 3 = false", "1 < time(procs=2) = false", "time(procs=2) < 3 = true", "time(procs=2) = 0.5 s"}},
		{`(time(procs=2) + time(serial)) * 2 > cores`, []string{"(time(procs=2) + time(serial)) * 2 > cores = false",
			"(time(procs=2) + time(serial)) * 2 = 2 s", "time(procs=2) + time(serial) = 1 s", "time(procs=2) = 0.5 s", "time(serial) = 0.5 s", "cores = 2"}},
		{`all([2], time(threads=#) > 0.1)`, []string{"all([2], time(threads=#) > 0.1) = true"}},
		{`-time(serial) > -2`, []string{"-time(serial) > -2 = true", "-time(serial) = -0.5 s", "time(serial) = 0.5 s"}},
		{`time(procs=9) > 1 or cores > 1`, []string{"time(procs=9) > 1 or cores > 1 ! no such thing", "time(procs=9) > 1 ! no such thing",
			"time(procs=9) ! no such thing", "cores > 1 = true", "cores = 2"}},
		{`memory(serial) / memory(pool=2) >= 1`, []string{"memory(serial) / memory(pool=2) >= 1 = true", "memory(serial) / memory(pool=2) = 1 1",
			"memory(serial) = 0.5 B", "memory(pool=2) = 0.5 B"}},
		{`max(time(serial), time(pool=2)) > 0`, []string{"max(time(serial), time(pool=2)) > 0 = true", "max(time(serial), time(pool=2)) = 0.5 s",
			"time(serial) = 0.5 s", "time(pool=2) = 0.5 s"}},
	} {
		p := mustCompile(t, test.text, scope)
		var got []string
		for _, q := range p.Parts(vars, call) {
			text := string([]rune(test.text)[q.From:q.To])
			if q.Err != nil {
				got = append(got, text+" ! "+q.Err.Error())
				continue
			}
			got = append(got, strings.TrimSpace(fmt.Sprintf("%s = %v %s", text, q.Value, q.Unit)))
		}
		if !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s:\n got %q\nwant %q", test.text, got, test.want)
		}
	}
}

func TestComparisons(t *testing.T) {
	call := func(int, []any, []any) (any, error) { return 4.0, nil }
	for text, want := range map[string]string{
		`time(serial) > 2*s`:                        "4 > 2 s",
		`not (time(serial) > 2)`:                    "4 <= 2 s",
		`not (time(serial) > 2 and !(cores == 1))`:  "4 <= 2 s; 2 == 1 ",
		`1 < time(serial) < 3 or os == "linux"`:     "1 < 4 1; 4 < 3 s; linux == linux ",
		`all([2], time(threads=#) > 0.1)`:           "",
		`cores > 1 ? time(serial) > 1 : cores == 1`: "",
		`speedup(procs=2) > 0.65 * parallelism`:     "4 > 0.9750000000000001 1",
	} {
		p := mustCompile(t, text, scope)
		var got []string
		for _, c := range p.Comparisons() {
			left, err1 := c.Left.Eval(vars, call)
			right, err2 := c.Right.Eval(vars, call)
			if err1 != nil || err2 != nil {
				t.Errorf("%s: %v %v", text, err1, err2)
			}
			got = append(got, fmt.Sprint(left, " ", c.Operator, " ", right, " ", c.Left.Unit))
		}
		if s := strings.Join(got, "; "); s != want {
			t.Errorf("%s: got %q, want %q", text, s, want)
		}
	}
}

// TestSteps: predicates in predicates over a long list are ended, and what they count is what was gone through.
func TestSteps(t *testing.T) {
	s := Scope{Bool: true, Variables: map[string]any{"results": []any{}}}
	list := map[string]any{"results": make([]any, 3_000)}
	for text, want := range map[string]int{
		`all(results, # == nil) and count(1..10, # > 5) == 5`: 3_010,
		`all(results, any(1..3, # == 3) and # == nil)`:        3_000 + 3*3_000,
		`len(filter(map(results, 1), # / 1 == 1)) == 3000`:    6_000,
	} {
		p := mustCompile(t, text, s)
		if v, err := p.Eval(list, nil); v != true || err != nil || p.Steps() != want {
			t.Errorf("%s: %v, %v, %d steps, want %d", text, v, err, p.Steps(), want)
		}
	}
	p := mustCompile(t, `count(results, {count(results, {count(results, {# == nil}) > 0}) > 0}) > 0`, s)
	for range 2 { // the count begins anew
		if _, err := p.Eval(list, nil); err == nil || err.Error() != "the predicates take more than 5000000 steps" {
			t.Error(err)
		}
	}
}

func TestBounds(t *testing.T) {
	double := "level"
	for range 40 {
		double = "(" + double + " ?: 1)" // the parser shares the node: 2^40 nodes as a tree
	}
	for name, text := range map[string]string{
		"too long":      strings.Repeat("1+", 3000) + "1 > 1",
		"nested deeper": strings.Repeat("(", 60) + "1" + strings.Repeat(")", 60) + " > 0",
		"too large":     double + " == 7",
		"at most 4096":  strings.Repeat(" ", 4097),
	} {
		if _, problems := Compile(inFile(text), scope); len(problems) != 1 || !strings.Contains(problems[0].Message, name) {
			t.Errorf("%s: %v", name, problems)
		}
	}
}

func TestNoTwoCompilationsShareAnything(t *testing.T) {
	a, b := mustCompile(t, `time(procs=2) > 1`, scope), mustCompile(t, `time(procs=4) > 1`, scope)
	var got []any
	see := func(_ int, selector, _ []any) (any, error) { got = append(got, selector[0]); return 1.0, nil }
	for _, p := range []*Program{a, b, a} {
		if _, err := p.Eval(vars, see); err != nil {
			t.Fatal(err)
		}
	}
	if !reflect.DeepEqual(got, []any{2, 4, 2}) {
		t.Errorf("got %v", got)
	}
}

func FuzzCompile(f *testing.F) {
	for _, text := range append(refusedTexts, `speedup(procs=2) > 1.3`, `all([2, 4], time(threads=#) > 0.5)`, `1 < time("a=b", x=[1,2]) < 500*ms`,
		`a ?: b`, `level?.x ?? 1`, "`raw` == \"\\u00e9\"", `{"a": 1}["a"] == 1`, `level[1:2] == [1]`, `[1]|map(#)|len() == 1`, `é=ü`) {
		f.Add(text)
	}
	call := func(i int, selector, params []any) (any, error) { return float64(len(selector)), nil }
	f.Fuzz(func(t *testing.T, text string) {
		p, problems := Compile(inFile(text), scope)
		if (p == nil) == (len(problems) == 0) {
			t.Fatalf("%q: a program or problems, not %v and %v", text, p, problems)
		}
		n := utf8.RuneCountInString(text)
		for _, d := range problems {
			if d.Pos.Col < 10 || d.Pos.Col > 10+n || d.Message == "" || d.Width < 1 {
				t.Fatalf("%q: %+v", text, d)
			}
		}
		if p == nil {
			return
		}
		v, err := p.Eval(vars, call)
		if _, isBool := v.(bool); err == nil && !isBool {
			t.Fatalf("%q = %v", text, v)
		}
		for _, q := range p.Parts(vars, call) {
			if q.From < 0 || q.From >= q.To || q.To > n {
				t.Fatalf("%q: part %+v", text, q)
			}
		}
		p.Comparisons()
	})
}

func BenchmarkEval(b *testing.B) {
	for _, text := range []string{`speedup(procs=2) > 1.3`, `time(procs=2, stat="mean") < 500*ms and speedup(procs=2) > 1.3`} {
		b.Run(text, func(b *testing.B) {
			p := mustCompile(b, text, scope)
			call := func(int, []any, []any) (any, error) { return 1.5, nil }
			b.ReportAllocs()
			for b.Loop() {
				if _, err := p.Eval(vars, call); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		mustCompile(b, `speedup(procs=2, runtime="py3") > 1.3`, scope)
	}
}

// TestForgets: a program keeps nothing of what its calls asked; it is kept as long as an experiment, they are of one look at it.
func TestForgets(t *testing.T) {
	p := mustCompile(t, `time(procs=2) > 1`, scope)
	kept := func() weak.Pointer[[1000]float64] {
		data := new([1000]float64)
		v, err := p.Eval(vars, func(int, []any, []any) (any, error) { return data[0], nil })
		if v != false || err != nil {
			t.Fatal(v, err)
		}
		return weak.Make(data)
	}()
	runtime.GC()
	if kept.Value() != nil {
		t.Error("the data behind a call are kept")
	}
	runtime.KeepAlive(p)
}
