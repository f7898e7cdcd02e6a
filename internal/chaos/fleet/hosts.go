//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
)

// network are hosts as network namespaces, each with a cable to a bridge that this machine has an address on.
type network struct {
	mark    string // begins the names of all
	address string // of this machine
	hosts   []*namespace
}

type namespace struct {
	name  string // of the host, too
	cable string // the end at the bridge
}

// noNamespaces says why there can be none here.
func noNamespaces() string {
	if os.Geteuid() != 0 {
		return "network namespaces need root"
	}
	if _, err := exec.LookPath("ip"); err != nil {
		return "ip (iproute2) is not on PATH"
	}
	name := fmt.Sprintf("rf%d-try", os.Getpid())
	if err := ip("netns add " + name); err != nil {
		return err.Error()
	}
	_ = ip("netns del " + name)
	return ""
}

// ip runs a command of iproute2.
func ip(line string) error {
	if out, err := exec.Command("ip", strings.Fields(line)...).CombinedOutput(); err != nil {
		return fmt.Errorf("ip %s: %w: %s", line, err, strings.TrimSpace(string(out)))
	}
	return nil
}

// network makes one with n hosts, for as long as the scene lasts. Its addresses are of the range for tests between networks.
func (s *scene) network(n int) (*network, error) {
	pid := os.Getpid()
	w := &network{mark: fmt.Sprintf("rf%d", pid), address: fmt.Sprintf("198.18.%d.1", pid%250)}
	bridge := w.mark + "b"
	s.finally(func() { _ = ip("link del " + bridge) })
	lines := []string{"link add " + bridge + " type bridge", "addr add " + w.address + "/24 dev " + bridge, "link set " + bridge + " up"}
	for i := range n {
		h := &namespace{name: fmt.Sprintf("%s-host%d", w.mark, i+1), cable: fmt.Sprintf("%sc%d", w.mark, i+1)}
		w.hosts = append(w.hosts, h)
		s.finally(func() { _ = ip("link del " + h.cable); _ = ip("netns del " + h.name) })
		lines = append(lines, "netns add "+h.name,
			fmt.Sprintf("link add %s type veth peer name eth0 netns %s", h.cable, h.name),
			fmt.Sprintf("link set %s master %s up", h.cable, bridge),
			fmt.Sprintf("-n %s link set lo up", h.name),
			fmt.Sprintf("-n %s addr add %s/24 dev eth0", h.name, strings.TrimSuffix(w.address, "1")+fmt.Sprint(i+2)),
			fmt.Sprintf("-n %s link set eth0 up", h.name))
	}
	for _, line := range lines {
		if err := ip(line); err != nil {
			return nil, err
		}
	}
	return w, nil
}

func (h *namespace) cut() error  { return ip("link set " + h.cable + " down") }
func (h *namespace) heal() error { return ip("link set " + h.cable + " up") }

// over starts a run that listens on the network, and an agent on each of its hosts, called host1 and so on.
func (s *scene) over(w *network, spec string) (run *process, agents []*process, err error) {
	run, err = s.run(spec, "--listen", w.address+":4222", "--join-file", s.path("join"))
	if err != nil {
		return nil, nil, err
	}
	if err := s.until("it had written its join file", run, func() bool { _, err := os.Stat(s.path("join")); return err == nil }); err != nil {
		return nil, nil, err
	}
	for i, h := range w.hosts {
		name := fmt.Sprintf("host%d", i+1)
		a, err := s.start(name, []string{"ip", "netns", "exec", h.name}, "agent", "--join", s.path("join"), "--name", name)
		if err != nil {
			return nil, nil, err
		}
		agents = append(agents, a)
	}
	return run, agents, nil
}

// goes waits for the end of agents, whose run is over.
func (s *scene) goes(agents ...*process) {
	for _, a := range agents {
		if !a.EndsWithin(patience) {
			s.fails("the agent %s does not end with its run: %s", a.name, a.said())
			a.Signal(syscall.SIGKILL)
			<-a.Ended
		}
	}
}
