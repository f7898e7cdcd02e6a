package workloads

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/png"
	"math"
	"math/cmplx"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func counts(t *testing.T, v view, y int) []int {
	t.Helper()
	row := make([]byte, 4*v.width)
	if err := v.row(t.Context(), y, row, nil); err != nil {
		t.Fatal(err)
	}
	out := make([]int, v.width)
	for x := range out {
		out[x] = int(binary.LittleEndian.Uint32(row[4*x:]))
	}
	return out
}

// The reference is the definition, in complex numbers.
func TestMandelbrotCounts(t *testing.T) {
	v := view{120, 80, 200}
	for y := range v.height {
		for x, got := range counts(t, v, y) {
			re, im := v.point(x, y)
			z, want := complex(0, 0), 0
			for want < v.iterations && cmplx.Abs(z) <= 2 {
				a, b := real(z), imag(z) // z*z, with each product rounded
				z = complex(float64(a*a)-float64(b*b), float64(a*b)+float64(b*a)) + complex(re, im)
				want++
			}
			if got != want {
				t.Fatalf("pixel %d, %d at %v%+vi: %d iterations, want %d", x, y, re, im, got, want)
			}
		}
	}
	for c, want := range map[complex128]int{0: 50, -1: 50, -2: 50, 1i: 50, 0.25: 50, 2: 2, 3: 1, 1: 3, 0.5: 5} {
		if got, _ := escape(real(c), imag(c), 50); got != want {
			t.Errorf("%v: %d iterations, want %d", c, got, want)
		}
	}
}

func TestMandelbrotAreaAndSymmetry(t *testing.T) {
	v := view{300, 300, 1000}
	inside := 0
	for y := range v.height {
		row := counts(t, v, y)
		for _, n := range row {
			if n == v.iterations {
				inside++
			}
		}
		if y < v.height/2 && !reflect.DeepEqual(row, counts(t, v, v.height-1-y)) {
			t.Errorf("row %d is not the mirror image of its opposite", y)
		}
	}
	if area := 9 * float64(inside) / 90_000; math.Abs(area-1.5066) > 0.02 { // 1.50659, and a little more at 1000 iterations
		t.Errorf("the area is %v, want about 1.507", area)
	}
}

func TestMandelbrotInPartsIsTheWhole(t *testing.T) {
	args := Args{"width": 40, "height": 30}
	whole := mustRun(t, "mandelbrot", args).([]any)
	var parts []any
	for _, cut := range [][2]int{{0, 1}, {1, 1}, {1, 17}, {17, 30}} {
		args := Args{"width": 40, "height": 30, "lo": cut[0], "hi": cut[1]}
		parts = append(parts, mustRun(t, "mandelbrot", args).([]any)...)
	}
	if len(whole) != 30 || !reflect.DeepEqual(parts, whole) {
		t.Errorf("parts %v, whole %v", parts, whole)
	}
	row := make([]byte, 0, 160)
	for _, n := range counts(t, view{40, 30, 100}, 11) {
		row = binary.LittleEndian.AppendUint32(row, uint32(n))
	}
	if want := int(crc32.ChecksumIEEE(row)); whole[11] != want {
		t.Errorf("row 11 has checksum %v, want %d", whole[11], want)
	}
	if other := mustRun(t, "mandelbrot", Args{"width": 40, "height": 30, "iterations": 101}); reflect.DeepEqual(other, whole) {
		t.Error("one iteration more has changed nothing")
	}
}

func TestMandelbrotPicture(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "set.png")
	args := Args{"width": 150, "height": 100, "png": path}
	drawn := mustRun(t, "mandelbrot", args)
	if plain := mustRun(t, "mandelbrot", Args{"width": 150, "height": 100}); !reflect.DeepEqual(drawn, plain) {
		t.Error("drawing changed the result")
	}
	first, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(first))
	if err != nil || picture.Bounds() != image.Rect(0, 0, 150, 100) {
		t.Fatalf("bounds %v, %v", picture.Bounds(), err)
	}
	colours := map[any]int{}
	for y := range 100 {
		for x, n := range counts(t, view{150, 100, 100}, y) {
			r, g, b, a := picture.At(x, y).RGBA()
			if dark := r>>8 == 8 && g>>8 == 8 && b>>8 == 20; dark != (n == 100) || a != 0xffff {
				t.Fatalf("pixel %d, %d has %d iterations and colour %d %d %d %d", x, y, n, r>>8, g>>8, b>>8, a>>8)
			}
			colours[picture.At(x, y)]++
		}
	}
	if len(colours) < 500 {
		t.Errorf("%d colours: the bands are not smoothed", len(colours))
	}
	mustRun(t, "mandelbrot", args)
	if again, err := os.ReadFile(path); err != nil || !bytes.Equal(again, first) {
		t.Errorf("drawn again it is another file (%v)", err)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
		t.Errorf("files left: %v, %v", files, err)
	}
}

func TestMandelbrotPartDrawsNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "set.png")
	mustRun(t, "mandelbrot", Args{"width": 20, "height": 20, "hi": 19, "png": path})
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("a part was drawn: %v", err)
	}
	w, _ := Lookup("mandelbrot")
	if _, err := run(t.Context(), w, Args{"width": 20, "height": 20, "png": filepath.Join(path, "none", "set.png")}); err == nil {
		t.Error("a directory that is not there was no error")
	}
}

func TestShadeIsContinuous(t *testing.T) {
	before := shade(0)
	for i := 1; i <= 20_000; i++ {
		now := shade(float64(i) / 10_000)
		for _, d := range []int{int(now.R) - int(before.R), int(now.G) - int(before.G), int(now.B) - int(before.B)} {
			if d < -2 || d > 2 {
				t.Fatalf("at %v the colour jumps from %v to %v", float64(i)/10_000, before, now)
			}
		}
		before = now
	}
}

func TestMandelbrotPictureThatIsTooLarge(t *testing.T) {
	w, _ := Lookup("mandelbrot")
	_, err := run(t.Context(), w, Args{"width": 1 << 16, "height": 1 << 16, "iterations": 1, "png": filepath.Join(t.TempDir(), "x.png")})
	if err == nil || !strings.Contains(err.Error(), "too large to draw") {
		t.Errorf("it ended with %v", err)
	}
}
