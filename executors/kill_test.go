package executors_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"bench/runner/executors/executorstest"
	"bench/runner/internal/host"
)

// TestKilledRunner kills a runner with signal 9, which it cannot see coming: nothing of its trial may live on.
func TestKilledRunner(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /proc and the parent-death signal")
	}
	// a runner, a trial's process and two workers; a runner, a trial's process, two shells and what they started
	for what, processes := range map[string]int{"functions": 4, "commands": 6} {
		t.Run(what, func(t *testing.T) { killedRunner(t, what, processes) })
	}
}

func killedRunner(t *testing.T, what string, processes int) {
	dir := t.TempDir()
	mark := filepath.Base(filepath.Dir(dir)) + "-killed"
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	runner := exec.Command(program)
	runner.Env = append(os.Environ(), "RUNNER_TEST_HANG="+dir, "RUNNER_TEST_HANG_IN="+what, "RUNNER_TEST_MARK="+mark)
	lock, err := os.Create(filepath.Join(t.TempDir(), "lock"))
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	runner.ExtraFiles = []*os.File{nil, nil, lock} // descriptor 5, which no process of the trial replaces
	if err := runner.Start(); err != nil {
		t.Fatal(err)
	}
	hanging := executorstest.Eventually(func() bool {
		_, err := os.Stat(filepath.Join(dir, "hanging"))
		return err == nil && len(executorstest.Marked(mark)) == processes
	})
	if !hanging {
		t.Errorf("want %d processes: %v", processes, executorstest.Marked(mark))
	}
	if holders := holding(lock.Name()); len(holders) != 2 { // this test and the runner
		t.Errorf("the trial has a descriptor that the runner was started with: %v", holders)
	}
	_ = runner.Process.Signal(syscall.SIGKILL)
	_ = runner.Wait()
	if !executorstest.Eventually(func() bool { return len(executorstest.Marked(mark)) == 0 }) {
		t.Errorf("alive after their runner was killed: %v", executorstest.Marked(mark))
	}
	if _, err := host.Sweep(nil, 0, time.Minute); err != nil { // this process may be the one that adopted and must reap them
		t.Error(err)
	}
}

// holding lists the descriptors, as /proc/PID/fd/N, that are open on a file.
func holding(file string) (descriptors []string) {
	all, _ := filepath.Glob("/proc/[0-9]*/fd/*")
	for _, fd := range all {
		if target, err := os.Readlink(fd); err == nil && target == file {
			descriptors = append(descriptors, fd)
		}
	}
	return descriptors
}
