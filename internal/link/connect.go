package link

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"
)

const (
	again    = time.Second     // between tries to find back: a broker that is gone for a second must not be missed for five
	first    = again / 10      // between tries to connect at all
	patience = 5 * time.Second // with one server, before another is tried
)

// Connect connects to the broker, and goes on trying for as long as ctx lasts. A refusal that no waiting changes ends it at
// once: a key, a certificate or a fleet that does not fit. The connection outlives ctx, finds back by itself, and is closed by
// the caller. name is shown by the broker; two connections may have the same.
func (j Join) Connect(ctx context.Context, name string, more ...nats.Option) (*nats.Conn, error) {
	if err := j.valid(); err != nil {
		return nil, err
	}
	options, urls, d, err := j.options(name)
	if err != nil {
		return nil, err
	}
	options = append(options, more...)
	var why error // the last one that is not the end of ctx
	for {
		c, err := d.connect(ctx, urls, options)
		if err == nil {
			if err = j.admitted(c); err == nil {
				return c, nil
			}
			c.Close()
		}
		if refusal := j.refusal(err); refusal != nil {
			return nil, refusal
		}
		if why == nil || !over(ctx) {
			why = err
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("no broker answers at %s: %w (%w)", j.Where(), why, context.Cause(ctx))
		case <-time.After(first):
		}
	}
}

// over tells whether the time of ctx is over: a dialer with the same deadline may notice that before ctx does.
func over(ctx context.Context) bool {
	end, ends := ctx.Deadline()
	return ctx.Err() != nil || ends && !time.Now().Before(end)
}

// options are what a connection needs, the addresses that it may have, and the way there.
func (j Join) options(name string) ([]nats.Option, []string, *dialer, error) {
	name = unique(name)
	d := &dialer{socket: j.Socket}
	options := []nats.Option{
		nats.Name(name), nats.CustomInboxPrefix(Inbox(name)), nats.Timeout(patience), nats.NoEcho(),
		nats.MaxReconnects(-1), nats.ReconnectWait(again), nats.ReconnectJitter(first, first),
		nats.PingInterval(patience), nats.MaxPingsOutstanding(2), nats.IgnoreDiscoveredServers(), nats.SetCustomDialer(d),
	}
	urls := j.Servers
	if j.Socket != "" {
		urls = []string{"nats://broker"}
		options = append(options, nats.SkipHostLookup())
	} else if j.CA != "" {
		trusted := x509.NewCertPool()
		trusted.AppendCertsFromPEM([]byte(j.CA))
		options = append(options, nats.Secure(&tls.Config{MinVersion: tls.VersionTLS13, RootCAs: trusted}))
	}
	if j.Seed != "" {
		pair, err := nkeys.FromSeed([]byte(j.Seed))
		if err != nil {
			return nil, nil, nil, errors.New("the join file holds no key that can be read")
		}
		public, err := pair.PublicKey()
		if err != nil {
			return nil, nil, nil, err
		}
		options = append(options, nats.Nkey(public, pair.Sign))
	}
	return options, urls, d, nil
}

// Inbox begins the subjects of the answers that a connection of this name waits for. A broker with keys lets agents hear
// their own alone.
func Inbox(name string) string { return "_INBOX." + name }

// unique makes a connection's name of any text. Nobody can guess it, and so nobody can ask for what it is answered.
func unique(name string) string {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(letters, r) {
			return r
		}
		return '-'
	}, name[:min(len(name), 40)])
	return name + "-" + rand.Text()[:16]
}

// admitted asks whether subjects of the fleet may be heard at all.
func (j Join) admitted(c *nats.Conn) error {
	theirs := c.ErrorHandler()
	c.SetErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}) // the one that is asked for here is returned
	defer func() { c.SetErrorHandler(theirs) }()
	s, err := c.SubscribeSync(j.Subject("admitted"))
	if err != nil {
		return err
	}
	if err := c.FlushTimeout(patience); err != nil {
		return err
	}
	if err := c.LastError(); errors.Is(err, nats.ErrPermissionViolation) {
		return err
	}
	return s.Unsubscribe()
}
