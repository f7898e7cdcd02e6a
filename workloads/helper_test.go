package workloads

import (
	"context"
	"testing"
)

// Typed is for the conformance suite, which is outside so that it can have the workloads of other packages too.
func (p Param) Typed(v any) (any, error) { return p.typed(v) }

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
