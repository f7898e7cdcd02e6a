package executors

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"bench/runner/internal/host"
	"bench/runner/workloads"
)

// sealOnce is enough: what a launcher is handed is sealed.
var sealOnce = sync.OnceFunc(host.Seal)

// prepare reads the request and finds all that it names, so that nothing is left to do after go.
func prepare(in *bufio.Reader) (Job, Executor, error) {
	line, err := in.ReadBytes('\n')
	if err != nil {
		return Job{}, nil, fmt.Errorf("the request cannot be read: %w", err)
	}
	job, err := decodeRequest(line)
	if err != nil {
		return job, nil, err
	}
	if len(job.Commands) > 0 {
		sealOnce()
		c, err := prepareCommands(job)
		if err != nil {
			return job, nil, err
		}
		return job, c, nil
	}
	e, ok := Lookup(job.Executor)
	if !ok {
		return job, nil, fmt.Errorf("there is no executor %q", job.Executor)
	}
	w, ok := lookup(job.Workload)
	p, prepares := e.(Preparer)
	if !ok && !prepares {
		return job, nil, fmt.Errorf("there is no built-in workload %q", job.Workload)
	}
	var before workloads.Args // the task before, as it was read
	for i, args := range job.Tasks {
		if i > 0 && identical(args, before) {
			job.Tasks[i] = job.Tasks[i-1]
			continue
		}
		before = args
		if !ok { // the work of another program has its arguments as they are
			continue
		}
		if job.Tasks[i], err = w.Bind(args); err != nil {
			return job, nil, fmt.Errorf("task %d: %w", i, err)
		}
	}
	if prepares {
		e, err = p.Prepare(context.Background(), job)
	}
	return job, e, err
}

func decodeRequest(line []byte) (Job, error) {
	var r request
	if err := json.Unmarshal(line, &r); err != nil {
		return Job{}, fmt.Errorf("the request cannot be read: %w", err)
	}
	if r.Protocol != Protocol {
		return Job{}, fmt.Errorf("the request is of version %d, not %d", r.Protocol, Protocol)
	}
	job := Job{
		Block: r.Block, Runtime: r.Runtime, Executor: r.Executor, Workers: max(r.Workers, 1), Workload: r.Workload,
		Dir: r.Dir, Pin: r.Pin, Tasks: make([]workloads.Args, len(r.Tasks)),
	}
	var err error
	if job.Options, err = decodeMap(r.Options); err != nil {
		return job, fmt.Errorf("the options cannot be read: %w", err)
	}
	if r.Orders != nil {
		err := r.Orders.fill(&job)
		return job, err
	}
	for i, raw := range r.Tasks {
		if i > 0 && bytes.Equal(raw, r.Tasks[i-1]) { // a million calls that are the same take the room of one
			job.Tasks[i] = job.Tasks[i-1]
			continue
		}
		if job.Tasks[i], err = decodeMap(raw); err != nil {
			return job, fmt.Errorf("task %d cannot be read: %w", i, err)
		}
	}
	return job, nil
}

func decodeMap(raw json.RawMessage) (map[string]any, error) {
	v, err := decodeValue(raw)
	if err != nil {
		return nil, err
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("not an object: %q", excerpt(raw))
	}
	return m, nil
}
