package broker

import (
	"errors"
	"math/rand/v2"
	"net"
	"slices"
	"strconv"
	"syscall"
	"testing"

	"bench/runner/internal/link"
)

// ports are free ones: the servers of a cluster must know one another's before they start. They are below those that the system
// gives to who asks for any: else somebody might be given one meanwhile.
func ports(t *testing.T, n int) (addresses []string) {
	t.Helper()
	for len(addresses) < n {
		l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(20000+rand.IntN(12000)))
		if errors.Is(err, syscall.EADDRINUSE) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close() // all are held until the last is found
		addresses = append(addresses, l.Addr().String())
	}
	return addresses
}

// trio is the options of three servers of one cluster.
func trio(t *testing.T, keys *Keys, said *journal) (all []Options) {
	t.Helper()
	at := ports(t, 6)
	clients, routes := at[:3], at[3:]
	for i := range 3 {
		all = append(all, Options{Store: t.TempDir(), Listen: clients[i], Fleet: "lab", Keys: keys, Servers: clients, Log: said.add,
			Cluster: &Cluster{Name: "s" + strconv.Itoa(i), Listen: routes[i], Routes: slices.Clone(routes)}})
	}
	return all
}

// startAll starts servers at the same time, as they wait for one another. A free port may be taken by somebody else before.
func startAll(t *testing.T, all []Options) []*Broker {
	t.Helper()
	var servers []*Broker
	for _, o := range all {
		servers = append(servers, start(t, o))
	}
	return servers
}

// Three servers hold a stream three times: with any one of them stopped all goes on, and it comes back to what was missed.
func TestThreeServers(t *testing.T) {
	said := &journal{}
	all := trio(t, newKeys(t, "lab"), said)
	servers := startAll(t, all)
	j := servers[0].Join(Coordinator)
	if len(j.Servers) != 3 {
		t.Fatalf("%v", j)
	}
	c := connect(t, j, "boss")
	js := stream(t, c, j, 3)
	count := 0
	more := func() {
		t.Helper()
		for range 20 {
			count++
			publish(t, js, j, strconv.Itoa(count))
		}
		if got := messages(t, js, j); got != uint64(count) {
			t.Errorf("%d messages, want %d\n%v", got, count, said)
		}
	}
	more()
	stopped := slices.IndexFunc(servers, func(b *Broker) bool { return "tls://"+b.Listen == c.ConnectedUrl() }) // the one that serves us
	if stopped < 0 {
		t.Fatalf("%s is none of them", c.ConnectedUrl())
	}
	servers[stopped].Stop()
	more()
	servers[stopped] = start(t, all[stopped])
	more()
	eventually(t, "it has caught up", func() bool { return servers[stopped].server.JetStreamIsStreamCurrent("$G", j.Stream("TASK", "1")) })
	agent := link.Join{Fleet: j.Fleet, Servers: j.Servers, CA: j.CA, Seed: all[0].Keys.Seeds[Agent]}
	connect(t, agent, "agent")
}

// A server with other keys does not get into the cluster, and both sides say so.
func TestStrangeServer(t *testing.T) {
	said, theirs := &journal{}, &journal{}
	all := trio(t, newKeys(t, "lab"), said)
	member := start(t, all[0])
	all[1].Keys, all[1].Log = newKeys(t, "lab"), theirs.add
	stranger := start(t, all[1])
	eventually(t, "told on both sides", func() bool { return said.has("TLS route handshake error") && theirs.has("TLS route handshake error") })
	if member.server.NumRoutes() != 0 || stranger.server.NumRoutes() != 0 {
		t.Errorf("let in: %v", said)
	}
}
