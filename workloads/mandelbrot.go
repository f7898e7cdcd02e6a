package workloads

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

func init() {
	Register(Workload{
		Name: "mandelbrot",
		Doc:  "count the iterations of each point in rows lo to hi of the Mandelbrot set, and return one checksum a row",
		Params: append([]Param{
			{Name: "width", Doc: "of the whole picture, pixels", Default: 512, Min: 1, Max: 1 << 16},
			{Name: "height", Doc: "of the whole picture, pixels", Default: 512, Min: 1, Max: 1 << 16},
			{Name: "iterations", Doc: "after which a point counts as inside", Default: 100, Min: 1, Max: 1e6},
			{Name: "png", Doc: "file to draw; only a task that does all the rows draws it", Default: ""},
		}, shareParams("row", "height")...),
		Run: runMandelbrot,
	})
}

// runMandelbrot returns a list, so that `combine: concat` gives the checksums of the whole picture however the rows were
// shared out: two pictures are equal when these lists are.
func runMandelbrot(ctx context.Context, a Args) (Result, error) {
	v := view{a.Int("width"), a.Int("height"), a.Int("iterations")}
	lo, hi, err := share(a, v.height)
	if err != nil {
		return nil, err
	}
	var art *drawing
	if path := a.Text("png"); path != "" && hi-lo == v.height {
		if art, err = newDrawing(path, v); err != nil {
			return nil, err
		}
	}
	sums, row := make([]any, 0, hi-lo), make([]byte, 4*v.width)
	for y := lo; y < hi; y++ {
		if err := v.row(ctx, y, row, art); err != nil {
			return nil, err
		}
		sums = append(sums, int(crc32.ChecksumIEEE(row)))
	}
	if art != nil {
		if err := art.save(); err != nil {
			return nil, fmt.Errorf("cannot draw the picture: %w", err)
		}
	}
	return sums, ctx.Err()
}

// view is the square of side 3 around -0.75, or the part of the plane that shows it whole where the picture is no square.
type view struct{ width, height, iterations int }

// point is the centre of a pixel. It is symmetrical to the bit, as the set is.
func (v view) point(x, y int) (re, im float64) {
	size := 3 / float64(min(v.width, v.height))
	return -0.75 + float64((float64(x)+0.5-float64(v.width)/2)*size), (float64(y) + 0.5 - float64(v.height)/2) * size
}

// row writes the counts of a row to counts, 4 bytes a pixel, and draws it unless art is nil.
func (v view) row(ctx context.Context, y int, counts []byte, art *drawing) error {
	return inSteps(ctx, 0, v.width, 64, func(lo, hi int) {
		for x := lo; x < hi; x++ {
			re, im := v.point(x, y)
			n, z := escape(re, im, v.iterations)
			binary.LittleEndian.PutUint32(counts[4*x:], uint32(n))
			if art != nil {
				art.pixel(x, y, n, z, complex(re, im))
			}
		}
	})
}

// escape iterates z -> z² + c from 0 until |z| > 2, at most limit times, and returns how often and the last z.
// The conversions keep products and sums apart: where a processor can fuse them the counts would be other ones.
func escape(re, im float64, limit int) (n int, z complex128) {
	zre, zim, re2, im2 := 0.0, 0.0, 0.0, 0.0
	for n < limit && re2+im2 <= 4 {
		zim = float64(2*zre*zim) + im
		zre = re2 - im2 + re
		re2, im2 = float64(zre*zre), float64(zim*zim)
		n++
	}
	return n, complex(zre, zim)
}
