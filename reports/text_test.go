package reports

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
)

var update = flag.Bool("update", false, "write the golden files")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; go test -update writes it anew\n--- got\n%s", file, got)
	}
}

func render(t *testing.T, format string, r *Report, style Style) []byte {
	t.Helper()
	f, ok := Lookup(format)
	if !ok {
		t.Fatalf("no format %q", format)
	}
	var b bytes.Buffer
	if err := f.Render(&b, r, style); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestTextGoldens(t *testing.T) {
	golden(t, "text-80.txt", render(t, "text", fixture(), Style{}))
	golden(t, "text-160.txt", render(t, "text", fixture(), Style{Width: 160}))
	golden(t, "text-160-color.txt", render(t, "text", fixture(), Style{Width: 160, Color: true}))
	golden(t, "text-empty.txt", render(t, "text", New(fixture().Run, nil, nil, nil, nil, nil, "PASS", 5), Style{}))
}

func TestTextStaysInItsWidthAndKeepsItsNumbers(t *testing.T) {
	widest := Width(fixture().Cells[3].Cell.Key())
	for width := 80; width <= 240; width += 7 {
		out := string(render(t, "text", fixture(), Style{Width: width}))
		for line := range strings.Lines(out) {
			line = strings.TrimSuffix(line, "\n")
			if Width(line) > width && !strings.Contains(line, "\\u202e") {
				t.Errorf("width %d: %d columns: %q", width, Width(line), line)
			}
		}
		for _, number := range []string{"1.234 s", "640.2 ms", "1.93", "0.99", "12.30 µs", "7 blocks", "1.2 %"} {
			if !strings.Contains(out, number) {
				t.Errorf("width %d: %q is lost", width, number)
			}
		}
	}
	if widest < 40 {
		t.Fatalf("the fixture needs a wide key, not one of %d columns", widest)
	}
}

func TestTextIsSafeForATerminal(t *testing.T) {
	for _, color := range []bool{false, true} {
		out := string(render(t, "text", fixture(), Style{Width: 120, Color: color}))
		if color != strings.Contains(out, "\x1b[") {
			t.Errorf("color %v: escapes %v", color, !color)
		}
		for _, i := range []ink{bold, faint, red, green, magenta, "0"} {
			out = strings.ReplaceAll(out, "\x1b["+string(i)+"m", "")
		}
		for _, r := range out {
			if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
				t.Fatalf("color %v: %U reaches the terminal", color, r)
			}
		}
	}
}

// The trials of each cell are drawn where there is room, and are the first numbers to go.
func TestTextDrawsTrials(t *testing.T) {
	r := fixture()
	r.Cells = r.Cells[:3]
	r.Cells[1].Times = []float64{1.25, 1.26, 1.24, 1.25, 2.5, 1.25, 1.25}
	wide := string(render(t, "text", r, Style{Width: 160}))
	for _, want := range []string{"95 % interval  trials       speedup", "1.240 … 1.271 s  ▁▁▁▁█▁▁         0.99", "637.7 … 645.5 ms  ▄▄▄▄▄▄▄▄▄▄      1.93"} {
		if !strings.Contains(wide, want) {
			t.Errorf("%q is not in\n%s", want, wide)
		}
	}
	if narrow := string(render(t, "text", r, Style{Width: 125})); strings.Contains(narrow, "▁") || !strings.Contains(narrow, "12.5 MiB") {
		t.Errorf("125 columns:\n%s", narrow)
	}
}
