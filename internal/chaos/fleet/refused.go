//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"time"
)

// join is a join file, as far as it is changed here.
type join map[string]any

// refusal is a way to come with what does not fit, and what both sides are to say of it.
type refusal struct {
	what   string
	change func(own, others join) // makes it of the right join file, with that of another run at hand
	agent  string                 // a part of what the agent says
	broker string                 // a part of what the broker says
}

var refusals = []refusal{
	{"wrong key", func(own, others join) { own["seed"] = others["seed"] }, "does not know this key", "its key is not one of this fleet"},
	{"no key", func(own, _ join) { delete(own, "seed") }, "wants a key", "it has no key"},
	{"no certificate authority", func(own, _ join) {
		delete(own, "seed")
		delete(own, "ca")
		own["servers"] = []string{strings.Replace(server0(own), "tls://", "nats://", 1)}
	}, "speaks TLS, and the join file holds no certificate authority", "does not trust this broker"},
	{"another run's join file", func(own, others join) {
		at := own["servers"]
		clear(own)
		for k, v := range others {
			own[k] = v
		}
		own["servers"] = at
	}, "of another run", "does not trust this broker"},
	{"another fleet of this key", func(own, _ join) { own["fleet"] = "other" }, "take part in another fleet", "other"},
}

func server0(j join) string {
	all, _ := j["servers"].([]any)
	if len(all) == 0 {
		return ""
	}
	return fmt.Sprint(all[0])
}

// refused has agents come to a broker with what does not fit. Each is turned away, both sides say why, and one that fits is
// let in after that.
func refused(s *scene) error {
	var files [2]join
	var brokers [2]*process
	for i, name := range []string{"own", "others"} {
		b, err := s.start("broker-"+name, nil, "broker", "--store", s.path(name), "--fleet", "lab", "--listen", "127.0.0.1:0")
		if err != nil {
			return err
		}
		at := s.path(name + "/agent.join")
		if err := s.until("it had written its join file", b, func() bool { _, err := os.Stat(at); return err == nil }); err != nil {
			return err
		}
		text, err := os.ReadFile(at)
		if err == nil {
			err = json.Unmarshal(text, &files[i])
		}
		if err != nil {
			return err
		}
		brokers[i] = b
	}
	for i, r := range refusals {
		own := join{}
		for k, v := range files[0] {
			own[k] = v
		}
		r.change(own, files[1])
		if err := s.turnedAway(i, r, own, brokers[0]); err != nil {
			return err
		}
	}
	if err := s.plainText(server0(files[0]), brokers[0]); err != nil {
		return err
	}
	a, err := s.start("agent-right", nil, "agent", "--join", s.path("own/agent.join"))
	if err != nil {
		return err
	}
	if err := s.until("it took part", a, func() bool { return strings.Contains(a.said(), "takes part in the fleet lab") }); err != nil {
		return err
	}
	a.send(syscall.SIGTERM)
	s.exits(a, 0, 143)
	return nil
}

func (s *scene) turnedAway(i int, r refusal, with join, broker *process) error {
	text, err := json.Marshal(with)
	if err != nil {
		return err
	}
	file := s.path(fmt.Sprintf("join-%d", i))
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return err
	}
	before := len(broker.said())
	a, err := s.start(fmt.Sprintf("agent-%d", i), nil, "agent", "--join", file, "--name", "stranger")
	if err != nil {
		return err
	}
	if s.exits(a, 2); !a.ended() {
		return fmt.Errorf("%s: it is not turned away: %s", r.what, a.said())
	}
	theirs := func() string { return broker.said()[before:] }
	for begin := time.Now(); !strings.Contains(theirs(), r.broker); time.Sleep(5 * time.Millisecond) {
		if time.Since(begin) > settled {
			s.fails("%s: the broker says %q, not %q", r.what, theirs(), r.broker)
			break
		}
	}
	if !strings.Contains(a.said(), r.agent) {
		s.fails("%s: the agent says %q, not %q", r.what, a.said(), r.agent)
	}
	s.struck++
	s.notes = append(s.notes, fmt.Sprintf("%s: the agent: %q, the broker: %q", r.what, oneLine(a.said()), oneLine(theirs())))
	return nil
}

// plainText speaks to a broker as somebody who knows nothing of TLS: what is said has no answer but the end.
func (s *scene) plainText(at string, broker *process) error {
	c, err := net.DialTimeout("tcp", strings.TrimPrefix(at, "tls://"), settled)
	if err != nil {
		return err
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(settled))
	if _, err := fmt.Fprintf(c, "CONNECT {\"verbose\":false}\r\nPING\r\n"); err != nil {
		return err
	}
	heard, _ := io.ReadAll(c)
	if strings.Contains(string(heard), "PONG") {
		s.fails("plain text is answered: %q", heard)
	}
	if err := s.until("the broker had said so of plain text", broker, func() bool { return strings.Contains(broker.said(), "speaks plain text") }); err != nil {
		return err
	}
	lines := strings.Split(strings.TrimSpace(broker.said()), "\n")
	s.struck++
	s.notes = append(s.notes, fmt.Sprintf("plain text against TLS: the client: the connection ends, the broker: %q", lines[len(lines)-1]))
	return nil
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
