package broker

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"bench/runner/internal/link"
)

// Options of a broker. They hold keys: they go to another process through a pipe, never as arguments.
type Options struct {
	Store  string // a directory for its streams, made private
	Socket string // path of the Unix socket on which it is reached from this machine; "": none
	Listen string // HOST:PORT on which it is reached from others; port 0 is a free one; "": no port is open

	Fleet   string   // for its join files; that of the keys if there are some
	Keys    *Keys    // with them all speak TLS and have a key, through the socket too; nil: everybody who gets there is let in
	Servers []string // HOST:PORT of this one and of the others of its cluster, as agents reach them; nil: what it listens on
	Cluster *Cluster // nil: it is the only one

	MaxMemory int64 // B of streams in memory; 0: 256 MiB
	MaxStore  int64 // B of streams on the disk; 0: 10 GiB

	Log func(line string) `json:"-"` // is told warnings and errors, by several goroutines; nil: nobody is
}

// Cluster makes a broker one of several that hold the same streams. All have the same keys.
type Cluster struct {
	Name   string   // of this server, unlike those of the others, and the same each time it is started
	Listen string   // HOST:PORT for the others
	Routes []string // HOST:PORT of all of them; it may be among them itself
}

const maxPayload = 8 << 20 // B

func (o Options) valid() error {
	if o.Store == "" {
		return errors.New("a broker needs a directory to store its streams")
	}
	if o.Keys != nil {
		if err := o.Keys.valid(); err != nil {
			return err
		}
		if o.Fleet != "" && o.Fleet != o.Keys.Fleet {
			return fmt.Errorf("the keys are those of the fleet %q, not of %q: give each fleet a broker with keys of its own", o.Keys.Fleet, o.Fleet)
		}
	}
	if o.Fleet != "" && !link.Word(o.Fleet) {
		return fmt.Errorf("the fleet %q: letters, digits, _ and - are allowed, 64 at most", o.Fleet)
	}
	if o.MaxMemory < 0 || o.MaxStore < 0 {
		return errors.New("the bounds on what a broker stores are positive")
	}
	if o.Listen == "" && o.Socket == "" {
		return errors.New("a broker needs a socket or an address to listen on")
	}
	if o.Listen != "" {
		if err := o.listens(o.Listen, 0); err != nil {
			return err
		}
	}
	for _, s := range o.Servers {
		if _, _, err := address(s, 1); err != nil {
			return err
		}
	}
	return o.Cluster.valid(o)
}

func (c *Cluster) valid(o Options) error {
	switch {
	case c == nil:
		return nil
	case !link.Word(c.Name):
		return fmt.Errorf("the server's name %q: letters, digits, _ and - are allowed, 64 at most", c.Name)
	case len(c.Routes) == 0:
		return errors.New("a server of a cluster needs the addresses of the others")
	}
	for _, r := range c.Routes {
		if _, _, err := address(r, 1); err != nil {
			return err
		}
	}
	return o.listens(c.Listen, 0)
}

// listens checks an address to listen on: what others can reach is for those who have a key.
func (o Options) listens(at string, least int) error {
	host, _, err := address(at, least)
	if err == nil && o.Keys == nil && !link.Loopback(host) {
		err = fmt.Errorf("other hosts could reach %s, and there are no keys: it needs TLS and keys off this machine", at)
	}
	return err
}

// address takes HOST:PORT apart.
func address(s string, least int) (host string, port int, err error) {
	host, digits, err := net.SplitHostPort(s)
	if err == nil {
		port, err = strconv.Atoi(digits)
	}
	u, unfit := url.Parse("tls://" + s)
	if err != nil || unfit != nil || u.Host != s || u.User != nil || port < least || port > 65535 {
		return "", 0, fmt.Errorf("the address %q: HOST:PORT is needed, with a port of %d to 65535", s, least)
	}
	if host == "" && least > 0 {
		return "", 0, fmt.Errorf("the address %q names no host", s)
	}
	return host, port, nil
}

// server is the same for the library.
func (o Options) server() (*server.Options, error) {
	so := &server.Options{
		ServerName: "runner", DontListen: true, NoSigs: true, NoLog: true, DisableJetStreamBanner: true,
		JetStream: true, StoreDir: o.Store, MaxPayload: maxPayload,
		JetStreamMaxMemory: first(o.MaxMemory, 256<<20), JetStreamMaxStore: first(o.MaxStore, 10<<30),
		PingInterval: 10 * time.Second, MaxPingsOut: 2, AuthTimeout: 5, TLSTimeout: 5,
	}
	if o.Listen != "" {
		so.DontListen = false
		so.Host, so.Port = listening(o.Listen)
	}
	if c := o.Cluster; c != nil {
		so.ServerName = c.Name
		so.Cluster = server.ClusterOpts{Name: first(o.fleet(), "runner"), NoAdvertise: true, TLSTimeout: 5, AuthTimeout: 5, PingInterval: 5 * time.Second, MaxPingsOut: 2}
		so.Cluster.Host, so.Cluster.Port = listening(c.Listen)
		for _, r := range c.Routes {
			so.Routes = append(so.Routes, &url.URL{Scheme: "nats-route", Host: r})
		}
	}
	if o.Keys == nil {
		return so, nil
	}
	certificate, err := o.Keys.certificate(o.names())
	if err != nil {
		return nil, err
	}
	so.TLS, so.TLSConfig = true, o.Keys.clientTLS(certificate)
	so.Cluster.TLSConfig = o.Keys.routeTLS(certificate)
	so.AlwaysEnableNonce = true
	return so, nil
}

func (o Options) fleet() string {
	if o.Keys != nil {
		return o.Keys.Fleet
	}
	return first(o.Fleet, "runner")
}

func listening(at string) (host string, port int) {
	host, port, _ = address(at, 0)
	if host == "" {
		host = "0.0.0.0"
	}
	if port == 0 {
		port = server.RANDOM_PORT
	}
	return host, port
}

// names are the names and addresses that others may know this broker by.
func (o Options) names() []string {
	names := []string{"localhost", "127.0.0.1", "::1"}
	if name, err := os.Hostname(); err == nil {
		names = append(names, name)
	}
	at := slices.Clone(o.Servers)
	if o.Listen != "" {
		at = append(at, o.Listen)
	}
	if o.Cluster != nil {
		at = append(at, o.Cluster.Listen)
	}
	for _, a := range at {
		host, _, _ := address(a, 0)
		if unspecified(host) {
			names = append(names, interfaces()...)
		} else {
			names = append(names, host)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func unspecified(host string) bool {
	ip := net.ParseIP(host)
	return host == "" || ip != nil && ip.IsUnspecified()
}

// interfaces are the addresses of this machine that others may reach.
func interfaces() (found []string) {
	all, _ := net.InterfaceAddrs()
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && n.IP.IsGlobalUnicast() {
			found = append(found, n.IP.String())
		}
	}
	return found
}

func first[T comparable](a, b T) T {
	var none T
	if a != none {
		return a
	}
	return b
}

// absolute makes the paths independent of the directory of a process.
func (o Options) absolute() (Options, error) {
	for _, p := range []*string{&o.Store, &o.Socket} {
		if *p == "" {
			continue
		}
		abs, err := filepath.Abs(*p)
		if err != nil {
			return o, err
		}
		*p = abs
	}
	return o, nil
}
