package link

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"

	"github.com/nats-io/nats.go"
)

// dialer dials the one Unix socket, whatever address is asked for, or TCP. While a context is set, its end ends what was
// dialled: until then nobody has the connection, afterwards it is the caller's.
type dialer struct {
	socket string

	mu    sync.Mutex
	ctx   context.Context
	stops []func() bool
	err   error // of the last dial
}

// Dial is called by the library.
func (d *dialer) Dial(network, address string) (net.Conn, error) {
	d.mu.Lock()
	ctx := d.ctx
	d.mu.Unlock()
	if d.socket != "" {
		network, address = "unix", d.socket
	}
	if ctx == nil {
		return net.DialTimeout(network, address, patience)
	}
	c, err := (&net.Dialer{Timeout: patience}).DialContext(ctx, network, address)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.err = err
	if err == nil {
		d.stops = append(d.stops, context.AfterFunc(ctx, func() { c.Close() }))
	}
	return c, err
}

// connect tries all servers once, and tells why it did not work with the last of them; a refusal by one of them comes first.
func (d *dialer) connect(ctx context.Context, urls []string, options []nats.Option) (*nats.Conn, error) {
	c, err := d.try(ctx, strings.Join(urls, ","), options)
	if err == nil || len(urls) == 1 || final(err) {
		return c, err
	}
	for _, url := range urls { // of several, the library tells about the last alone
		if c, err := d.try(ctx, url, options); err == nil {
			c.Close() // it is there now: the next try has them all
		} else if final(err) {
			return nil, err
		}
	}
	return nil, err
}

func (d *dialer) try(ctx context.Context, urls string, options []nats.Option) (*nats.Conn, error) {
	d.mu.Lock()
	d.ctx, d.err = ctx, nil
	d.mu.Unlock()
	c, err := nats.Connect(urls, options...)
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, stop := range d.stops {
		stop()
	}
	d.ctx, d.stops = nil, nil
	if errors.Is(err, nats.ErrNoServers) && d.err != nil {
		err = d.err
	}
	return c, err
}
