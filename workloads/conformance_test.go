package workloads

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
)

// cases gives each workload arguments with which it ends at once, and with which it practically never ends.
var cases = map[string]struct {
	small, endless Args
	instant        bool // there is no endless one
}{
	"add":        {small: Args{"a": 2, "b": -5}, instant: true},
	"alloc":      {small: Args{"bytes": 1 << 20}, endless: Args{"bytes": 1 << 20, "hold": 3600.0}},
	"busy_wait":  {small: Args{"n": 1000}, endless: Args{"n": 1 << 60}},
	"copy_files": {small: Args{"files": 3, "size": 300_000}, endless: Args{"files": 1 << 40, "size": 300_000}},
	"count_down": {small: Args{"n": 1000}, endless: Args{"n": 1 << 60}},
	"counter":    {small: Args{"n": 10_000, "sync": "mutex"}, endless: Args{"n": 1 << 60, "sync": "atomic"}},
	"fetch":      {small: Args{"latency": 0.001}, endless: Args{"latency": 3600.0}},
	"mandelbrot": {small: Args{"width": 32, "height": 24}, endless: Args{"width": 1 << 16, "height": 1 << 16, "iterations": 1_000_000}},
	"pi":         {small: Args{"n": 1000}, endless: Args{"n": 1 << 60}},
	"primes":     {small: Args{"hi": 1000}, endless: Args{"lo": 10_000_000_000_000, "hi": 100_000_000_000_000}},
	"sleep":      {small: Args{"seconds": 0.001}, endless: Args{"seconds": 3600.0}},
	"spin_mixed": {small: Args{"n": 3, "hi": 4, "seed": 7, "iterations": 100}, endless: Args{"n": 1 << 60, "iterations": 1_000_000_000}},
	"sum_primes": {small: Args{"n": 1000}, endless: Args{"n": 10_000_000_000}},
}

func each(t *testing.T, test func(t *testing.T, w Workload)) {
	for _, w := range All() {
		t.Run(w.Name, func(t *testing.T) {
			if _, ok := cases[w.Name]; !ok {
				t.Fatal("the conformance suite has no arguments for it: add a line to cases")
			}
			test(t, w)
		})
	}
}

func run(ctx context.Context, w Workload, args Args) (Result, error) {
	bound, err := w.Bind(args)
	if err != nil {
		return nil, err
	}
	return w.Run(ctx, bound)
}

func mustRun(t *testing.T, name string, args Args) Result {
	t.Helper()
	w, ok := Lookup(name)
	if !ok {
		t.Fatalf("no workload %q", name)
	}
	result, err := run(t.Context(), w, args)
	if err != nil {
		t.Fatalf("%s %v: %v", name, args, err)
	}
	return result
}

func TestDescription(t *testing.T) {
	name := regexp.MustCompile(`^[a-z][a-z_]*$`)
	line := regexp.MustCompile(`^[^\n]{10,140}[^.\n]$`)
	each(t, func(t *testing.T, w Workload) {
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
			if typed, err := p.typed(p.Default); err != nil || typed != p.Default {
				t.Errorf("the default of %q is not a value of it: %v", p.Name, err)
			}
		}
	})
}

func TestBindTypesAndFills(t *testing.T) {
	each(t, func(t *testing.T, w Workload) {
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
		var sent Args
		if err := json.Unmarshal(text, &sent); err != nil {
			t.Fatal(err)
		}
		if again, err := w.Bind(sent); err != nil || !reflect.DeepEqual(again, bound) {
			t.Errorf("after JSON the arguments are %v (%v), want %v", again, err, bound)
		}
	})
}

func TestUnknownParameterIsRefused(t *testing.T) {
	each(t, func(t *testing.T, w Workload) {
		args := Args{"wrokers": 1}
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
	each(t, func(t *testing.T, w Workload) {
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
	each(t, func(t *testing.T, w Workload) {
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
	each(t, func(t *testing.T, w Workload) {
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
		case "net/http", "crypto/tls", "regexp", "text/template", "encoding/json":
			t.Errorf("imports %s", dep)
		}
	}
}
