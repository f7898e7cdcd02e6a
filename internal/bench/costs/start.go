package main

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"syscall"
)

const startRounds = 9

// start is what each process of runner costs before it does anything: the shipped command where it prints its version, and
// where it is a worker that finds nothing to do. Page faults and instructions are ratios to a minimal program of the same
// compiler, since the runtime, the kernel and the machine have their part in them.
func start(l *lab) ([]count, error) {
	if err := l.build(); err != nil {
		return nil, err
	}
	info, err := os.Stat(l.runner)
	if err != nil {
		return nil, err
	}
	counts := []count{{name: "size of the stripped command", value: float64(info.Size()) / 1e6}}
	minimal := l.begin([]string{l.minimal})
	least, err := minimal.faults()
	if err != nil {
		return nil, err
	}
	base, missing := minimal.instructions()
	for _, s := range []struct {
		name string
		of   beginning
	}{
		{"runner version", l.begin([]string{l.runner, "version"})},
		{"worker", l.begin([]string{l.runner}, "RUNNER_ROLE=worker")},
		{"runner list executors", l.begin([]string{l.runner, "list", "executors"})},
	} {
		faults, err := s.of.faults()
		if err != nil {
			return nil, err
		}
		size, objects := s.of.initialised()
		counts = append(counts, count{name: "page faults of " + s.name, value: faults / least},
			count{name: "memory allocated before main of " + s.name, value: size / 1e3}, count{name: "allocations before main of " + s.name, value: objects})
		if instructions, _ := s.of.instructions(); missing == "" {
			counts = append(counts, count{name: "instructions of " + s.name, value: instructions / base})
		} else {
			counts = append(counts, count{name: "instructions of " + s.name, skipped: missing})
		}
	}
	return counts, nil
}

// beginning is a command and what is added to its environment.
type beginning struct {
	argv, env []string
}

func (l *lab) begin(argv []string, env ...string) beginning { return beginning{argv, env} }

// run runs it behind another command, if any, with pipes that end at once where a worker has its own, and gives what it
// said on stderr. How it ends is no matter: a worker without work complains.
func (b beginning) run(env string, before ...string) (said []byte, use *syscall.Rusage, err error) {
	argv := append(before, b.argv...)
	c := exec.Command(argv[0], argv[1:]...)
	c.Env = append(append(os.Environ(), b.env...), env)
	empty, err := os.Open(os.DevNull)
	if err != nil {
		return nil, nil, err
	}
	defer empty.Close()
	full, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return nil, nil, err
	}
	defer full.Close()
	c.ExtraFiles = []*os.File{empty, full}
	var stderr bytes.Buffer
	c.Stderr = &stderr
	if err := c.Run(); c.ProcessState == nil {
		return nil, nil, err
	}
	use, _ = c.ProcessState.SysUsage().(*syscall.Rusage)
	return stderr.Bytes(), use, nil
}

// faults are the fewest minor page faults of several starts: threads that the scheduler starts now and then add to them.
func (b beginning) faults() (least float64, err error) {
	for range startRounds {
		_, use, err := b.run("GOGC=100")
		if err != nil {
			return 0, err
		}
		if n := float64(use.Minflt); least == 0 || n < least {
			least = n
		}
	}
	return least, nil
}

var initLine = regexp.MustCompile(`(?m)^init (\S+) @.* (\d+) bytes, (\d+) allocs$`)

// initialised is what packages allocate before main, or before the process takes up its role, in bytes and objects.
func (b beginning) initialised() (size, objects float64) {
	said, _, _ := b.run("GODEBUG=inittrace=1")
	for _, m := range initLine.FindAllSubmatch(said, -1) {
		s, _ := strconv.ParseFloat(string(m[2]), 64)
		n, _ := strconv.ParseFloat(string(m[3]), 64)
		size, objects = size+s, objects+n
	}
	return size, objects
}

var instructionLine = regexp.MustCompile(`guest instrs: +([\d,]+)`)

// instructions are those that a start takes in user space, the fewer of two, counted by valgrind: hardware counters are
// not there in most virtual machines.
func (b beginning) instructions() (least float64, missing string) {
	if _, err := exec.LookPath("valgrind"); err != nil {
		return 0, "valgrind is not installed"
	}
	for range 2 {
		said, _, err := b.run("GOGC=off", "valgrind", "--tool=lackey")
		m := instructionLine.FindSubmatch(said)
		if err != nil || m == nil {
			return 0, "valgrind counts nothing here"
		}
		n, _ := strconv.ParseFloat(string(bytes.ReplaceAll(m[1], []byte(","), nil)), 64)
		if least == 0 || n < least {
			least = n
		}
	}
	return least, ""
}
