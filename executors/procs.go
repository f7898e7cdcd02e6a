package executors

import "context"

func init() { Register(procs{}) }

type procs struct{}

func (procs) Info() Info {
	return Info{
		Name: "procs", Aliases: []string{"processes"}, Workers: true, Separate: true,
		Doc: "worker processes that share one queue; each gets its next task when it has done the last",
	}
}

func (procs) Execute(ctx context.Context, job Job) (Observation, error) {
	return crew(ctx, job, 1, false)
}
