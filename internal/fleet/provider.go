package fleet

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/nats-io/nuid"

	"bench/runner/internal/host"
	"bench/runner/internal/link"
)

// Provider starts the agents of a run.
type Provider interface {
	Ensure() error // starts those that do not run (any more); called between trials
	Stop()
}

// children are agents that live as long as a process of this machine does: an agent, or what starts one elsewhere. The join
// file goes through its stdin, which is its life line too.
type children struct {
	join link.Join
	all  []*child
}

type child struct {
	path   string
	argv   []string
	local  bool // it is the agent itself
	proc   *host.Child
	stdin  *os.File
	stdout *os.File // of a local one that is not guarded yet
}

// Local are n agents on this machine, called local-1 and so on, with something of their own behind that where runs share a
// broker. What they write is in dir.
func Local(join link.Join, dir string, n int) Provider {
	c := &children{join: join}
	own := ""
	if id := nuid.Next(); !join.Passing {
		own = "-" + id[len(id)-4:]
	}
	for i := range n {
		c.all = append(c.all, &child{local: true, path: host.Self(), argv: []string{"runner", "agent", "--quiet", "--spawned", dir, "--join", "-", "--name", fmt.Sprintf("local-%d%s", i+1, own)}})
	}
	return c
}

// SSH is an agent on each of these hosts, [USER@]HOST, started by ssh as command; nobody is asked for a password.
func SSH(join link.Join, hosts []string, command string) Provider {
	c := &children{join: join}
	names := namesOf(hosts)
	for i, name := range hosts {
		c.all = append(c.all, &child{path: "ssh", argv: []string{"ssh", "-oBatchMode=yes", "-T", "--", name, command, "agent", "--quiet", "--join", "-", "--name", names[i]}})
	}
	return c
}

// namesOf is what hosts are called in reports, as words: by their machines, or by their places in the list where that is no word.
// Those that would be called the same get a number behind that.
func namesOf(hosts []string) (names []string) {
	for i, name := range hosts {
		name = name[strings.LastIndex(name, "@")+1:]
		name = strings.NewReplacer(".", "-", ":", "-").Replace(name)
		if !link.Word(name) || len(name) > longestName {
			name = fmt.Sprintf("host-%d", i+1)
		}
		own := name
		for n := 2; slices.Contains(names, own); n++ {
			own = fmt.Sprintf("%s-%d", name, n)
		}
		names = append(names, own)
	}
	return names
}

// longestName leaves room for a number.
const longestName = 56 // B

func (c *children) Ensure() (failed error) {
	for _, one := range c.all {
		if one.proc != nil {
			select {
			case <-one.proc.Ended:
				one.stdin.Close()
				one.proc, one.stdin = nil, nil
			default:
				continue
			}
		}
		if err := one.start(c.join); err != nil {
			failed = errors.Join(failed, fmt.Errorf("start an agent with %s: %w", one.argv[0], err))
		}
	}
	until := time.Now().Add(settlePatience)
	for _, one := range c.all {
		one.settle(until)
	}
	return failed
}

// settle waits until an agent of this machine is guarded. Its warden is nobody's child, and so becomes this process's, which
// takes those that come during a trial for something that the trial has left.
func (c *child) settle(until time.Time) {
	if c.stdout == nil {
		return
	}
	_ = c.stdout.SetReadDeadline(until)
	_, _ = c.stdout.Read(make([]byte, len(Guarded))) // its end, if it has ended
	c.stdout.Close()
	c.stdout = nil
}

const settlePatience = 10 * time.Second

// Guarded is what an agent that was started with --spawned writes to its stdout as soon as it has started what tidies up
// after it.
const Guarded = "guarded\n"

func (c *child) start(to link.Join) error {
	join, err := json.Marshal(to)
	if err != nil {
		return err
	}
	path, err := host.LookPath(c.path)
	if err != nil {
		return err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer r.Close()
	var says *os.File // its stdout
	if c.local {
		c.stdout, says, err = os.Pipe()
	} else {
		says, err = os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	}
	if err != nil {
		return errors.Join(err, w.Close())
	}
	defer says.Close()
	// In the session of this process, so that nobody takes it for what a trial has left behind; a Ctrl-C is this process's
	// to deal with.
	proc, err := host.Start(path, c.argv, &syscall.ProcAttr{
		Env: os.Environ(), Files: []uintptr{r.Fd(), says.Fd(), os.Stderr.Fd()}, Sys: host.OfAside(),
	})
	if err != nil {
		if c.stdout != nil {
			c.stdout.Close()
			c.stdout = nil
		}
		return errors.Join(err, w.Close())
	}
	c.proc, c.stdin = proc, w
	_, err = w.Write(append(join, '\n')) // smaller than a pipe
	return err
}

// Stop ends them: their life line first, then by force.
func (c *children) Stop() {
	for _, one := range c.all {
		if one.stdin != nil {
			one.stdin.Close()
		}
	}
	for _, one := range c.all {
		if one.proc != nil && !one.proc.EndsWithin(endPatience) {
			_ = syscall.Kill(one.proc.PID, syscall.SIGKILL)
			<-one.proc.Ended
		}
	}
}

const endPatience = 3 * time.Second
