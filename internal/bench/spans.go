package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"bench/runner/internal/stats"
)

const (
	fewTasks  = 2000
	manyTasks = 1_000_000
)

// spans measures what many tasks leave behind: bytes in the database, and memory of runner's own process, which is not
// that of the trial.
func (b *bench) spans() ([]row, error) {
	if runtime.GOOS != "linux" {
		return []row{{what: "bytes of a task, memory of runner", met: "left out: read from /proc, which is not here"}}, nil
	}
	var bytes, memory, few []float64
	for range min(b.rounds, 6) {
		m, size, err := b.tasks(fewTasks)
		if err != nil {
			return nil, err
		}
		more, larger, err := b.tasks(manyTasks)
		if err != nil {
			return nil, err
		}
		bytes, memory, few = append(bytes, (larger-size)/(manyTasks-fewTasks)), append(memory, more), append(few, m)
	}
	a, m := stats.Median(bytes), ratio(memory, few)
	kept := "yes"
	if a > 20 {
		kept = "**no**"
	}
	return []row{
		{what: "a task in the database, of 1,000,000 in a trial", ours: digits(a) + " B", target: "≤ 20 B", met: kept},
		{what: "peak memory of runner itself, a trial of 1,000,000 tasks", ours: quantity(stats.Median(memory), "B"),
			peer: "a trial of 2,000, " + quantity(stats.Median(few), "B"), ratio: m.String(), target: "≤ 2", met: m.atMost(2),
			why: "what each task gave, and when, is in memory until the trial is proven and kept"},
	}, nil
}

// tasks runs a trial of so many tasks. It gives the peak memory of runner's process and the size of its database, in bytes.
func (b *bench) tasks(n int) (memory, size float64, err error) {
	spec, db := filepath.Join(b.dir, "tasks.yaml"), filepath.Join(b.dir, "tasks.db")
	err = write(spec, fmt.Sprintf(`version: 1
name: tasks
workloads: {w: {builtin: add, args: {a: 1, b: 2}, tasks: %d}}
matrix: {executor: [{pool: {workers: 2, chunksize: 64}}]}
repeats: {min: 1, max: 1, warmup: 0}
control: false
`, n))
	if err != nil {
		return 0, 0, err
	}
	if err := os.Remove(db); err != nil && !errors.Is(err, os.ErrNotExist) {
		return 0, 0, err
	}
	memory, err = high(exec.Command(b.runner, "run", "-q", "--db", db, spec))
	if err != nil {
		return 0, 0, fmt.Errorf("runner run: %w", err)
	}
	info, err := os.Stat(db)
	if err != nil {
		return 0, 0, err
	}
	return memory, float64(info.Size()), nil
}

// high runs a command and gives the most memory that its process held, in bytes. What the kernel tells at the end is the
// largest of all its children too, so the process is looked at while it runs; the kernel's own mark misses no peak but one
// of the last moment.
func high(c *exec.Cmd) (float64, error) {
	if err := c.Start(); err != nil {
		return 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	most := 0.0
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case err := <-ended:
			return most, err
		case <-look.C:
			most = max(most, mark(c.Process.Pid))
		}
	}
}

// mark is VmHWM of a process, in bytes; 0 where it cannot be read.
func mark(pid int) float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	line, _, _ := strings.Cut(rest, " kB")
	kB, err := strconv.ParseFloat(strings.TrimSpace(line), 64)
	if err != nil {
		return 0
	}
	return kB * 1024
}
