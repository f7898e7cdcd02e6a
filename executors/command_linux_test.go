package executors_test

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"bench/runner/executors/executorstest"
	"bench/runner/internal/host"
	"bench/runner/results"
	"bench/runner/workloads"
)

// TestCommandBeginsClean: a command has the signals at their defaults and none blocked, and three descriptors, however
// the runner was started.
func TestCommandBeginsClean(t *testing.T) {
	if os.Getenv("RUNNER_TEST_CLEAN") == "" {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		var block, before unix.Sigset_t
		block.Val[0] = 1<<(unix.SIGTERM-1) | 1<<(unix.SIGUSR1-1)
		if err := unix.PthreadSigmask(unix.SIG_BLOCK, &block, &before); err != nil {
			t.Fatal(err)
		}
		defer unix.PthreadSigmask(unix.SIG_SETMASK, &before, nil)
		again := exec.Command("/bin/sh", "-c", `trap '' HUP INT QUIT PIPE TSTP TTIN TTOU; exec "$0" -test.run='^TestCommandBeginsClean$' 7</dev/null 9>/dev/null`, os.Args[0])
		again.Env = append(os.Environ(), "RUNNER_TEST_CLEAN=1")
		if out, err := again.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	own, err := os.ReadFile("/proc/self/status")
	if blocked, ignored := signalsOf(t, string(own)); err != nil || blocked != 1<<(unix.SIGUSR1-1) || ignored&(1<<(unix.SIGTSTP-1)) == 0 {
		t.Errorf("this process blocks or ignores nothing, so that the test shows nothing:\n%s", own)
	}
	for _, workers := range []int{1, 2} {
		signals := &command{Argv: []string{"grep", "-E", "Sig(Blk|Ign)", "/proc/self/status"}} // a shell would clear the mask
		descriptors := sh(`i=3; while [ $i -lt 64 ]; do [ -e /proc/$$/fd/$i ] && echo descriptor $i; i=$((i+1)); done; readlink /proc/$$/fd/0`)
		job := commandJob(t, workers, signals, descriptors)
		job.Output = true
		o := observe(t, job)
		wantStatus(t, o, results.OK, "")
		if blocked, ignored := signalsOf(t, o.Results[0].(map[string]any)["stdout"].(string)); blocked != 0 || ignored != 0 {
			t.Errorf("%d workers: it begins with %x blocked and %x ignored", workers, blocked, ignored)
		}
		if got := o.Results[1].(map[string]any)["stdout"]; got != "/dev/null\n" {
			t.Errorf("%d workers: it begins with\n%s", workers, got)
		}
	}
}

// signalsOf are the standard signals, 1 to 31, that a status of /proc says are blocked and ignored. Beyond them the C
// library has some of its own, which nobody can set.
func signalsOf(t *testing.T, status string) (blocked, ignored uint64) {
	for line := range strings.Lines(status) {
		name, mask, _ := strings.Cut(strings.TrimSpace(line), ":\t")
		to := map[string]*uint64{"SigBlk": &blocked, "SigIgn": &ignored}[name]
		if to == nil {
			continue
		}
		n, err := strconv.ParseUint(mask, 16, 64)
		if err != nil {
			t.Fatal(err)
		}
		*to = n & (1<<31 - 1)
	}
	return blocked, ignored
}

func TestPinnedCommands(t *testing.T) {
	allowed := sh("grep Cpus_allowed_list /proc/self/status; sleep 0.05")
	for _, workers := range []int{1, 3} {
		for _, pin := range []bool{false, true} {
			job := commandJob(t, workers, allowed, allowed, allowed, allowed, allowed, allowed)
			job.Output, job.Pin = true, pin
			o := observe(t, job)
			wantStatus(t, o, results.OK, "")
			cpus := host.CPUs()
			for i, r := range o.Results {
				_, list, _ := strings.Cut(strings.TrimSpace(r.(map[string]any)["stdout"].(string)), "\t")
				if one := fmt.Sprint(cpus[o.Spans[i].Worker%len(cpus)]); (list == one) != (pin || len(cpus) == 1) {
					t.Errorf("%d workers, pin %v: worker %d on %s", workers, pin, o.Spans[i].Worker, list)
				}
			}
		}
	}
}

// TestMemoryOfCommands: that of a large command, or of what it waited for, is known; that of a small one is not, since
// the trial's process is larger.
func TestMemoryOfCommands(t *testing.T) {
	const size = 100 << 20
	ballast := make([]byte, 2*size) // a large runner must not make its commands look large
	for i := range ballast {
		ballast[i] = 1
	}
	large, small := &command{Argv: []string{"dd", "if=/dev/zero", "of=/dev/null", "bs=100M", "count=1"}}, sh("exit 0")
	both := sh(`dd if=/dev/zero of=/dev/null bs=100M count=1; touch $$.here; while [ $(ls *.here | wc -l) -lt 2 ]; do sleep 0.01; done`)
	for name, c := range map[string]struct {
		workers int
		of      []*command
		times   int64
	}{
		"one of three":    {1, []*command{small, large, small}, 1},
		"small":           {1, slices.Repeat([]*command{small}, 300), 0},
		"small, two":      {2, slices.Repeat([]*command{small}, 300), 0},
		"idle workers":    {8, []*command{large}, 1},
		"both of two":     {2, []*command{both, both}, 2},
		"not known of it": {2, []*command{sh("while [ ! -e it ]; do sleep 0.01; done"), sh("touch it; dd if=/dev/zero of=/dev/null bs=100M count=1")}, 0},
	} {
		o := observe(t, commandJob(t, c.workers, c.of...))
		wantStatus(t, o, results.OK, "")
		if got := o.Usage.Memory; got < c.times*size || got > c.times*size*5/4 {
			t.Errorf("%s: memory is %d B, want %d times %d", name, got, c.times, size)
		}
	}
	runtime.KeepAlive(ballast)
}

// TestUsageOfCommands: the CPU time of a span is that of the command and of what it waited for.
func TestUsageOfCommands(t *testing.T) {
	busy, idle := self(t, "spin"), sh("sleep 0.2")
	nested := sh(`"$0"`)
	nested.Argv, nested.Env = append(nested.Argv, busy.Argv[0]), busy.Env
	for _, workers := range []int{1, 2} {
		o := observe(t, commandJob(t, workers, busy, idle, nested))
		wantStatus(t, o, results.OK, "")
		s := o.Spans
		if s[0].CPU < 3*s[1].CPU || s[2].CPU < 3*s[1].CPU || o.Usage.CPU() < s[0].CPU+s[2].CPU {
			t.Errorf("CPU %v of one that computes, %v of one that sleeps, %v of one in a shell, %v in all", s[0].CPU, s[1].CPU, s[2].CPU, o.Usage.CPU())
		}
	}
}

// TestCommandsLeaveNoDescriptors: the last of many find no more open in the trial's process than the first. Each may see
// those that the start of a command needs for a moment, so the fewest of ten count.
func TestCommandsLeaveNoDescriptors(t *testing.T) {
	job := commandJob(t, 1, slices.Repeat([]*command{sh("ls /proc/$PPID/fd | wc -l")}, 50)...)
	job.Output = true
	for _, c := range job.Commands {
		c.Stdin = "/dev/zero"
	}
	o := observe(t, job)
	wantStatus(t, o, results.OK, "")
	fewest := func(span []workloads.Result) int {
		found := make([]int, len(span))
		for i, r := range span {
			n, err := strconv.Atoi(strings.TrimSpace(r.(map[string]any)["stdout"].(string)))
			if err != nil || n == 0 {
				t.Fatalf("command %d counted %v, %v", i, r, err)
			}
			found[i] = n
		}
		return slices.Min(found)
	}
	if first, last := fewest(o.Results[:10]), fewest(o.Results[40:]); last > first {
		t.Errorf("%d open at first, %d in the end", first, last)
	}
}

// TestLongOutputOfACommand does not pass through the memory of the runner.
func TestLongOutputOfACommand(t *testing.T) {
	before := host.Peak()
	for _, output := range []bool{false, true} {
		job := commandJob(t, 1, sh("head -c 268435456 /dev/zero"))
		job.Output = output
		o := observe(t, job)
		wantStatus(t, o, results.OK, "")
		if output && o.Results[0].(map[string]any)["bytes"] != 256<<20 {
			t.Errorf("results are %v", o.Results)
		}
		if err := executorstest.Consistent(o, 1, 1); err != nil || len(unclocked(o.Warnings)) > 0 {
			t.Errorf("%v, warnings are %q", err, o.Warnings)
		}
	}
	if grown := host.Peak() - before; grown > 64<<20 {
		t.Errorf("memory grew by %d B", grown)
	}
}
