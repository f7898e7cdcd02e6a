//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"time"

	"bench/runner/internal/host"
)

// runner is one process of the command under test.
type runner struct {
	*host.Child
	what   string // run, resume
	stderr string // file
	seen   int    // bytes of it that were read
	acks   []ack
	run    string // id; "" as long as it has not told
	told   bool   // that it has begun to measure
	struck bool   // by the fault, while it lived
}

// ack is a trial that runner said it had kept.
type ack struct {
	Block, Position int
	Key             string
	Status          string
}

var (
	ackLine = regexp.MustCompile(`^trial (\d+)/(\d+) (.*): ([a-z]+)(?:, .*)?$`)
	runLine = regexp.MustCompile(`^run (\S+)(?:, kept in| goes on after) `)
)

// start starts the command with its output in files of the round.
func (r *round) start(shell string, args ...string) (*runner, error) {
	r.started++
	name := filepath.Join(r.Dir, fmt.Sprintf("%d-%s", r.started, args[0]))
	out, err := os.Create(name + ".out")
	if err != nil {
		return nil, err
	}
	defer out.Close()
	errs, err := os.Create(name + ".err")
	if err != nil {
		return nil, err
	}
	defer errs.Close()
	null, err := os.Open(os.DevNull)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	argv := append([]string{r.Runner}, args...)
	if shell != "" {
		argv = append([]string{"/bin/sh", "-c", shell}, argv...)
	}
	attr := &syscall.ProcAttr{Dir: r.Dir, Env: r.environment(), Sys: host.OfSession(),
		Files: []uintptr{null.Fd(), out.Fd(), errs.Fd()}}
	child, err := host.Start(argv[0], argv, attr)
	if err != nil {
		return nil, err
	}
	return &runner{Child: child, what: args[0], stderr: name + ".err"}, nil
}

// read takes in what runner has told since.
func (p *runner) read() {
	data, err := os.ReadFile(p.stderr)
	if err != nil || len(data) <= p.seen {
		return
	}
	news := data[p.seen:]
	end := bytes.LastIndexByte(news, '\n') + 1 // what is cut off was not acknowledged
	p.seen += end
	for line := range bytes.Lines(news[:end]) {
		text := string(bytes.TrimSuffix(line, []byte("\n")))
		if m := ackLine.FindStringSubmatch(text); m != nil {
			block, _ := strconv.Atoi(m[1])
			position, _ := strconv.Atoi(m[2])
			p.acks = append(p.acks, ack{block, position, m[3], m[4]})
		} else if m := runLine.FindStringSubmatch(text); m != nil {
			p.run, p.told = m[1], true
		}
	}
}

func (p *runner) ended() bool { return p.EndsWithin(0) }

// reaches waits for a moment of the runner's life, counted from now; false if it ended before.
func (p *runner) reaches(m moment) bool {
	for wanted := len(p.acks) + m.trials; len(p.acks) < wanted; {
		if p.EndsWithin(time.Millisecond) {
			return false
		}
		p.read()
	}
	return !p.EndsWithin(m.pause)
}

// patience is how long a runner may take on a busy machine before it is said to hang.
const patience = 2 * time.Minute

// await waits for the end. One that does not end is asked what it does, and killed.
func (p *runner) await() (hung bool) {
	if !p.EndsWithin(patience) {
		hung = true
		_ = syscall.Kill(p.PID, syscall.SIGCONT)
		_ = syscall.Kill(p.PID, syscall.SIGQUIT) // Go prints all stacks
		if !p.EndsWithin(2 * time.Second) {
			p.Signal(syscall.SIGKILL)
			<-p.Ended
		}
	}
	p.read()
	return hung
}

// end is how the runner ended, in words.
func (p *runner) end() string {
	if p.Status.Signaled() {
		return fmt.Sprintf("signal %d", p.Status.Signal())
	}
	return fmt.Sprintf("exit code %d", p.Status.ExitStatus())
}

// signal sends one to runner alone, not to its group.
func (p *runner) signal(s syscall.Signal) { _ = syscall.Kill(p.PID, s) }

// environment is that of a runner: plain, and its own directory for temporary files.
func (r *round) environment() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + r.Dir, "TMPDIR=" + r.tmp(), "COLUMNS=120", "LANG=C.UTF-8", "TZ=UTC"}
}

func (r *round) tmp() string { return filepath.Join(r.Dir, "tmp") }
func (r *round) db() string  { return filepath.Join(r.Dir, "db", "results.db") }
