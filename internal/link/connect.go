package link

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"
)

// Once a second a lost connection is tried again: a broker that is back after a second must not be found after five.
const again = time.Second

// Connect connects to the broker, and goes on trying for as long as ctx lasts; a key that is refused ends it at once. The
// connection outlives ctx, finds back by itself, and is closed by the caller. name is shown by the broker.
func (j Join) Connect(ctx context.Context, name string, more ...nats.Option) (*nats.Conn, error) {
	options := []nats.Option{
		nats.Name(name), nats.Timeout(5 * time.Second), nats.NoEcho(),
		nats.MaxReconnects(-1), nats.ReconnectWait(again), nats.ReconnectJitter(again/10, again/10),
		nats.PingInterval(5 * time.Second), nats.MaxPingsOutstanding(2),
		nats.CustomInboxPrefix("_INBOX." + name),
	}
	urls := j.Servers
	if j.Socket != "" {
		urls = []string{"nats://broker"}
		options = append(options, nats.SetCustomDialer(socket(j.Socket)), nats.SkipHostLookup())
	}
	if j.CA != "" {
		trusted := x509.NewCertPool()
		if !trusted.AppendCertsFromPEM([]byte(j.CA)) {
			return nil, errors.New("the join file holds no certificate that can be read")
		}
		options = append(options, nats.Secure(&tls.Config{MinVersion: tls.VersionTLS13, RootCAs: trusted}))
	}
	if j.Seed != "" {
		pair, err := nkeys.FromSeed([]byte(j.Seed))
		if err != nil {
			return nil, fmt.Errorf("the join file holds no key that can be read: %w", err)
		}
		public, err := pair.PublicKey()
		if err != nil {
			return nil, err
		}
		options = append(options, nats.Nkey(public, pair.Sign))
	}
	options = append(options, more...)
	for {
		c, err := nats.Connect(strings.Join(urls, ","), options...)
		if err == nil {
			return c, nil
		}
		if refused(err) {
			return nil, fmt.Errorf("the broker refuses this key: %w; is the join file of another run?", err)
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("no broker at %s: %w", j.Where(), err)
		case <-time.After(again / 10):
		}
	}
}

func refused(err error) bool {
	return errors.Is(err, nats.ErrAuthorization) || errors.Is(err, nats.ErrAuthExpired) || strings.Contains(err.Error(), "Authorization Violation")
}

// Where is the address of the broker, for messages.
func (j Join) Where() string {
	if j.Socket != "" {
		return j.Socket
	}
	return strings.Join(j.Servers, ", ")
}

// socket dials the one Unix socket, whatever address is asked for.
type socket string

func (s socket) Dial(string, string) (net.Conn, error) {
	return net.DialTimeout("unix", string(s), 5*time.Second)
}
