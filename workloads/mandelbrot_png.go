package workloads

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/cmplx"
	"os"
	"path"
)

// drawing is the picture of a view on its way to a file.
type drawing struct {
	path  string
	view  view
	image *image.NRGBA
}

// mostPixels of a drawing, which is in memory as a whole, 4 B a pixel.
const mostPixels = 1 << 26

func newDrawing(path string, v view) (*drawing, error) {
	if n := v.width * v.height; n > mostPixels {
		return nil, fmt.Errorf("a picture of %d pixels is too large to draw: the most are %d", n, mostPixels)
	}
	return &drawing{path, v, image.NewNRGBA(image.Rect(0, 0, v.width, v.height))}, nil
}

// pixel colours a point by its count, made continuous by how far z had got: n + 1 - log2(ln|z|) for a large |z|, hence
// the four iterations more. The inside is dark.
func (d *drawing) pixel(x, y, n int, z, c complex128) {
	if n == d.view.iterations && cmplx.Abs(z) <= 2 {
		d.image.SetNRGBA(x, y, color.NRGBA{8, 8, 20, 255})
		return
	}
	const more = 4
	for range more {
		z = z*z + c
	}
	smooth := float64(n+more) + 1 - math.Log2(math.Log(cmplx.Abs(z)))
	d.image.SetNRGBA(x, y, shade(math.Sqrt(max(smooth, 0))/6.4))
}

// shade is a colour of the palette, which returns to its beginning at every whole number: night blue, blue, white, amber,
// dark brown.
func shade(at float64) color.NRGBA {
	stops := [...]struct {
		at      float64
		r, g, b float64
	}{{0, 0, 7, 100}, {0.16, 32, 107, 203}, {0.42, 237, 255, 255}, {0.6425, 255, 170, 0}, {0.8575, 60, 20, 10}, {1, 0, 7, 100}}
	at -= math.Floor(at)
	i := 1
	for at > stops[i].at {
		i++
	}
	from, to := stops[i-1], stops[i]
	t := (at - from.at) / (to.at - from.at)
	t *= t * (3 - 2*t) // without an edge at the stops
	mix := func(a, b float64) uint8 { return uint8(math.Round(a + (b-a)*t)) }
	return color.NRGBA{mix(from.r, to.r), mix(from.g, to.g), mix(from.b, to.b), 255}
}

// save writes the file whole or not at all: several tasks may draw the same picture at once.
func (d *drawing) save() error {
	f, err := os.CreateTemp(path.Dir(d.path), ".mandelbrot-*.png")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // fails once it is renamed, as it should
	err = png.Encode(f, d.image)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Chmod(f.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(f.Name(), d.path)
	}
	return err
}
