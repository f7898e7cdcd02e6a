// Package link connects a process to the broker of a fleet: what it must know for that, and how its names are made.
package link

import (
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/nats-io/nkeys"
)

// Join is what lets a process take part in a fleet: where its broker is, and the key to it. It is kept in a file that only
// its owner can read, and never stands on a command line.
type Join struct {
	Fleet   string   `json:"fleet"`             // begins every subject and stream of it
	Servers []string `json:"servers,omitempty"` // tls://HOST:PORT
	Socket  string   `json:"socket,omitempty"`  // or the path of a Unix socket on this machine
	CA      string   `json:"ca,omitempty"`      // the one certificate authority to be trusted, as PEM
	Seed    string   `json:"seed,omitempty"`    // of an nkey; a secret
	Role    string   `json:"role,omitempty"`    // what the key is for: a run ("coordinator") or an agent; "": either
	Passing bool     `json:"passing,omitempty"` // the broker is a run's own, and ends with it
}

const (
	mostServers   = 64
	longestSocket = 103 // B: what every system takes
)

// ParseJoin reads the text of a join file.
func ParseJoin(text []byte) (Join, error) {
	var j Join
	if len(text) > largestJoin {
		return j, fmt.Errorf("this is no join file: it has more than %d KiB", largestJoin>>10)
	}
	if err := json.Unmarshal(text, &j); err != nil {
		return Join{}, fmt.Errorf("this is no join file: %w", err)
	}
	if err := j.valid(); err != nil {
		return Join{}, err
	}
	return j, nil
}

func (j Join) valid() error {
	switch {
	case !Word(j.Fleet):
		return fmt.Errorf("the join file names the fleet %q: letters, digits, _ and - are allowed, 64 at most", brief(j.Fleet))
	case j.Socket == "" && len(j.Servers) == 0:
		return errors.New("the join file names no broker")
	case len(j.Servers) > mostServers:
		return fmt.Errorf("the join file names %d servers: %d at most are allowed", len(j.Servers), mostServers)
	case j.Socket != "" && (!filepath.IsAbs(j.Socket) || strings.ContainsRune(j.Socket, 0)):
		return fmt.Errorf("the join file names the socket %q: an absolute path is needed", brief(j.Socket))
	case len(j.Socket) > longestSocket:
		return fmt.Errorf("the join file names the socket %q…: a path of %d bytes at most is needed", brief(j.Socket), longestSocket)
	}
	for _, s := range j.Servers {
		if err := server(s); err != nil {
			return fmt.Errorf("the join file names the server %q: %w", brief(s), err)
		}
	}
	if j.CA != "" && !x509.NewCertPool().AppendCertsFromPEM([]byte(j.CA)) {
		return errors.New("the join file holds no certificate that can be read")
	}
	if j.Seed != "" {
		if _, err := nkeys.FromSeed([]byte(j.Seed)); err != nil {
			return errors.New("the join file holds no key that can be read") // whose text is nobody's business
		}
	}
	return nil
}

// server checks one address. What goes to another machine in plain text could be read and changed by others.
func server(s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "tls" && u.Scheme != "nats" || u.Host == "" || u.User != nil || s != u.Scheme+"://"+u.Host {
		return errors.New("tls://HOST:PORT is needed")
	}
	port, err := strconv.Atoi(u.Port())
	if err != nil || port < 1 || port > 65535 || strings.ContainsAny(u.Hostname(), ", %") || u.Hostname() == "" {
		return errors.New("tls://HOST:PORT is needed, with a port of 1 to 65535")
	}
	if u.Scheme == "nats" && !Loopback(u.Hostname()) {
		return errors.New("it is not on this machine: tls:// is needed")
	}
	return nil
}

// Loopback tells whether a host is this machine, reached by itself alone.
func Loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Word tells whether a text may be part of a subject, a stream's name and a file's.
func Word(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, letters) == ""
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

// brief is the beginning of a text that is not trusted, for messages.
func brief(s string) string { return s[:min(len(s), 80)] }

// String tells of everything but the key.
func (j Join) String() string {
	key := "no key"
	if j.Seed != "" {
		key = "a key"
	}
	return fmt.Sprintf("fleet %s at %s, with %s", j.Fleet, j.Where(), key)
}

// GoString is String, so that %#v tells no key either.
func (j Join) GoString() string { return j.String() }

// Where is the address of the broker, for messages.
func (j Join) Where() string {
	if j.Socket != "" {
		return j.Socket
	}
	return strings.Join(j.Servers, ", ")
}

// Subject is a subject of the fleet: runner.FLEET.a.b for a, b.
func (j Join) Subject(parts ...string) string {
	return "runner." + j.Fleet + "." + strings.Join(parts, ".")
}

// Stream is the name of a stream of the fleet.
func (j Join) Stream(kind, of string) string { return kind + "_" + j.Fleet + "_" + of }
