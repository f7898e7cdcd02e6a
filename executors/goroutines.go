package executors

import "context"

func init() { Register(goroutines{}) }

type goroutines struct{}

func (goroutines) Info() Info {
	return Info{Name: "goroutines", Doc: "goroutines that share one queue; Go's scheduler places them on threads", Workers: true}
}

func (goroutines) Execute(ctx context.Context, job Job) (Observation, error) {
	return team(ctx, job, false)
}
