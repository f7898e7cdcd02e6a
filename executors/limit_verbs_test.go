package executors

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"bench/runner/workloads"
)

func init() {
	verbs["hog"] = hog
	verbs["hogs"] = func(rest string) error { // the first number is how many
		count, rest, _ := strings.Cut(rest, " ")
		return several(count, "hog "+rest, false)
	}
	verbs["away"] = func(rest string) error { return several("1", "hog "+rest, true) }
	verbs["files"] = openMany
	verbs["spawn"] = func(rest string) error { // a large process that starts one after the other
		b, err := memory(120)
		if err != nil {
			return err
		}
		for begin := time.Now(); time.Since(begin) < 500*time.Millisecond; b[0]++ {
			if err := exec.Command("true").Run(); err != nil {
				return err
			}
		}
		return nil
	}
	testWorkloads["hog"] = one("hog", func(_ context.Context, a args) (workloads.Result, error) {
		hold := 100
		if a.Int("n") > 100 { // until it is ended
			hold = 10_000
		}
		return nil, hog(fmt.Sprintf("%d %d", a.Int("n"), hold))
	})
	testWorkloads["print"] = one("print", func(_ context.Context, a args) (workloads.Result, error) {
		_, err := os.Stdout.Write(Noise(a.Int("n")))
		return nil, err
	})
	testWorkloads["files"] = one("files", func(_ context.Context, a args) (workloads.Result, error) {
		return nil, openMany(fmt.Sprint(a.Int("n")))
	})
}

// memory is so many MiB, all there, that neither the collector nor the race detector knows of.
func memory(size int) ([]byte, error) {
	b, err := syscall.Mmap(-1, 0, size<<20, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	for i := 0; i < len(b); i += 4096 {
		b[i] = 1
	}
	return b, err
}

// hog takes so many MiB and keeps them for so many ms.
func hog(rest string) error {
	var size, hold int
	if _, err := fmt.Sscan(rest, &size, &hold); err != nil {
		return err
	}
	b, err := memory(size)
	if err != nil {
		return err
	}
	time.Sleep(time.Duration(hold) * time.Millisecond)
	return syscall.Munmap(b)
}

// several starts this program so often, each time in a session of its own if they are to go away, and waits for all.
func several(count, verb string, away bool) error {
	var n int
	if _, err := fmt.Sscan(count, &n); err != nil {
		return err
	}
	all := make([]*exec.Cmd, n)
	for i := range all {
		all[i] = exec.Command(os.Args[0])
		all[i].Env = append(os.Environ(), "RUNNER_TEST_COMMAND="+verb)
		all[i].SysProcAttr = &syscall.SysProcAttr{Setsid: away}
		if err := all[i].Start(); err != nil {
			return err
		}
	}
	for _, c := range all {
		if err := c.Wait(); err != nil {
			return err
		}
	}
	return nil
}

func openMany(count string) error {
	var n int
	if _, err := fmt.Sscan(count, &n); err != nil {
		return err
	}
	for range n {
		f, err := os.Open(os.DevNull)
		if err != nil {
			return err
		}
		defer f.Close()
	}
	return nil
}
