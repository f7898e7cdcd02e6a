package results

import "testing"

func TestParallelism(t *testing.T) {
	high, low := 1.9, 0.9
	for _, test := range []struct {
		before, after *float64
		ended         bool
		want          *float64
	}{
		{&high, nil, false, &high}, {&high, nil, true, &high}, {&high, &low, true, &low}, {&low, &high, true, &low}, {nil, &high, true, &high}, {nil, nil, true, nil},
	} {
		r := Run{Environment: Environment{Parallelism: test.before}}
		if test.ended {
			r.After = &Environment{Parallelism: test.after}
		}
		if got := r.Parallelism(); got != test.want {
			t.Errorf("%v, then %v: %v, want %v", test.before, test.after, got, test.want)
		}
	}
}
