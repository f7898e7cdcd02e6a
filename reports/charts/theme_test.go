package charts

import (
	"math"
	"strconv"
	"strings"
	"testing"
)

// linear light of a colour such as #0969da.
func light(t *testing.T, colour string) [3]float64 {
	t.Helper()
	n, err := strconv.ParseUint(strings.TrimPrefix(colour, "#"), 16, 32)
	if err != nil || len(colour) != 7 {
		t.Fatalf("colour %q", colour)
	}
	var c [3]float64
	for i := range c {
		v := float64(n>>(16-8*i)&255) / 255
		if c[i] = v / 12.92; v > 0.04045 {
			c[i] = math.Pow((v+0.055)/1.055, 2.4)
		}
	}
	return c
}

func luminance(c [3]float64) float64 { return 0.2126*c[0] + 0.7152*c[1] + 0.0722*c[2] }

// contrast by the Web Content Accessibility Guidelines.
func contrast(a, b [3]float64) float64 {
	x, y := luminance(a)+0.05, luminance(b)+0.05
	return max(x, y) / min(x, y)
}

func TestContrast(t *testing.T) {
	decoration := map[role]bool{surface: true, grid: true, band: true}
	texts := map[role]bool{ink: true, muted: true, limit: true} // and the series, whose labels have their colour
	for _, r := range series {
		texts[r] = true
	}
	for _, theme := range []Theme{Light, Dark} {
		ground := light(t, theme.colour(surface))
		for _, p := range palette {
			least := 3.0
			if texts[p.role] {
				least = 4.5
			}
			if got := contrast(light(t, theme.colour(p.role)), ground); got < least && !decoration[p.role] {
				t.Errorf("%s in %s has a contrast of %.2f", p.role, theme.Name, got)
			}
			marked := p.role == usual || p.role == pass || p.role == fail || p.role == unsure || p.role == broken || p.role == skipped
			if got := contrast(light(t, theme.colour(p.role)), light(t, theme.colour(band))); marked && got < 3 {
				t.Errorf("%s in %s has a contrast of %.2f against the band", p.role, theme.Name, got)
			}
		}
		for _, r := range series {
			if got := contrast(through(t, theme.colour(r), theme.colour(surface), 0.8), ground); got < 3 {
				t.Errorf("dots of %s in %s have a contrast of %.2f", r, theme.Name, got)
			}
		}
	}
}

// through is a colour that lets some of another shine through, in linear light; browsers mix the numbers.
func through(t *testing.T, over, under string, opacity float64) [3]float64 {
	t.Helper()
	a, b, mixed := light(t, over), light(t, under), [3]float64{}
	for i := range mixed {
		v := opacity*encoded(a[i]) + (1-opacity)*encoded(b[i])
		if mixed[i] = v / 12.92; v > 0.04045 {
			mixed[i] = math.Pow((v+0.055)/1.055, 2.4)
		}
	}
	return mixed
}

func encoded(v float64) float64 {
	if v <= 0.0031308 {
		return 12.92 * v
	}
	return 1.055*math.Pow(v, 1/2.4) - 0.055
}

// sights are how people see linear light: all of it, or without red, green or blue (Machado, Oliveira and Fernandes 2009,
// table 1 at full severity).
var sights = map[string][3][3]float64{
	"all":      {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"no red":   {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
	"no green": {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
	"no blue":  {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}},
}

// lab is where a colour stands in CIELAB, whose distances are about what people see.
func lab(c [3]float64) [3]float64 {
	f := func(v float64) float64 {
		if v > 0.008856 {
			return math.Cbrt(v)
		}
		return 7.787*v + 16.0/116
	}
	x := f((0.4124*c[0] + 0.3576*c[1] + 0.1805*c[2]) / 0.9505)
	y := f(luminance(c))
	z := f((0.0193*c[0] + 0.1192*c[1] + 0.9505*c[2]) / 1.089)
	return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

func TestSeriesDifferToEveryone(t *testing.T) {
	for _, theme := range []Theme{Light, Dark} {
		for sight, m := range sights {
			seen := func(r role) [3]float64 {
				c, out := light(t, theme.colour(r)), [3]float64{}
				for i := range out {
					out[i] = min(max(m[i][0]*c[0]+m[i][1]*c[1]+m[i][2]*c[2], 0), 1)
				}
				return lab(out)
			}
			for i, a := range series {
				for _, b := range series[:i] {
					x, y := seen(a), seen(b)
					if d := math.Hypot(math.Hypot(x[0]-y[0], x[1]-y[1]), x[2]-y[2]); d < 20 {
						t.Errorf("%s and %s in %s are only %.0f apart for those who see %s", a, b, theme.Name, d, sight)
					}
				}
			}
		}
	}
}

func TestVariables(t *testing.T) {
	for _, theme := range []Theme{Light, Dark} {
		declared := Variables(theme)
		for _, s := range samples() {
			for _, part := range strings.Split(string(s.f.SVG(Page)), "var(")[1:] {
				name, _, _ := strings.Cut(part, ")")
				if !strings.Contains(declared, name+": #") {
					t.Errorf("%s is not declared for %s", name, theme.Name)
				}
			}
		}
	}
	if !strings.Contains(Variables(Light), "--ink: #1f2328;") || Variables(Light) == Variables(Dark) {
		t.Error(Variables(Light))
	}
}

func TestLooksDiffer(t *testing.T) {
	seen := map[look]bool{}
	for i := range 42 {
		if k := lookOf(i); seen[k] {
			t.Errorf("group %d looks like another: %v", i, k)
		} else {
			seen[k] = true
		}
	}
	if lookOf(-1) != lookOf(0) {
		t.Error("a group below 0")
	}
}
