package broker

import (
	"net"

	"github.com/nats-io/nats-server/v2/server"

	"bench/runner/internal/link"
)

// Door is where a broker is reached.
type Door struct {
	Listen  string   // HOST:PORT it listens on; "": no port is open
	Cluster string   // the same, for the other servers of its cluster
	Servers []string // tls://HOST:PORT as other hosts reach it, or nats://… without keys

	fleet  string
	socket string
	keys   *Keys
}

func doorOf(o Options, s *server.Server) Door {
	d := Door{fleet: o.fleet(), socket: o.Socket, keys: o.Keys}
	if o.Cluster != nil {
		d.Cluster = s.ClusterAddr().String()
	}
	if o.Listen == "" {
		return d
	}
	d.Listen = s.Addr().String()
	at := o.Servers
	if len(at) == 0 {
		at = reached(o.Listen, d.Listen)
	}
	scheme := "nats://"
	if o.Keys != nil {
		scheme = "tls://"
	}
	for _, a := range at {
		d.Servers = append(d.Servers, scheme+a)
	}
	return d
}

// reached are the addresses of one that listens on all of this machine's; else the one asked for, with the port it got.
func reached(asked, got string) (all []string) {
	host, _, _ := net.SplitHostPort(asked)
	_, port, _ := net.SplitHostPort(got)
	hosts := []string{host}
	if unspecified(host) {
		if hosts = interfaces(); len(hosts) == 0 {
			hosts = []string{"127.0.0.1"}
		}
	}
	for _, h := range hosts {
		all = append(all, net.JoinHostPort(h, port))
	}
	return all
}

// Join is what others need to take part in a role.
func (d Door) Join(r Role) link.Join {
	if d.keys != nil {
		return d.keys.Join(r, d.Servers)
	}
	return link.Join{Fleet: d.fleet, Servers: d.Servers}
}

// Local is the same on this machine, through the socket.
func (d Door) Local(r Role) link.Join {
	j := d.Join(r)
	if d.socket != "" {
		j.Socket, j.Servers, j.CA = d.socket, nil, ""
	}
	return j
}

// Nearest is Join where others are let in, and Local where nobody else is.
func (d Door) Nearest(r Role) link.Join {
	if len(d.Servers) > 0 {
		return d.Join(r)
	}
	return d.Local(r)
}
