//go:build linux

package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"syscall"
	"time"
)

// server is one of three brokers, which keep every stream three times.
type server struct {
	*process
	name string
	args []string
}

// three starts three brokers with the same keys.
func (s *scene) three() ([]*server, error) {
	at, err := freePorts(6)
	if err != nil {
		return nil, err
	}
	var all []*server
	for i, name := range []string{"a", "b", "c"} {
		v := &server{name: name, args: []string{"broker", "--store", s.path(name), "--keys", s.path("keys"), "--fleet", "lab", "--name", name,
			"--listen", at[i], "--cluster-listen", at[3+i], "--routes", strings.Join(at[3:], ","), "--servers", strings.Join(at[:3], ",")}}
		if err := v.start(s); err != nil {
			return nil, err
		}
		if err := s.until("it had written its join file", v.process, func() bool {
			_, err := os.Stat(s.path(name + "/coordinator.join"))
			return err == nil
		}); err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

func (v *server) start(s *scene) (err error) {
	v.process, err = s.start("broker-"+v.name, nil, v.args...)
	return err
}

// freePorts are addresses of loopback that nobody listens on. They are below those that the system gives to who asks for any:
// else somebody might be given one before it is used.
func freePorts(n int) (at []string, err error) {
	for len(at) < n {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 20000+rand.IntN(12000)))
		if errors.Is(err, syscall.EADDRINUSE) {
			continue
		}
		if err != nil {
			return nil, err
		}
		defer l.Close()
		at = append(at, l.Addr().String())
	}
	return at, nil
}

// overThree strikes servers while a pool goes through them, and starts them again on their stores.
func overThree(s *scene, struck func([]*server) []*server) error {
	servers, err := s.three()
	if err != nil {
		return err
	}
	pool := usual()
	pool.lease, pool.fleet = "5s", fmt.Sprintf(", join: %q, replicas: 3", s.path("a/coordinator.join"))
	p, err := s.run(pool.spec(s), "--agents", "2")
	if err != nil {
		return err
	}
	if err := s.reaches(pool.tasks/4, p); err != nil {
		return err
	}
	victims := struck(servers)
	for _, v := range victims {
		v.send(syscall.SIGKILL)
	}
	s.struck++
	for _, v := range victims {
		<-v.Ended
	}
	time.Sleep(time.Second) // an outage that all notice
	for _, v := range victims {
		if err := v.start(s); err != nil {
			return err
		}
	}
	s.exits(p, 0, 3)
	s.counted(pool)
	return nil
}

func oneOfThree(s *scene) error {
	return overThree(s, func(all []*server) []*server { return []*server{all[rand.IntN(3)]} })
}

func allOfThree(s *scene) error {
	return overThree(s, func(all []*server) []*server { return all })
}
