package cluster

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"bench/runner/executors/executorstest"
	"bench/runner/workloads"
)

// The workloads of these tests.
func init() {
	workloads.Register(workloads.Workload{
		Name: "test-marked", Doc: "of a test", Params: []workloads.Param{
			{Name: "n", Doc: "a number", Default: 0}, {Name: "dir", Doc: "for a file a task", Default: ""}, {Name: "hold", Doc: "a file to wait for", Default: ""},
		},
		Run: func(_ context.Context, a workloads.Args) (workloads.Result, error) {
			f, err := os.OpenFile(filepath.Join(a.Text("dir"), strconv.Itoa(a.Int("n"))), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
			if err != nil {
				return nil, err
			}
			_, err = f.Write([]byte{'.'})
			if hold := a.Text("hold"); hold != "" && !executorstest.Eventually(func() bool { _, err := os.Stat(hold); return err == nil }) {
				return nil, errors.Join(errors.New("nothing was struck"), f.Close())
			}
			time.Sleep(20 * time.Millisecond)
			return a.Int("n") * a.Int("n"), errors.Join(err, f.Close())
		},
	})
	for name, run := range map[string]func(n int) (workloads.Result, error){
		"test-square": func(n int) (workloads.Result, error) { return n * n, nil },
		"test-fail": func(n int) (workloads.Result, error) {
			if n == 7 {
				return nil, errors.New("broken on purpose")
			}
			return n * n, nil
		},
		"test-exit": func(n int) (workloads.Result, error) {
			if n == 7 {
				os.Exit(3)
			}
			return n * n, nil
		},
		"test-poison": func(n int) (workloads.Result, error) { // ends the member that it is given to
			if n == 7 {
				_ = syscall.Kill(os.Getppid(), syscall.SIGKILL)
				time.Sleep(time.Hour)
			}
			time.Sleep(5 * time.Millisecond)
			return n * n, nil
		},
		"test-large": func(n int) (workloads.Result, error) { return string(make([]byte, n<<20)), nil },
	} {
		workloads.Register(workloads.Workload{
			Name: name, Doc: "of a test", Params: []workloads.Param{{Name: "n", Doc: "a number", Default: 0}},
			Run: func(_ context.Context, a workloads.Args) (workloads.Result, error) { return run(a.Int("n")) },
		})
	}
}
