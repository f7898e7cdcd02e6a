package broker

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"bench/runner/internal/host"
)

const (
	stopPatience = 10 * time.Second
	pauseAtFirst = 50 * time.Millisecond // before an ended broker is started again; it doubles
	pauseAtMost  = 800 * time.Millisecond
)

// Child is a broker in a process of its own. It is started again whenever it ends, with the same store and at the same
// address, and ends with this process, whatever that one's end is.
type Child struct {
	Door
	self string
	o    Options

	mu       sync.Mutex
	now      *process
	stopping chan struct{}
	stop     sync.Once
	done     chan struct{}
}

// process is one of the processes of a child, one after the other.
type process struct {
	*host.Child
	orders *os.File // while this is open, it goes on
	logs   sync.WaitGroup
}

// Spawn starts a broker as a process of the program self, which calls Serve when its first arguments are "broker" and
// "--spawned". It waits until the broker is ready or ctx ends, after which ctx means nothing.
func Spawn(ctx context.Context, self string, o Options) (*Child, error) {
	o, err := o.absolute()
	if err == nil {
		err = o.valid()
	}
	if err != nil {
		return nil, err
	}
	c := &Child{self: self, o: o, stopping: make(chan struct{}), done: make(chan struct{})}
	a, err := c.start(ctx)
	if err != nil {
		return nil, err
	}
	c.Door = Door{Listen: a.Listen, Cluster: a.Cluster, Servers: a.Servers, fleet: o.fleet(), socket: o.Socket, keys: o.Keys}
	c.o.Listen = kept(o.Listen, a.Listen)
	if o.Cluster != nil {
		same := *o.Cluster
		same.Listen = kept(same.Listen, a.Cluster)
		c.o.Cluster = &same
	}
	go c.keep()
	return c, nil
}

// kept is the address that was asked for, with the port that it got: where that was a free one, it stays the same.
func kept(asked, got string) string {
	host, _, err := net.SplitHostPort(asked)
	_, port, none := net.SplitHostPort(got)
	if err != nil || none != nil {
		return asked
	}
	return net.JoinHostPort(host, port)
}

// PID is the number of the process that runs now.
func (c *Child) PID() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now.PID
}

// keep starts the broker again until it is stopped.
func (c *Child) keep() {
	defer close(c.done)
	for {
		p := c.process()
		select {
		case <-p.Ended:
		case <-c.stopping:
			p.end()
			return
		}
		p.orders.Close()
		p.logs.Wait()
		c.log(fmt.Sprintf("the broker has ended (%s), and is started again", status(p.Status)))
		for pause := pauseAtFirst; ; pause = min(2*pause, pauseAtMost) {
			select {
			case <-c.stopping:
				return
			case <-time.After(pause):
			}
			ctx, cancel := context.WithTimeout(context.Background(), startPatience)
			go func() {
				select {
				case <-c.stopping:
					cancel()
				case <-ctx.Done():
				}
			}()
			_, err := c.start(ctx)
			cancel()
			if err == nil {
				break
			}
			c.log(fmt.Sprintf("the broker is not started yet: %v", err))
		}
	}
}

func (c *Child) process() *process {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *Child) log(line string) {
	if c.o.Log != nil {
		c.o.Log(line)
	}
}

// start starts a process, and waits for its answer.
func (c *Child) start(ctx context.Context) (answer, error) {
	var ours, theirs [3]*os.File // stdin, stdout and stderr
	for i := range ours {
		r, w, err := os.Pipe()
		if err != nil {
			closeAll(ours[:i])
			closeAll(theirs[:i])
			return answer{}, err
		}
		if ours[i], theirs[i] = r, w; i == 0 {
			ours[i], theirs[i] = w, r
		}
	}
	attr := &syscall.ProcAttr{Env: os.Environ(), Sys: host.OfAside()}
	for _, f := range theirs {
		attr.Files = append(attr.Files, f.Fd())
	}
	child, err := host.Start(c.self, []string{"runner", "broker", "--spawned"}, attr)
	runtime.KeepAlive(theirs)
	closeAll(theirs[:])
	if err != nil {
		closeAll(ours[:])
		return answer{}, fmt.Errorf("start the broker: %w", err)
	}
	p := &process{Child: child, orders: ours[0]}
	p.logs.Go(func() { c.follow(ours[2]) })
	a, err := p.instruct(ctx, c.o, ours[1])
	if err != nil {
		p.end()
		return a, err
	}
	c.mu.Lock()
	c.now = p
	c.mu.Unlock()
	return a, nil
}

// instruct tells a process its options, and waits for the answer.
func (p *process) instruct(ctx context.Context, o Options, answers *os.File) (a answer, err error) {
	defer context.AfterFunc(ctx, func() { // which ends both waits
		_ = p.orders.SetDeadline(time.Now())
		_ = answers.SetDeadline(time.Now())
	})()
	defer answers.Close()
	text, err := json.Marshal(o)
	if err == nil {
		_, err = p.orders.Write(append(text, '\n'))
	}
	var line []byte
	if err == nil || errors.Is(err, syscall.EPIPE) {
		line, err = readLine(bufio.NewReader(answers), largestOrder)
	}
	switch {
	case ctx.Err() != nil:
		return a, fmt.Errorf("the broker is not ready yet: %w", context.Cause(ctx))
	case errors.Is(err, io.EOF):
		return a, errors.New("the broker ended at once")
	case err != nil:
		return a, fmt.Errorf("the broker cannot be told what to do: %w", err)
	}
	if err := json.Unmarshal(line, &a); err != nil {
		return a, fmt.Errorf("the broker answers with something else: %w", err)
	}
	if a.Error != "" {
		return a, errors.New(a.Error)
	}
	return a, nil
}

// follow passes on what the broker says, line by line.
func (c *Child) follow(f *os.File) {
	defer f.Close()
	for r := bufio.NewReader(f); ; {
		line, err := r.ReadSlice('\n') // of a very long line, each part is one
		if text := string(line); len(text) > 0 {
			c.log(strings.TrimSuffix(text, "\n"))
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return
		}
	}
}

// end asks a process to end, and sees to it.
func (p *process) end() {
	p.orders.Close()
	if !p.EndsWithin(stopPatience) {
		_ = syscall.Kill(p.PID, syscall.SIGKILL)
		<-p.Ended
	}
	p.logs.Wait()
}

// Stop ends the broker; what it has stored stays.
func (c *Child) Stop() {
	c.stop.Do(func() { close(c.stopping) })
	<-c.done
}

func status(s syscall.WaitStatus) string {
	if s.Signaled() {
		return s.Signal().String()
	}
	return fmt.Sprintf("exit status %d", s.ExitStatus())
}

func closeAll(files []*os.File) {
	for _, f := range files {
		f.Close()
	}
}
