package executors

import (
	"context"
	"fmt"
)

func init() { Register(pool{}) }

// pool has the same workers as procs, started within total as well. What differs is the hand-out: chunksize tasks a
// message, and the next message is sent before the last is answered, while messages are short work.
type pool struct{}

func (pool) Info() Info {
	return Info{
		Name: "pool", Workers: true, Separate: true,
		Doc:     "worker processes that get chunks of tasks, the next chunk sent ahead while chunks are short work",
		Options: []Option{{Name: "chunksize", Doc: "tasks a message", Default: 1, Min: 1}},
	}
}

func (pool) Execute(ctx context.Context, job Job) (Observation, error) {
	chunk := 1
	if v, given := job.Options["chunksize"]; given {
		n, ok := v.(int)
		if !ok || n < 1 {
			return Observation{}, fmt.Errorf("chunksize is %v: give a whole number of tasks, at least 1", v)
		}
		chunk = n
	}
	return crew(ctx, job, chunk, true)
}
