package spec

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// large has n × n/100 cells with templates, excludes, a baseline and linked levels.
func large(n int) string {
	return fmt.Sprintf(`version: 1
name: large
workloads:
  p:
    builtin: primes
    args: {method: "{{how}}"}
    tasks: {n: ["{{n}}", 100]}
    env: {N: "{{n}}-{{m}}"}
matrix:
  n: 1..%d
  m: 1..%d
  kind: [{label: a, how: sieve}, {label: b, how: trial}]
  executor: [serial, {threads: [1, 2]}, {pool: {workers: [1, 2], chunksize: 64}}]
exclude:
  - {n: [1, 2], m: 3}
  - if: n > 3 and m == 2 and workers > 1
baseline: {executor: serial, kind: a}
`, n, n)
}

func loadAndPlan(tb testing.TB, text string) Plan {
	opt := Options{Read: in(map[string]string{"x": text})}
	exp, list := Load("x", catalog(), opt)
	if len(list) > 0 {
		tb.Fatal(list)
	}
	plan, list := exp.Plan(catalog(), 1, opt)
	if len(list) > 0 {
		tb.Fatal(list)
	}
	return plan
}

// BenchmarkPlan10k loads and plans 10,240 combinations; BenchmarkPlan90k is for the growth.
func BenchmarkPlan10k(b *testing.B) { benchmarkPlan(b, 32) }
func BenchmarkPlan90k(b *testing.B) { benchmarkPlan(b, 96) }

func benchmarkPlan(b *testing.B, n int) {
	text := large(n)
	b.ReportAllocs()
	for b.Loop() {
		loadAndPlan(b, text)
	}
}

func BenchmarkBlock10k(b *testing.B) {
	plan := loadAndPlan(b, large(32))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		plan.Block(i)
	}
}

// The memory that is allocated for a plan of 10,000 cells, garbage included, stays below 100 MB, and grows with the
// number of cells and no faster.
func TestLargePlansAreCheap(t *testing.T) {
	bytes := func(n int) (float64, int) {
		text := large(n)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		plan := loadAndPlan(t, text)
		runtime.ReadMemStats(&after)
		return float64(after.TotalAlloc - before.TotalAlloc), len(plan.Cells) + len(plan.Excluded)
	}
	small, few := bytes(16)
	big, many := bytes(32)
	if many != 10_240 || few != 2_560 {
		t.Fatalf("%d and %d cells", few, many)
	}
	if big > 100e6 {
		t.Errorf("%.0f MB for %d cells", big/1e6, many)
	}
	if big/small > 1.5*float64(many)/float64(few) {
		t.Errorf("%.1f MB for %d cells, %.1f MB for %d", small/1e6, few, big/1e6, many)
	}
}

func TestManyKeys(t *testing.T) {
	var b strings.Builder
	b.WriteString("version: 1\nname: x\nworkloads:\n")
	for i := range 3000 {
		fmt.Fprintf(&b, "  w%d: {builtin: primes, args: {n: %d}}\n", i, i)
	}
	if plan := loadAndPlan(t, b.String()); len(plan.Cells) != 3000 {
		t.Errorf("%d cells", len(plan.Cells))
	}
}
