package gates

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// many is a plan of 100 cells with 30 blocks of noisy trials, and 40 checks of which each names two cells of its own.
func many(b *testing.B) ([]Check, Data) {
	var cells []string
	for chunk := range 50 {
		cells = append(cells, fmt.Sprintf("executor=serial chunk=%d", chunk), fmt.Sprintf("executor=procs workers=2 chunk=%d", chunk))
	}
	plan := planOf("serial", cells...)
	random := rand.New(rand.NewPCG(1, 1))
	noisy := func(cell, _ int) float64 { return math.Exp(0.04*random.NormFloat64()) / float64(1+cell%2) }
	data := Data{Plan: plan, Trials: trials(plan, 30, noisy), Host: host}
	var checks []Check
	for chunk := range 40 {
		checks = append(checks, mustCompile(b, plan, asserted(fmt.Sprintf("speedup(procs=2, chunk=%d) > 1.3", chunk), "", ""))...)
	}
	return checks, data
}

func BenchmarkJudgeManyCells(b *testing.B) {
	checks, data := many(b)
	if len(checks) != 40 || len(data.Trials) != 3000 {
		b.Fatalf("%d checks, %d trials", len(checks), len(data.Trials))
	}
	b.ReportAllocs()
	for b.Loop() {
		Judge(checks, data)
	}
}
