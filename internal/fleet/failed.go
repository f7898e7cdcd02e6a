package fleet

import (
	"fmt"
	"syscall"
)

// Failed says that an agent which a provider has started elsewhere has ended, as it does where there is no such host, or no
// runner on it.
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
	return "an agent"
}

func status(s syscall.WaitStatus) string {
	if s.Signaled() {
		return "killed by signal " + s.Signal().String()
	}
	return fmt.Sprintf("exit status %d", s.ExitStatus())
}
