package cluster

import (
	"fmt"

	"bench/runner/executors"
)

// bounds are the tasks of a chunk.
func (c *coordinator) bounds(chunk int) (from, to int) {
	return chunk * c.chunk, min((chunk+1)*c.chunk, len(c.job.Tasks))
}

// roomy is what a message has besides tasks or results, at most, in B.
const roomy = 4 << 10

// fits refuses a chunk that no message can hold.
func (c *coordinator) fits() error {
	for i := range c.done {
		from, to := c.bounds(i)
		data, err := executors.EncodeChunk(c.job.Tasks, from, to)
		if err != nil {
			return fmt.Errorf("%s: %w", tasksOf(from, to), err)
		}
		if most := c.conn.MaxPayload() - roomy; int64(len(data)) > most {
			return fmt.Errorf("the arguments of %s take %d B, and the broker takes messages of at most %d B: %s",
				tasksOf(from, to), len(data), most, smaller(c.chunk))
		}
	}
	return nil
}

func smaller(chunk int) string {
	if chunk > 1 {
		return "give a smaller chunksize, or pass data by file"
	}
	return "pass data by file"
}

// tasksOf names tasks from ≤ index < to.
func tasksOf(from, to int) string {
	if to-from == 1 {
		return fmt.Sprintf("task %d", from)
	}
	return fmt.Sprintf("tasks %d to %d", from, to-1)
}
