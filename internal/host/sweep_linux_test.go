package host

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// breeding are processes that beget others faster than they could be killed one by one. They end by themselves with the
// process of the tests, whatever became of that: they would make a machine slow for good, and no list shows them.
var breeding = map[string]string{
	"many that go on forking": `setsid sh -c 'echo >>$HERE; i=0; while [ $i -lt 40 ]; do (while kill -0 $TESTS; do (exec sleep 0.01); done) & i=$((i+1)); done; wait' &`,
	"chains of one group":     `setsid sh -c 'echo >>$HERE; link() { kill -0 $TESTS && link & }; for i in 1 2 3 4 5 6 7 8; do link; done; sleep 600' &`,
	"chains of sessions":      `for i in 1 2 3 4; do setsid sh -c 'echo >>$HERE; exec sh "$0"' "$0" & done`,
	"stopped":                 `setsid sh -c 'sleep 600 & echo >>$HERE; kill -STOP $$' &`,
}

// settled waits until all of them have sessions of their own: who is late has that of this process, and is no stray.
const settled = `until [ "$(wc -l <$HERE)" -ge %d ]; do sleep 0.01; done; sleep 0.1`

// adopt makes this process the parent of orphans. What other tests left, in this session and ended, is no stray, and is
// reaped here: tests run several times over in one process.
func adopt(t *testing.T) {
	t.Helper()
	if err := Adopt(); err != nil {
		t.Skip(err)
	}
	for {
		if pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); pid <= 0 && err != syscall.EINTR {
			return
		}
	}
}

func TestSweepWins(t *testing.T) {
	adopt(t)
	if _, err := exec.LookPath("setsid"); err != nil {
		t.Skip(err)
	}
	t.Setenv("TESTS", strconv.Itoa(os.Getpid()))
	for what, text := range breeding {
		t.Run(what, func(t *testing.T) {
			link := filepath.Join(t.TempDir(), "link")
			gate := filepath.Join(t.TempDir(), "gate") // without it the chains end, should the sweep fail
			for _, f := range []string{link, gate} {
				if err := os.WriteFile(f, fmt.Appendf(nil, "[ -e %q ] && kill -0 $TESTS && setsid sh %q &\n", gate, link), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			defer os.Remove(gate)
			here, n := filepath.Join(t.TempDir(), "here"), 1
			if what == "chains of sessions" {
				n = 4
			}
			t.Setenv("HERE", here)
			if err := os.WriteFile(here, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := exec.Command("sh", "-c", text+"\n"+fmt.Sprintf(settled, n), link).Run(); err != nil {
				t.Fatal(err)
			}
			outlived, err := Sweep(nil, 0, time.Minute)
			if err != nil || outlived == 0 {
				t.Errorf("%d outlived, %v", outlived, err)
			}
			t.Log(outlived, "outlived")
			if HasChildren() {
				t.Error("there are children")
			}
		})
	}
}
