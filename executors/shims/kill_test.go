package shims

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"bench/runner/executors"
	"bench/runner/executors/executorstest"
	"bench/runner/internal/host"
	"bench/runner/workloads"
)

// killed in the environment makes this binary a runner that runs the job in it.
const killed = "RUNNER_TEST_KILLED"

func runForKill(job string) {
	var j executors.Job
	if err := json.Unmarshal([]byte(job), &j); err != nil {
		panic(err)
	}
	executors.Run(context.Background(), j)
}

// TestKilledRunner kills the runner, and TestKilledTrial the trial's process, with signal 9 while one worker hangs and the
// other is idle: nothing may live on.
func TestKilledRunner(t *testing.T) { killEach(t, func(runner, _ int) int { return runner }) }
func TestKilledTrial(t *testing.T)  { killEach(t, func(_, trial int) int { return trial }) }

func killEach(t *testing.T, victim func(runner, trial int) int) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /proc and the parent-death signal")
	}
	eachLine(t, func(t *testing.T, s subject) {
		for _, info := range s.available(t) {
			for _, start := range s.starts(t, s.path, info) {
				t.Run(info.Name+" "+start, func(t *testing.T) { kill(t, s, info.Name, start, victim) })
			}
		}
	})
}

func kill(t *testing.T, s subject, executor, start string, victim func(runner, trial int) int) {
	dir := t.TempDir()
	mark := filepath.Base(filepath.Dir(dir)) + "-killed"
	job, err := json.Marshal(executors.Job{
		Runtime: s.runtime, Executor: executor, Workers: 2, Options: map[string]any{"start": start, "chunksize": 1},
		Workload: s.workload(t, "hang"), Tasks: []workloads.Args{{"n": 1}}, Program: s.argv, Dir: dir,
	})
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	runner := exec.Command(self)
	runner.Env = append(os.Environ(), killed+"="+string(job), "RUNNER_TEST_MARK="+mark)
	if err := runner.Start(); err != nil {
		t.Fatal(err)
	}
	hanging := executorstest.Eventually(func() bool {
		_, err := os.Stat(filepath.Join(dir, "hanging"))
		return err == nil
	})
	alive := executorstest.Marked(mark)
	if !hanging || len(alive) < 2 {
		t.Errorf("it never began: %v", alive)
	}
	_, table, err := host.Table()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range table {
		if p.Parent == runner.Process.Pid {
			target, _ := os.FindProcess(victim(runner.Process.Pid, p.PID))
			_ = target.Kill()
		}
	}
	begin := time.Now()
	_ = runner.Wait()
	if !executorstest.Eventually(func() bool { return len(executorstest.Marked(mark)) == 0 }) {
		t.Errorf("alive afterwards: %v", executorstest.Marked(mark))
	}
	t.Logf("%d processes were gone after %v", len(alive), time.Since(begin))
	if _, err := host.Sweep(nil, 0, time.Minute); err != nil { // this process may have adopted them, and must reap them
		t.Error(err)
	}
}
