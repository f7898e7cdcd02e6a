//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"bench/runner/internal/host"
)

// clean is how long after the end of runner everything must be gone: many times what its warden waits, at most, before it
// kills, since the machine is busy with other rounds. On an idle one it is less than a second: report.Slowest tells.
const clean = 30 * time.Second

// strays are the processes of this round that live: all that came from this process, and all that have its mark in
// their arguments or its directory in their environment, wherever they hang by now. It reaps what has ended.
func (r *round) strays() (found []host.Process, err error) {
	self, table, err := host.Table()
	if err != nil {
		return nil, err
	}
	ours := map[int]bool{}
	for _, p := range host.Descendants(self, table) {
		ours[p.PID] = true
	}
	for _, p := range table {
		switch {
		case p.PID == self.PID || r.living[p.PID]:
		case p.State == 'Z':
			if p.Parent == self.PID {
				_, _ = syscall.Wait4(p.PID, nil, syscall.WNOHANG, nil)
			}
		case ours[p.PID] || r.marked(p.PID):
			found = append(found, p)
		}
	}
	return found, nil
}

func (r *round) marked(pid int) bool {
	dir := "/proc/" + strconv.Itoa(pid)
	args, _ := os.ReadFile(dir + "/cmdline")
	if bytes.Contains(args, []byte(r.mark)) {
		return true
	}
	environ, _ := os.ReadFile(dir + "/environ")
	return bytes.Contains(environ, []byte("="+r.Dir+"/")) && !bytes.Contains(environ, []byte(roundVariable+"="))
}

// left waits until nothing of the runners is left, no process and no file, and says what is.
func (r *round) left() (processes, files []string) {
	begin := time.Now()
	for {
		late := time.Since(begin) > clean // told before the look: what is said to be left was looked for after the deadline
		found, err := r.strays()
		if err != nil {
			return []string{err.Error()}, nil
		}
		files = r.files()
		if len(found) == 0 && len(files) == 0 {
			r.found.slowest(time.Since(begin))
			return nil, nil
		}
		if late {
			for _, p := range found {
				processes = append(processes, describe(p))
			}
			r.end()
			return processes, files
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func describe(p host.Process) string {
	args, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", p.PID))
	return fmt.Sprintf("%s (%d, parent %d, session %d, %c): %.120q", p.Name, p.PID, p.Parent, p.Session, p.State, strings.ReplaceAll(string(args), "\x00", " "))
}

// end kills all that is left of the round, for as long as there is something.
func (r *round) end() {
	for range 100 {
		found, err := r.strays()
		if err != nil || len(found) == 0 {
			return
		}
		for _, p := range found {
			_ = syscall.Kill(p.PID, syscall.SIGKILL)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// files are what should not be there once all runners are gone.
func (r *round) files() (found []string) {
	for _, place := range []struct {
		dir  string
		fine func(name string) bool
	}{
		{r.tmp(), func(name string) bool { return strings.HasPrefix(name, "runner-turn-") }},
		{filepath.Dir(r.db()), func(name string) bool {
			return slices.Contains([]string{"results.db", "results.db-wal", "results.db-shm", "results.db-claims", "results.db-journal", filler}, name)
		}},
		{"/dev/shm", func(string) bool { return !r.Private }}, // else it is everybody's
	} {
		entries, _ := os.ReadDir(place.dir)
		for _, e := range entries {
			if !place.fine(e.Name()) {
				found = append(found, filepath.Join(place.dir, e.Name()))
			}
		}
	}
	for _, pid := range r.pids {
		groups, _ := filepath.Glob(fmt.Sprintf("/sys/fs/cgroup/*/runner-%d-*", pid))
		direct, _ := filepath.Glob(fmt.Sprintf("/sys/fs/cgroup/runner-%d-*", pid))
		found = append(found, append(groups, direct...)...)
	}
	return found
}
