package broker

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"bench/runner/internal/link"
)

// secure is a broker with keys, reached by TCP and by its socket.
func secure(t *testing.T, keys *Keys) (*Broker, *journal) {
	t.Helper()
	said := &journal{}
	dir := short(t)
	return start(t, Options{Store: inside(dir, "store"), Socket: inside(dir, "s"), Listen: "127.0.0.1:0", Keys: keys, Log: said.add}), said
}

// Whoever does not belong there is told so at once, and so is the broker's side, with the address it came from.
func TestRefusedOnBothSides(t *testing.T) {
	keys, others := newKeys(t, "lab"), newKeys(t, "lab")
	b, said := secure(t, keys)
	open := start(t, Options{Listen: "127.0.0.1:0", Fleet: "lab"})
	stranger := greeter(t, "SSH-2.0-server\r\n")
	change := func(do func(*link.Join)) link.Join {
		j := b.Join(Agent)
		do(&j)
		return j
	}
	local := func(do func(*link.Join)) link.Join {
		j := b.Local(Agent)
		do(&j)
		return j
	}
	for name, c := range map[string]struct {
		join         link.Join
		here, broker string // "": the broker does not hear of it
	}{
		"wrong key":             {change(func(j *link.Join) { j.Seed = others.Seeds[Agent] }), "does not know this key: is the join file of another run?", "is refused: its key is not one of this fleet"},
		"no key":                {change(func(j *link.Join) { j.Seed = "" }), "wants a key, and the join file holds none", "is refused: it has no key"},
		"wrong key, socket":     {local(func(j *link.Join) { j.Seed = others.Seeds[Agent] }), "does not know this key", "somebody at the socket"},
		"no key, socket":        {local(func(j *link.Join) { j.Seed = "" }), "wants a key", "is refused: it has no key"},
		"another fleet":         {change(func(j *link.Join) { j.Fleet = "other" }), `lets this key take part in another fleet, not in "other"`, `is not let: it asks for what its key is not for`},
		"another fleet, socket": {local(func(j *link.Join) { j.Fleet = "other" }), `not in "other"`, `Subject "runner.other.admitted"`},
		"plain against TLS":     {change(func(j *link.Join) { j.CA, j.Servers = "", []string{"nats://" + b.Listen} }), "speaks TLS, and the join file holds no certificate authority", "has ended it: it does not trust this broker's certificate"},
		"TLS against plain":     {change(func(j *link.Join) { j.Seed, j.Servers = "", []string{"tls://" + open.Listen} }), "does not speak TLS, which the join file asks for", ""},
		"a key against none":    {change(func(j *link.Join) { j.CA, j.Servers = "", []string{"nats://" + open.Listen} }), "knows no keys, and the join file holds one", ""},
		"wrong authority":       {change(func(j *link.Join) { j.CA = others.CA }), "has a certificate of another authority than that of the join file", "has ended it: it does not trust this broker's certificate"},
		"no NATS server":        {change(func(j *link.Join) { j.Servers = []string{"tls://" + stranger} }), "is no NATS server: is the port right?", ""},
		"one of two refuses": {change(func(j *link.Join) {
			j.Seed, j.Servers = others.Seeds[Agent], []string{"tls://" + b.Listen, "tls://" + closed(t)}
		}), "does not know this key", "is refused"},
	} {
		t.Run(name, func(t *testing.T) {
			said.mu.Lock()
			said.lines = nil
			said.mu.Unlock()
			began := time.Now()
			conn, err := c.join.Connect(t.Context(), "agent-one")
			if err == nil {
				conn.Close()
				t.Fatal("let in")
			}
			if !strings.Contains(err.Error(), c.here) {
				t.Errorf("here: %v\nwant %q", err, c.here)
			}
			if time.Since(began) > 30*time.Second {
				t.Errorf("told after %v", time.Since(began))
			}
			for _, seed := range []string{keys.Seeds[Agent], others.Seeds[Agent]} {
				if strings.Contains(err.Error()+said.String(), seed) {
					t.Error("the seed is told")
				}
			}
			if c.broker != "" {
				eventually(t, c.broker, func() bool { return said.has(c.broker) })
				if !said.has("127.0.0.1:") && !said.has("at the socket") && !said.has("pipe") {
					t.Errorf("from where? %v", said)
				}
			}
			if said.has("authentication error") {
				t.Errorf("told twice: %v", said)
			}
		})
	}
}

// A certificate for other names than the one used is refused.
func TestWrongName(t *testing.T) {
	keys := newKeys(t, "lab")
	b, _ := secure(t, keys)
	var behind atomic.Value
	behind.Store(b.Listen)
	l, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Skipf("this machine has no 127.0.0.2: %v", err)
	}
	defer l.Close()
	go func() { // what 127.0.0.2 is told comes to the broker, as behind a forwarded port
		for {
			outer, err := l.Accept()
			if err != nil {
				return
			}
			inner, err := net.Dial("tcp", behind.Load().(string))
			if err != nil {
				outer.Close()
				return
			}
			go carry(inner, outer)
			go carry(outer, inner)
		}
	}()
	j := keys.Join(Agent, []string{"tls://" + l.Addr().String()})
	if _, err := j.Connect(t.Context(), "agent"); err == nil || !strings.Contains(err.Error(), "for other names: name this address with --servers") {
		t.Errorf("%v", err)
	}
	named := start(t, Options{Listen: "127.0.0.1:0", Keys: keys, Servers: []string{l.Addr().String()}})
	if got := named.Join(Agent).Servers; len(got) != 1 || got[0] != "tls://"+l.Addr().String() {
		t.Errorf("%v", got)
	}
	behind.Store(named.Listen)
	connect(t, named.Join(Agent), "agent")
}

// Somebody who knows nothing of TLS gets no answer but that.
func TestPlainTextIsNotHeard(t *testing.T) {
	b, said := secure(t, newKeys(t, "lab"))
	c, err := net.Dial("tcp", b.Listen)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	r := bufio.NewReader(c)
	if info, err := r.ReadString('\n'); err != nil || !strings.Contains(info, `"tls_required":true`) {
		t.Fatalf("%s, %v", info, err)
	}
	fmt.Fprint(c, "CONNECT {}\r\nPING\r\n")
	if answer, err := r.ReadString('\n'); err == nil && strings.Contains(answer, "PONG") {
		t.Errorf("answered: %q", answer)
	}
	eventually(t, "told", func() bool { return said.has(c.LocalAddr().String() + " is refused: it speaks plain text") })
}

// Who names a key without having it is found out.
func TestNamedKey(t *testing.T) {
	keys := newKeys(t, "lab")
	b, said := secure(t, keys)
	of, _ := keys.roles()
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM([]byte(keys.CA))
	for public := range of {
		_, err := nats.Connect(b.Servers[0], nats.Timeout(time.Minute), nats.Secure(&tls.Config{RootCAs: trusted}), nats.Nkey(public, func([]byte) ([]byte, error) { return make([]byte, 64), nil }))
		if !errors.Is(err, nats.ErrAuthorization) {
			t.Errorf("%v", err)
		}
	}
	eventually(t, "told", func() bool { return said.has("it names a key that it does not have") })
}

// An agent hears its fleet and its own answers; it neither hears others' nor changes streams.
func TestAgentsMay(t *testing.T) {
	keys := newKeys(t, "lab")
	b, said := secure(t, keys)
	boss := connect(t, b.Local(Coordinator), "boss")
	j := b.Join(Agent)
	js := stream(t, boss, j, 1)
	publish(t, js, j, "x")
	if _, err := js.CreateObjectStore(t.Context(), jetstream.ObjectStoreConfig{Bucket: "BLOB_lab"}); err != nil {
		t.Fatal(err)
	}
	refusals := make(chan error, 100)
	agent := connect(t, j, "agent", nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { refusals <- err }))
	other := connect(t, j, "agent")
	if agent.Opts.Name == other.Opts.Name {
		t.Error("two have one name")
	}

	own, err := jetstream.New(agent)
	if err != nil {
		t.Fatal(err)
	}
	if n := messages(t, own, j); n != 1 {
		t.Errorf("%d messages", n)
	}
	publish(t, own, j, "y")
	if _, err := js.CreateConsumer(t.Context(), j.Stream("TASK", "1"), jetstream.ConsumerConfig{Durable: "work", AckPolicy: jetstream.AckExplicitPolicy}); err != nil {
		t.Fatal(err)
	}
	consumer, err := own.Consumer(t.Context(), j.Stream("TASK", "1"), "work")
	if err != nil {
		t.Fatal(err)
	}
	m, err := consumer.Next()
	if err != nil {
		t.Fatal(err)
	}
	if err := m.DoubleAck(t.Context()); err != nil {
		t.Error(err)
	}
	objects, err := own.ObjectStore(t.Context(), "BLOB_lab")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := objects.PutBytes(t.Context(), "large", make([]byte, 3<<20)); err != nil {
		t.Error(err)
	}
	if data, err := objects.GetBytes(t.Context(), "large"); err != nil || len(data) != 3<<20 {
		t.Errorf("%d, %v", len(data), err)
	}
	if _, err := agent.Subscribe(j.Subject("agents"), func(m *nats.Msg) { _ = m.Respond([]byte("here")) }); err != nil {
		t.Fatal(err)
	}
	if err := agent.Flush(); err != nil {
		t.Fatal(err)
	}
	if m, err := boss.RequestWithContext(t.Context(), j.Subject("agents"), nil); err != nil || string(m.Data) != "here" {
		t.Errorf("%v", err)
	}

	if m, err := other.RequestWithContext(t.Context(), j.Subject("agents"), nil); err != nil || string(m.Data) != "here" {
		t.Errorf("asked by an agent who is there: %v", err)
	}

	for _, subject := range []string{link.Inbox(other.Opts.Name) + ".>", "_INBOX.>", ">", "runner.other.>", "$SYS.>", "$JS.>"} {
		if _, err := agent.SubscribeSync(subject); err != nil {
			t.Fatal(err)
		}
		if err := agent.Flush(); err != nil {
			t.Fatal(err)
		}
		if err := <-refusals; !errors.Is(err, nats.ErrPermissionViolation) || !strings.Contains(err.Error(), `"`+subject+`"`) {
			t.Errorf("%s: %v", subject, err)
		}
	}
	for _, subject := range []string{
		"runner.other.x", j.Subject("agent", "victim", "do"), j.Subject("over"), j.Subject("left"), "$O.BLOB_other.M.x", "$KV.x.y",
		"$JS.API.STREAM.DELETE.TASK_lab_1", "$JS.API.STREAM.PURGE.TASK_lab_1", "$JS.API.STREAM.CREATE.X", "$JS.API.STREAM.MSG.DELETE.TASK_lab_1",
		"$JS.API.CONSUMER.DELETE.TASK_lab_1.work", "$JS.API.CONSUMER.CREATE.TASK_lab_1.mine", "$JS.API.CONSUMER.DURABLE.CREATE.TASK_lab_1.mine",
		"$JS.API.CONSUMER.PAUSE.TASK_lab_1.work", "$JS.API.CONSUMER.DELETE.TASK_other_1.all",
	} {
		if err := errors.Join(agent.Publish(subject, nil), agent.Flush()); err != nil {
			t.Fatal(err)
		}
		if err := <-refusals; !errors.Is(err, nats.ErrPermissionViolation) {
			t.Errorf("%s: %v", subject, err)
		}
	}
	eventually(t, "told", func() bool { return said.has("is not let: it sends what its key is not for") })
	if n := messages(t, js, j); n != 2 {
		t.Errorf("%d messages", n)
	}
}

// Where nobody answers, it goes on trying until there is somebody, or its time is over.
func TestGoesOnTrying(t *testing.T) {
	keys := newKeys(t, "lab")
	at := closed(t)
	var err error
	for wait := 2 * time.Second; ; wait *= 2 { // the time may be over before it was tried
		ctx, cancel := context.WithTimeout(t.Context(), wait)
		_, err = keys.Join(Agent, []string{"tls://" + at}).Connect(ctx, "agent")
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "no broker answers at tls://"+at) {
			t.Errorf("%v", err)
		}
		if strings.Contains(err.Error(), "refused") {
			break
		}
		if wait > time.Minute {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	mute := greeter(t, "")
	time.AfterFunc(100*time.Millisecond, cancel)
	if _, err = keys.Join(Agent, []string{"tls://" + mute}).Connect(ctx, "agent"); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}

	dir := short(t)
	o := Options{Store: inside(dir, "store"), Socket: inside(dir, "s"), Keys: keys}
	done := make(chan error, 1)
	go func() {
		c, err := (link.Join{Fleet: "lab", Socket: o.Socket, Seed: keys.Seeds[Agent]}).Connect(t.Context(), "agent")
		if err == nil {
			c.Close()
		}
		done <- err
	}()
	start(t, o)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// greeter is a server that says one thing and then nothing.
func greeter(t *testing.T, says string) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Write([]byte(says))
			t.Cleanup(func() { c.Close() })
		}
	}()
	return l.Addr().String()
}

// closed is an address at which nobody listens.
func closed(t *testing.T) string {
	t.Helper()
	return ports(t, 1)[0]
}
