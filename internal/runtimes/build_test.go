package runtimes

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestWants(t *testing.T) {
	for _, want := range []string{"3", "2", "3.12", "3.12.1", "2.7", "2.7.18", "3.13t", "3.13.0t", "3t", "pypy3", "pypy2.7", "pypy3.10",
		"pypy3.10.14"} {
		if _, ok := parseWant(want); !ok {
			t.Errorf("%q was refused", want)
		}
	}
	for _, want := range []string{"", "4", "1.5", "12", "3.", "3.x", "3.12.1.1", "3.1234", " 3", "3\n", "python3", "python3.12", "cpython", "py3",
		"pypy", "pypy3t", "2.7t", "3.13T", "3.13tt", "t", "-3", "3,12", "３"} {
		if _, ok := parseWant(want); ok {
			t.Errorf("%q was accepted", want)
		}
	}
}

func TestWantIsPrintedAsItIsTyped(t *testing.T) {
	for _, want := range []string{"3", "3.12", "3.12.1", "2.7", "3.13t", "3t", "pypy3", "pypy3.10"} {
		if b, _ := parseWant(want); b.String() != want {
			t.Errorf("%q is printed as %q", want, b)
		}
	}
}

func TestParseName(t *testing.T) {
	for name, want := range map[string]build{
		"3.12.1":                          {impl: "cpython", version: []int{3, 12, 1, 3, 0}},
		"3.12":                            {impl: "cpython", version: []int{3, 12}},
		"3.12-project":                    {impl: "cpython", version: []int{3, 12}},
		"3.13.0t":                         {impl: "cpython", version: []int{3, 13, 0, 3, 0}, threaded: true},
		"3.13.0rc2t":                      {impl: "cpython", version: []int{3, 13, 0, 2, 2}, threaded: true, preview: true},
		"3.15.0a1":                        {impl: "cpython", version: []int{3, 15, 0, 0, 1}, preview: true},
		"3.14t-dev":                       {impl: "cpython", version: []int{3, 14}, threaded: true, preview: true},
		"cpython-3.12.1-linux-x86_64-gnu": {impl: "cpython", version: []int{3, 12, 1, 3, 0}},
		"cpython-3.14.0b3+freethreaded-macos-aarch64-none": {impl: "cpython", version: []int{3, 14, 0, 1, 3}, threaded: true, preview: true},
		"cpython-3.13.1+debug-linux-x86_64-gnu":            {impl: "cpython", version: []int{3, 13, 1, 3, 0}},
		"pypy-3.10.14-linux-x86_64-gnu":                    {impl: "pypy", version: []int{3, 10, 14, 3, 0}},
		"pypy3.10-7.3.15":                                  {impl: "pypy", version: []int{3, 10}},
		"pypy3":                                            {impl: "pypy", version: []int{3}},
		"pypy":                                             {impl: "pypy"},
		"python3.13t":                                      {version: []int{3, 13}, threaded: true},
		"python3":                                          {version: []int{3}},
		"python":                                           {},
		"graalpy-24.1":                                     {},
		"miniconda3-4.7.12":                                {},
		"work":                                             {},
		"":                                                 {},
	} {
		if got := parseName(name); !reflect.DeepEqual(got, want) {
			t.Errorf("%q promises %+v, not %+v", name, got, want)
		}
	}
}

func TestAgrees(t *testing.T) {
	for _, c := range []struct {
		want string
		yes  []string
		no   []string
	}{
		{"3", []string{"3.6.15", "3.13.0", "3.15.0a1"}, []string{"2.7.18", "3.13.0t", "pypy3.10.14"}},
		{"3.1", []string{"3.1.5"}, []string{"3.10.13", "3.13.0"}},
		{"3.12.1", []string{"3.12.1"}, []string{"3.12.2", "3.12.10"}},
		{"2.7", []string{"2.7.18"}, []string{"2.6.9", "3.7.16", "pypy2.7.18"}},
		{"3.13t", []string{"3.13.0t", "3.13.0rc2t", "python", "work"}, []string{"3.13.0", "3.14.0t"}},
		{"3t", []string{"3.13.0t", "3.14.0t"}, []string{"3.13.0"}},
		{"pypy3", []string{"pypy3.10.14"}, []string{"3.10.13", "pypy2.7.18"}},
		{"pypy3.10", []string{"pypy3.10.14"}, []string{"pypy3.9.18"}},
	} {
		wanted, ok := parseWant(c.want)
		if !ok {
			t.Fatal(c.want)
		}
		for _, name := range c.yes {
			if !wanted.agrees(parseName(name)) {
				t.Errorf("%s does not take %s", c.want, name)
			}
		}
		for _, name := range c.no {
			if wanted.agrees(parseName(name)) {
				t.Errorf("%s takes %s", c.want, name)
			}
		}
	}
}

func TestNames(t *testing.T) {
	for want, names := range map[string]string{
		"3":        "python3 python",
		"3.12":     "python3.12 python3 python",
		"3.12.1":   "python3.12 python3 python",
		"2.7":      "python2.7 python2 python",
		"3.13t":    "python3.13t python3.13 python3 python",
		"3t":       "python3 python",
		"pypy3":    "pypy3 pypy python3 python",
		"pypy3.10": "pypy3.10 pypy3 pypy python3.10 python3 python",
	} {
		if b, _ := parseWant(want); strings.Join(b.names(), " ") != names {
			t.Errorf("%s looks for %q", want, b.names())
		}
	}
}

func TestNewest(t *testing.T) {
	names := []string{"work", "3.9.18", "3.12", "2.7.18", "3.13.0", "3.15.0a1", "3.14.0rc2", "3.10.13", "3.12.1", "3.14.0rc10"}
	slices.SortStableFunc(names, func(a, b string) int { return newest(parseName(a), parseName(b)) })
	want := "3.13.0 3.12.1 3.12 3.10.13 3.9.18 2.7.18 work 3.15.0a1 3.14.0rc10 3.14.0rc2"
	if strings.Join(names, " ") != want {
		t.Errorf("%q", names)
	}
}

func FuzzParseName(f *testing.F) {
	for _, seed := range []string{"3.13.0rc2t", "cpython-3.14.0b3+freethreaded-macos", "pypy3.10-7.3.15", "python"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		b := parseName(name)
		if n := len(b.version); n == 4 || n > 5 {
			t.Errorf("%q has the version %v", name, b.version)
		}
		if wanted, ok := parseWant(b.String()); ok && b.impl != "" && !wanted.agrees(b) {
			t.Errorf("%q is printed as %s, which does not mean it", name, b)
		}
	})
}
