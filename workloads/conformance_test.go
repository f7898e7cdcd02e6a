package workloads_test

import (
	"context"
	"encoding/json"
	"errors"
	"os/exec"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"bench/runner/workloads"
	_ "bench/runner/workloads/network"
)

// cases gives each workload arguments with which it ends at once, and with which it practically never ends.
var cases = map[string]struct {
	small, endless workloads.Args
	instant        bool // there is no endless one
}{
	"add":        {small: workloads.Args{"a": 2, "b": -5}, instant: true},
	"alloc":      {small: workloads.Args{"bytes": 1 << 20}, endless: workloads.Args{"bytes": 1 << 20, "hold": 3600.0}},
	"busy_wait":  {small: workloads.Args{"n": 1000}, endless: workloads.Args{"n": 1 << 60}},
	"copy_files": {small: workloads.Args{"files": 3, "size": 300_000}, endless: workloads.Args{"files": 1 << 40, "size": 300_000}},
	"count_down": {small: workloads.Args{"n": 1000}, endless: workloads.Args{"n": 1 << 60}},
	"counter":    {small: workloads.Args{"n": 10_000, "sync": "mutex"}, endless: workloads.Args{"n": 1 << 60, "sync": "atomic"}},
	"fetch":      {small: workloads.Args{"latency": 0.001}, endless: workloads.Args{"latency": 3600.0}},
	"mandelbrot": {small: workloads.Args{"width": 32, "height": 24}, endless: workloads.Args{"width": 1 << 16, "height": 1 << 16, "iterations": 1_000_000}},
	"pi":         {small: workloads.Args{"n": 1000}, endless: workloads.Args{"n": 1 << 60}},
	"primes":     {small: workloads.Args{"hi": 1000}, endless: workloads.Args{"lo": 10_000_000_000_000, "hi": 100_000_000_000_000}},
	"sleep":      {small: workloads.Args{"seconds": 0.001}, endless: workloads.Args{"seconds": 3600.0}},
	"spin_mixed": {small: workloads.Args{"n": 3, "hi": 4, "seed": 7, "iterations": 100}, endless: workloads.Args{"n": 1 << 60, "iterations": 1_000_000_000}},
	"sum_primes": {small: workloads.Args{"n": 1000}, endless: workloads.Args{"n": 10_000_000_000}},
}

func each(t *testing.T, test func(t *testing.T, w workloads.Workload)) {
	for _, w := range workloads.All() {
		t.Run(w.Name, func(t *testing.T) {
			if _, ok := cases[w.Name]; !ok {
				t.Fatal("the conformance suite has no arguments for it: add a line to cases")
			}
			test(t, w)
		})
	}
}

func run(ctx context.Context, w workloads.Workload, args workloads.Args) (workloads.Result, error) {
	bound, err := w.Bind(args)
	if err != nil {
		return nil, err
	}
	return w.Run(ctx, bound)
}

func TestAllIsSortedAndLookedUp(t *testing.T) {
	all := workloads.All()
	if len(all) != len(cases) {
		t.Errorf("%d workloads, %d in the conformance suite", len(all), len(cases))
	}
	for i, w := range all {
		if i > 0 && all[i-1].Name >= w.Name {
			t.Errorf("%s stands before %s", all[i-1].Name, w.Name)
		}
		if found, ok := workloads.Lookup(w.Name); !ok || found.Name != w.Name {
			t.Errorf("looking up %s gave %q, %v", w.Name, found.Name, ok)
		}
	}
	if _, ok := workloads.Lookup("no_such"); ok {
		t.Error("no_such was found")
	}
}

func TestDescription(t *testing.T) {
	name := regexp.MustCompile(`^[a-z][a-z_]*$`)
	line := regexp.MustCompile(`^[^\n]{10,140}[^.\n]$`)
	each(t, func(t *testing.T, w workloads.Workload) {
		if !name.MatchString(w.Name) || !line.MatchString(w.Doc) {
			t.Errorf("name %q or doc %q is not as it should be", w.Name, w.Doc)
		}
		seen := map[string]bool{}
		for _, p := range w.Params {
			if !name.MatchString(p.Name) || len(p.Doc) < 4 || strings.ContainsAny(p.Doc, "\n") || seen[p.Name] {
				t.Errorf("parameter %q (%q) has a bad name, no doc, or is there twice", p.Name, p.Doc)
			}
			seen[p.Name] = true
			if _, isFloat := p.Default.(float64); isFloat && !strings.Contains(p.Doc, "(s)") {
				t.Errorf("the doc of parameter %q names no unit: %q", p.Name, p.Doc)
			}
			if typed, err := p.Typed(p.Default); err != nil || typed != p.Default {
				t.Errorf("the default of %q is not a value of it: %v", p.Name, err)
			}
		}
	})
}

func TestBindTypesAndFills(t *testing.T) {
	each(t, func(t *testing.T, w workloads.Workload) {
		small := cases[w.Name].small
		bound, err := w.Bind(small)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range w.Params {
			if got, want := reflect.TypeOf(bound[p.Name]), reflect.TypeOf(p.Default); got != want {
				t.Errorf("%s is a %v, want a %v", p.Name, got, want)
			}
			if _, given := small[p.Name]; !given && bound[p.Name] != p.Default {
				t.Errorf("%s is %v, want its default %v", p.Name, bound[p.Name], p.Default)
			}
		}
		text, err := json.Marshal(bound)
		if err != nil {
			t.Fatal(err)
		}
		var sent workloads.Args
		if err := json.Unmarshal(text, &sent); err != nil {
			t.Fatal(err)
		}
		if again, err := w.Bind(sent); err != nil || !reflect.DeepEqual(again, bound) {
			t.Errorf("after JSON the arguments are %v (%v), want %v", again, err, bound)
		}
	})
}

func TestUnknownParameterIsRefused(t *testing.T) {
	each(t, func(t *testing.T, w workloads.Workload) {
		args := workloads.Args{"wrokers": 1}
		for name, v := range cases[w.Name].small {
			args[name] = v
		}
		_, err := w.Bind(args)
		if err == nil || !strings.Contains(err.Error(), `"wrokers"`) {
			t.Errorf("got %v, want a refusal that names it", err)
		}
	})
}

func TestResultIsJSONAndTheSameAgain(t *testing.T) {
	each(t, func(t *testing.T, w workloads.Workload) {
		first, err := run(t.Context(), w, cases[w.Name].small)
		if err != nil {
			t.Fatal(err)
		}
		if !plainData(first) {
			t.Errorf("%T holds what JSON cannot carry: %v", first, first)
		}
		if again, err := run(t.Context(), w, cases[w.Name].small); err != nil || !reflect.DeepEqual(again, first) {
			t.Errorf("first %v, then %v (%v)", first, again, err)
		}
	})
}

func plainData(v any) bool {
	switch v := v.(type) {
	case nil, bool, int, float64, string:
		return true
	case []any:
		for _, e := range v {
			if !plainData(e) {
				return false
			}
		}
		return true
	case map[string]any:
		for _, e := range v {
			if !plainData(e) {
				return false
			}
		}
		return true
	}
	return false
}

// Under -race this is also the proof that tasks share nothing they should not.
func TestManyAtOnceGiveTheSame(t *testing.T) {
	each(t, func(t *testing.T, w workloads.Workload) {
		want, err := run(t.Context(), w, cases[w.Name].small)
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if got, err := run(t.Context(), w, cases[w.Name].small); err != nil || !reflect.DeepEqual(got, want) {
					t.Errorf("got %v (%v), alone %v", got, err, want)
				}
			})
		}
		all.Wait()
	})
}

func TestStopsWhenCancelled(t *testing.T) {
	each(t, func(t *testing.T, w workloads.Workload) {
		t.Chdir(t.TempDir())
		ctx, cancel := context.WithCancel(t.Context())
		if !cases[w.Name].instant {
			ended := make(chan error, 1)
			go func() {
				_, err := run(ctx, w, cases[w.Name].endless)
				ended <- err
			}()
			select {
			case err := <-ended:
				t.Fatalf("it ended by itself: %v", err)
			case <-time.After(30 * time.Millisecond):
			}
			cancel()
			select {
			case err := <-ended:
				if !errors.Is(err, context.Canceled) {
					t.Errorf("it ended with %v, want %v", err, context.Canceled)
				}
			case <-time.After(10 * time.Second):
				t.Fatal("it goes on 10 s after it was cancelled")
			}
		}
		cancel()
		if _, err := run(ctx, w, cases[w.Name].small); !errors.Is(err, context.Canceled) {
			t.Errorf("begun after the cancellation it gave %v, want %v", err, context.Canceled)
		}
	})
}

// Every worker process pays for what is imported here before it begins.
func TestNothingHeavyIsImported(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").CombinedOutput()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, out)
	}
	for _, dep := range strings.Fields(string(out)) {
		switch dep {
		case "net", "runtime/debug", "net/http", "crypto/tls", "regexp", "text/template", "encoding/json":
			t.Errorf("imports %s", dep)
		}
	}
}
