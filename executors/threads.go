package executors

import "context"

func init() { Register(threads{}) }

type threads struct{}

func (threads) Info() Info {
	return Info{Name: "threads", Doc: "system threads of one process that share one queue", Workers: true}
}

func (threads) Execute(ctx context.Context, job Job) (Observation, error) {
	return team(ctx, job, true)
}
