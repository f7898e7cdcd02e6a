// Package broker is the message broker of a fleet: an embedded NATS server with JetStream. What it stores is disposable: the
// database of results is the ledger.
package broker

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Options of a broker.
type Options struct {
	Store  string // a private directory for its streams
	Socket string // path of the Unix socket on which it is reached from this machine
}

// Broker is a running broker.
type Broker struct {
	server  *server.Server
	socket  net.Listener
	bridges sync.WaitGroup
}

// Start starts a broker in this process. It is ready when Start returns.
func Start(o Options) (*Broker, error) {
	s, err := server.NewServer(&server.Options{
		ServerName: "runner", DontListen: true, NoSigs: true, NoLog: true,
		JetStream: true, StoreDir: o.Store, MaxPayload: 8 << 20,
	})
	if err != nil {
		return nil, fmt.Errorf("start the broker: %w", err)
	}
	b := &Broker{server: s}
	s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		s.Shutdown()
		return nil, errors.New("the broker is not ready within 10 s")
	}
	if o.Socket != "" {
		_ = os.Remove(o.Socket) // of one that was killed
		if b.socket, err = net.Listen("unix", o.Socket); err != nil {
			s.Shutdown()
			return nil, err
		}
		go b.accept()
	}
	return b, nil
}

// accept makes a client of the server of each connection to the socket. The server knows no Unix sockets of its own.
func (b *Broker) accept() {
	for {
		outer, err := b.socket.Accept()
		if err != nil {
			return
		}
		inner, err := b.server.InProcessConn()
		if err != nil {
			outer.Close()
			continue
		}
		b.bridges.Go(func() { _, _ = io.Copy(inner, outer); inner.Close() })
		b.bridges.Go(func() { _, _ = io.Copy(outer, inner); outer.Close() })
	}
}

// Stop ends the broker; what it has stored stays.
func (b *Broker) Stop() {
	if b.socket != nil {
		b.socket.Close()
	}
	b.server.Shutdown()
	b.server.WaitForShutdown()
	b.bridges.Wait()
}
