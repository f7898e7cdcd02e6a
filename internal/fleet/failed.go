package fleet

import (
	"fmt"
	"syscall"
)

// Failed says that an agent which a provider has started has ended by itself, as it does where there is no such host, or no
// runner on it. One that was killed is started again.
func Failed(p Provider) error {
	all, are := p.(*children)
	if !are {
		return nil
	}
	for _, c := range all.all {
		if c.proc == nil {
			continue
		}
		select {
		case <-c.proc.Ended:
			if c.local && c.proc.Status.Signaled() {
				continue
			}
			return fmt.Errorf("%s ended before its agent joined (%s): try it by hand", c.what(), status(c.proc.Status))
		default:
		}
	}
	return nil
}

// what is how it was started, as far as the host.
func (c *child) what() string {
	for i, word := range c.argv {
		if word == "--" && i+1 < len(c.argv) {
			return c.argv[0] + " " + c.argv[i+1]
		}
	}
	return "runner agent on this machine"
}

func status(s syscall.WaitStatus) string {
	if s.Signaled() {
		return "ended by a signal: " + s.Signal().String()
	}
	return fmt.Sprintf("exit status %d", s.ExitStatus())
}
