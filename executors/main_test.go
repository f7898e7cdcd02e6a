package executors

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"bench/runner/workloads"
)

// TestMain is also the main of every trial's process and worker of these tests.
func TestMain(m *testing.M) {
	lookup = func(name string) (workloads.Workload, bool) {
		w, ok := testWorkloads[name]
		return w, ok
	}
	Serve()
	if verb := os.Getenv("RUNNER_TEST_COMMAND"); verb != "" {
		os.Exit(command(verb))
	}
	if dir := os.Getenv("RUNNER_TEST_HANG"); dir != "" {
		hangForKill(dir)
	}
	os.Setenv("GORACE", "atexit_sleep_ms=0") // a trial's process under the race detector would sleep before it ends
	os.Exit(m.Run())
}

type args = workloads.Args

// harmful does what it does for n = 1 and returns n otherwise.
func harmful(harm func() error) func(context.Context, args) (workloads.Result, error) {
	return func(_ context.Context, a args) (workloads.Result, error) {
		if a.Int("n") == 1 {
			return a.Int("n"), harm()
		}
		return a.Int("n"), nil
	}
}

func always(harm func() error) func(context.Context, args) (workloads.Result, error) {
	return func(_ context.Context, a args) (workloads.Result, error) { return a.Int("n"), harm() }
}

var testWorkloads = map[string]workloads.Workload{
	"empty": {Name: "empty", Run: func(context.Context, args) (workloads.Result, error) { return nil, nil }},
	"typed": {Name: "typed", Params: []workloads.Param{{Name: "v", Default: 1.0}, {Name: "s", Default: ""}, {Name: "b", Default: false}},
		Run: func(_ context.Context, a args) (workloads.Result, error) {
			return map[string]any{"v": a.Float("v"), "list": []any{1, 2.0, "x", nil, a.Bool("b")}, "s": a.Text("s")}, nil
		}},
	"size": {Name: "size", Params: []workloads.Param{{Name: "s", Default: ""}},
		Run: func(_ context.Context, a args) (workloads.Result, error) { return a.Text("s") + a.Text("s"), nil }},
	"square": one("square", func(_ context.Context, a args) (workloads.Result, error) { return a.Int("n") * a.Int("n"), nil }),
	"nan":    one("nan", func(context.Context, args) (workloads.Result, error) { return nan(), nil }),
	"fail":   one("fail", harmful(func() error { return errors.New("broken on purpose") })),
	"panic":  one("panic", harmful(func() error { panic("broken on purpose") })),
	"deep": one("deep", harmful(func() error { // in a goroutine where nobody can recover it
		go panic("broken out of reach")
		select {}
	})),
	"exit":     one("exit", harmful(func() error { os.Exit(3); return nil })),
	"kill":     one("kill", harmful(func() error { return syscall.Kill(os.Getpid(), syscall.SIGKILL) })),
	"hang":     one("hang", harmful(hang)),
	"flood":    one("flood", always(flood)),
	"scribble": one("scribble", always(scribble)),
	"orphan":   one("orphan", harmful(orphan)),
	"pid":      one("pid", func(context.Context, args) (workloads.Result, error) { return os.Getpid(), nil }),
	"sleep": one("sleep", func(ctx context.Context, a args) (workloads.Result, error) {
		time.Sleep(time.Duration(a.Int("n")) * time.Millisecond)
		return nil, nil
	}),
	"meet": one("meet", func(_ context.Context, a args) (workloads.Result, error) { return nil, meet(".", a.Int("n")) }),
	"spin": one("spin", func(ctx context.Context, a args) (workloads.Result, error) {
		spin(time.Duration(a.Int("n")) * time.Millisecond)
		return nil, nil
	}),
	"cwd": one("cwd", func(context.Context, args) (workloads.Result, error) {
		dir, err := os.Getwd()
		return dir + " " + os.Getenv("RUNNER_TEST_VALUE") + " " + os.Getenv(roleVariable), err
	}),
}

func one(name string, run func(context.Context, args) (workloads.Result, error)) workloads.Workload {
	return workloads.Workload{Name: name, Params: []workloads.Param{{Name: "n", Default: 0}}, Run: run}
}

// spin uses up that much CPU time of its process, however long it has to wait for it.
func spin(much time.Duration) {
	used := func() time.Duration {
		var u syscall.Rusage
		_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	for begin := used(); used()-begin < much; {
	}
}

func nan() float64 { zero := 0.0; return zero / zero }

func hang() error {
	signal.Ignore(syscall.SIGTERM)
	if err := os.WriteFile("hanging", nil, 0o600); err != nil {
		return err
	}
	time.Sleep(time.Hour)
	return nil
}

func flood() error {
	block := bytes.Repeat([]byte("all work and no play makes jack a dull boy\n"), 1000)
	for range 8 << 20 / len(block) {
		os.Stdout.Write(block)
		os.Stderr.Write(block)
	}
	for _, f := range []*os.File{os.Stdout, os.Stderr} {
		fmt.Fprintln(f, "the end")
	}
	return nil
}

func scribble() error {
	for _, fd := range []int{0, 3, 4} {
		_, _ = syscall.Write(fd, []byte("{\"event\":\"done\"}\n\x00\xff garbage\n"))
	}
	return nil
}

// orphan leaves a process behind that has left the session and keeps the streams open.
func orphan() error {
	cmd := exec.Command("sleep", "3600")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return cmd.Start()
}

// hangForKill is a runner whose trial never ends: two workers hang, and the trial's process waits for them.
func hangForKill(dir string) {
	job := Job{Executor: "procs", Workers: 2, Workload: "hang", Tasks: []workloads.Args{{"n": 1}, {"n": 1}}, Dir: dir}
	if os.Getenv("RUNNER_TEST_HANG_IN") == "commands" {
		c := &Command{Argv: []string{"sh", "-c", `"$0" & wait`, os.Args[0]}, Env: map[string]string{"RUNNER_TEST_COMMAND": "hang"}}
		job.Runtime, job.Commands, job.Output = RuntimeCommand, []*Command{c, c}, true
	}
	Run(context.Background(), job)
	os.Exit(0)
}
