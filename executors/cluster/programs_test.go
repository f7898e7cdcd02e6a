package cluster

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"bench/runner/executors"
	"bench/runner/executors/shims"
	"bench/runner/results"
)

// interpreters are those of the shims that take a stream of tasks.
var interpreters = map[string][]string{"python": {"python3", "python2.7"}, "node": {"node"}}

const pythonWork = `
def square(n):
    return n * n

def shape(n):
    return {"n": n, "list": [1, 2.0, u"x", None, True]}

def fail(n):
    if n == 7:
        raise ValueError("broken on purpose")
    return n

def leave(n):
    import os
    if n == 7:
        os._exit(3)
    return n
`

const nodeWork = `
exports.square = async ({ n }) => n * n;
exports.shape = ({ n }) => ({ n, list: [1, 2.5, "x", null, true] });
exports.fail = ({ n }) => { if (n === 7) throw new RangeError("broken on purpose"); return n; };
exports.leave = ({ n }) => { if (n === 7) process.exit(3); return n; };
`

// TestPrograms: an interpreter a worker, kept for all its tasks.
func TestPrograms(t *testing.T) {
	for runtime, names := range interpreters {
		for _, name := range names {
			t.Run(name, func(t *testing.T) {
				path := find(name)
				if path == "" {
					t.Skipf("there is no %s on this machine", name)
				}
				programs(t, runtime, path)
			})
		}
	}
}

// find looks for an interpreter that starts: what is on PATH may only stand for one.
func find(name string) string {
	places, _ := filepath.Glob(filepath.Join(os.Getenv("HOME"), ".pyenv", "versions", "*", "bin", name))
	for _, path := range append([]string{name}, places...) {
		if path, err := exec.LookPath(path); err == nil && exec.Command(path, "-c", "0").Run() == nil || err == nil && name == "node" {
			return path
		}
	}
	return ""
}

func programs(t *testing.T, runtime, path string) {
	shim, ok := shims.Lookup(runtime)
	if !ok {
		t.Fatalf("there is no shim for %s", runtime)
	}
	dir := t.TempDir()
	if err := shim.Install(dir); err != nil {
		t.Fatal(err)
	}
	file, text := filepath.Join(dir, "work.py"), pythonWork
	if runtime == "node" {
		file, text = filepath.Join(dir, "work.js"), nodeWork
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(function string, tasks, hosts, chunk int) (executors.Observation, []*agent) {
		f := newFleet(t)
		job := jobOf(file+":"+function, tasks, 2*hosts, chunk)
		job.Runtime, job.Program, job.Unset, job.Env = runtime, shim.Program(path, dir), shim.Unset, shim.Env
		members := f.members(job, hosts, 2)
		return f.coordinate(job), members
	}
	o, members := run("square", 300, 2, 7)
	squares(t, o, 300, 4)
	for _, m := range members {
		if seen := <-m.seen; seen.Status != results.OK || seen.Runtime.Name == "go" || seen.Usage.Memory <= 0 {
			t.Errorf("a member: %s: %s, %+v, %+v", seen.Status, seen.Reason, seen.Runtime, seen.Usage)
		}
	}
	o, _ = run("shape", 3, 1, 1)
	if o.Status != results.OK || o.Results[2].(map[string]any)["n"] != 2 {
		t.Errorf("%s: %s: %v", o.Status, o.Reason, o.Results)
	}
	o, _ = run("fail", 20, 1, 3)
	if o.Status != results.Crash || !strings.Contains(o.Reason, "task 7: ") || !strings.Contains(o.Reason, "broken on purpose") {
		t.Errorf("%s: %s", o.Status, o.Reason)
	}
	o, _ = run("leave", 20, 1, 3)
	if o.Status != results.Crash || !strings.Contains(o.Reason, "on h0: exit status 3") {
		t.Errorf("%s: %s", o.Status, o.Reason)
	}
}

// TestCommands: members have the commands, and the queue says which is next.
func TestCommands(t *testing.T) {
	run := func(script string, output bool) executors.Observation {
		f := newFleet(t)
		job := jobOf("", 20, 2, 3)
		job.Runtime, job.Output = executors.RuntimeCommand, output
		for i := range job.Tasks {
			job.Commands = append(job.Commands, &executors.Command{Argv: []string{"sh", "-c", script, "sh", fmt.Sprint(i)}})
		}
		f.members(job, 2, 1)
		return f.coordinate(job)
	}
	o := run(`echo "$1"`, true)
	if o.Status != results.OK || len(o.Results) != 20 {
		t.Fatalf("%s: %s\n%s", o.Status, o.Reason, o.Stderr)
	}
	for i, v := range o.Results {
		if got := v.(map[string]any); got["stdout"] != fmt.Sprintf("%d\n", i) || got["exit"] != 0 || got["bytes"] != len(fmt.Sprint(i))+1 {
			t.Errorf("command %d: %v", i, v)
		}
	}
	o = run(`exit 0`, false)
	if o.Status != results.OK || !reflect.DeepEqual(o.Results[19], map[string]any{"exit": 0}) {
		t.Errorf("%s: %s: %v", o.Status, o.Reason, o.Results)
	}
	o = run(`[ "$1" != 7 ]`, false)
	if o.Status != results.Crash || o.Reason != "task 7: exit status 1" {
		t.Errorf("%s: %s", o.Status, o.Reason)
	}
}

// TestLimitOfKeptOutput: what commands write to files of their members is watched there.
func TestLimitOfKeptOutput(t *testing.T) {
	f := newFleet(t)
	job := jobOf("", 1, 1, 1)
	job.Runtime, job.Output, job.Limits = executors.RuntimeCommand, true, executors.Limits{Output: 1 << 20}
	job.Commands = []*executors.Command{{Argv: []string{"yes"}}}
	member := f.members(job, 1, 1)[0]
	job.Dir = t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		executors.Run(ctx, Coordinator(job, f.part("", 0, 0)))
		close(ended)
	}()
	defer func() { cancel(); <-ended }() // nobody else tells it that its member is gone
	if o := <-member.seen; o.Status != results.Limit || !strings.Contains(o.Reason, "limits.output, 1 MiB") {
		t.Errorf("%s: %s", o.Status, o.Reason)
	}
}
