// Package broker is the message broker of a fleet: an embedded NATS server with JetStream. What it stores is disposable: the
// database of results is the ledger.
package broker

import (
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

const startPatience = 30 * time.Second // large stores are read when a broker starts

// Broker is a running broker.
type Broker struct {
	Door
	server  *server.Server
	lock    *os.File
	socket  net.Listener
	bridges sync.WaitGroup
}

// Start starts a broker in this process. It is ready when Start returns; one of a cluster may wait for the others then.
func Start(o Options) (_ *Broker, err error) {
	if err := o.valid(); err != nil {
		return nil, err
	}
	lock, err := private(o.Store)
	if err != nil {
		return nil, err
	}
	b := &Broker{lock: lock}
	defer func() {
		if err != nil {
			b.Stop()
		}
	}()
	so, err := o.server()
	if err != nil {
		return nil, err
	}
	gate := &gate{keys: o.Keys, log: o.Log}
	if o.Keys != nil {
		so.CustomClientAuthentication = gate
	}
	if b.server, err = server.NewServer(so); err != nil {
		return nil, fmt.Errorf("start the broker: %w", err)
	}
	gate.account = b.server.GlobalAccount()
	log := &logger{tell: o.Log, fatal: make(chan string, 1)}
	b.server.SetLoggerV2(log, true, false, false)
	if err := b.begin(log); err != nil {
		return nil, err
	}
	b.Door = doorOf(o, b.server)
	if o.Socket != "" {
		if b.socket, err = listenUnix(o.Socket); err != nil {
			return nil, err
		}
		go b.accept()
	}
	return b, nil
}

// begin waits until the server is ready, or has said why it cannot be.
func (b *Broker) begin(log *logger) error {
	b.server.Start()
	ready := make(chan bool, 1)
	go func() { ready <- b.server.ReadyForConnections(startPatience) }()
	select {
	case why := <-log.fatal:
		return fmt.Errorf("start the broker: %s", why)
	case ok := <-ready:
		if !ok {
			return fmt.Errorf("the broker is not ready within %v", startPatience)
		}
	}
	if !b.server.JetStreamEnabled() {
		return errors.New("the broker cannot use its store")
	}
	return nil
}

// Stop ends the broker; what it has stored stays.
func (b *Broker) Stop() {
	if b.socket != nil {
		b.socket.Close()
	}
	if b.server != nil {
		b.server.Shutdown()
		b.server.WaitForShutdown()
	}
	b.bridges.Wait()
	b.lock.Close()
}
