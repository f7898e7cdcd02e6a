package workloads

import (
	"context"
	"fmt"
	"syscall"
)

func init() {
	Register(Workload{
		Name: "alloc",
		Doc:  "take memory from the operating system, touch every page, hold it, give it back, and return its size",
		Params: []Param{
			{Name: "bytes", Doc: "size of the block (B)", Default: 0, Required: true, Max: 1 << 40},
			{Name: "hold", Doc: "how long to hold it once it is touched (s)", Default: 0.0, Max: longest},
		},
		Run: runAlloc,
	})
}

// runAlloc maps the block itself: from the Go heap it would stay resident until some later collection, and the peak would
// tell when the collector ran, not what the tasks held.
func runAlloc(ctx context.Context, a Args) (Result, error) {
	size := a.Int("bytes")
	if size == 0 { // which mmap refuses
		return 0, Pause(ctx, a.Float("hold"))
	}
	block, err := syscall.Mmap(-1, 0, size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return nil, fmt.Errorf("cannot map %d B: %w; ask for fewer bytes or hold fewer at once", size, err)
	}
	defer func() { _ = syscall.Munmap(block) }()
	page := syscall.Getpagesize()
	err = inSteps(ctx, 0, size, 1024*page, func(lo, hi int) {
		for i := lo; i < hi; i += page {
			block[i] = 1
		}
	})
	if err != nil {
		return nil, err
	}
	return size, Pause(ctx, a.Float("hold"))
}
