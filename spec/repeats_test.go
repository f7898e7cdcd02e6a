package spec

import (
	"testing"
	"time"
)

// What a layer, a profile or the command line says of the number of blocks goes before what stands below it.
func TestRepeats(t *testing.T) {
	for _, c := range []struct {
		name, text string
		opt        Options
		want       Repeats
	}{
		{"nothing said", "x-a: 1", Options{}, Repeats{Min: 10, Max: 10, Warmup: 1}},
		{"a number", "repeats: 5", Options{}, Repeats{Min: 5, Max: 5, Warmup: 1}},
		{"max", "repeats: {max: 30}", Options{}, Repeats{Min: 10, Max: 30, Warmup: 1}},
		{"max below the usual min", "repeats: {max: 6}", Options{}, Repeats{Min: 6, Max: 6, Warmup: 1}},
		{"precision", "repeats: {precision: 2%}", Options{}, Repeats{Min: 10, Max: 40, Warmup: 1, Precision: 0.02}},
		{"precision and min", "repeats: {min: 30, precision: 0.5%}", Options{}, Repeats{Min: 30, Max: 40, Warmup: 1, Precision: 0.005}},
		{"precision and max", "repeats: {max: 12, precision: 0.05}", Options{}, Repeats{Min: 10, Max: 12, Warmup: 1, Precision: 0.05}},

		{"another min", "repeats: {min: 10, max: 30}", Options{Define: map[string]string{"repeats.min": "20"}}, Repeats{Min: 20, Max: 30, Warmup: 1}},
		{"a min above max", "repeats: {min: 10, max: 30}", Options{Define: map[string]string{"repeats.min": "50"}}, Repeats{Min: 50, Max: 50, Warmup: 1}},
		{"a max below min", "repeats: {min: 10, max: 30, precision: 2%}", Options{Define: map[string]string{"repeats.max": "5"}}, Repeats{Min: 5, Max: 5, Warmup: 1}},
		{"a min that leaves precision no say", "repeats: {precision: 2%}", Options{Define: map[string]string{"repeats.min": "50"}}, Repeats{Min: 50, Max: 50, Warmup: 1}},
		{"a number over bounds", "repeats: {min: 20, max: 30, precision: 2%, budget: 1m}", Options{Define: map[string]string{"repeats": "7"}}, Repeats{Min: 7, Max: 7, Warmup: 1}},

		{"exactly so many", "repeats: {min: 20, max: 30, precision: 2%, warmup: 2}", Options{Repeats: 7}, Repeats{Min: 7, Max: 7, Warmup: 2}},
		{"until decided", "repeats: 5", Options{UntilDecided: true}, Repeats{Min: 5, Max: 40, Warmup: 1}},
		{"until decided where there is a max", "repeats: {min: 5, max: 100}", Options{UntilDecided: true}, Repeats{Min: 5, Max: 100, Warmup: 1}},
		{"until decided where there are more", "repeats: 60", Options{UntilDecided: true}, Repeats{Min: 60, Max: 60, Warmup: 1}},
		{"a budget", "repeats: {max: 30, budget: 1m}", Options{Budget: time.Hour}, Repeats{Min: 10, Max: 30, Warmup: 1, Budget: time.Hour}},
		{"no budget", "repeats: {max: 30, budget: 1m}", Options{}, Repeats{Min: 10, Max: 30, Warmup: 1, Budget: time.Minute}},
	} {
		text := "version: 1\nname: x\nworkloads: {p: {builtin: primes, args: {n: 100}}}\n" + c.text + "\n"
		c.opt.Read = in(map[string]string{"x.yaml": text})
		exp, list := Load("x.yaml", catalog(), c.opt)
		if len(list) > 0 || exp.Repeats != c.want {
			t.Errorf("%s: %+v, want %+v; problems %v", c.name, exp.Repeats, c.want, list)
		}
		if got := exp.Repeats.Adaptive(); got != (c.want.Max > c.want.Min) {
			t.Errorf("%s: adaptive %v", c.name, got)
		}
	}
}

func TestOriginsOfRepeats(t *testing.T) {
	text := "version: 1\nname: x\nworkloads: {p: {builtin: primes, args: {n: 100}}}\nrepeats: {min: 20, max: 30, precision: 2%}\n"
	load := func(opt Options) map[string]Origin {
		opt.Read = in(map[string]string{"x.yaml": text})
		exp, list := Load("x.yaml", catalog(), opt)
		if len(list) > 0 {
			t.Fatal(list)
		}
		return exp.Origins
	}
	exact := load(Options{Repeats: 5})
	for _, gone := range []string{"repeats.min", "repeats.max", "repeats.precision"} {
		if o, there := exact[gone]; there {
			t.Errorf("%s has an origin, %+v, where it has no say", gone, o)
		}
	}
	if got := exact["repeats"].From; got != "command line" {
		t.Errorf("repeats is from %q", got)
	}
	if o := load(Options{Budget: time.Minute, UntilDecided: true}); o["repeats.budget"].From != "command line" || o["repeats.max"].From != "file" {
		t.Errorf("budget %+v, max %+v", o["repeats.budget"], o["repeats.max"])
	}
}
