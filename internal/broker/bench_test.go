package broker

import (
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"bench/runner/internal/link"
)

// What a message costs that is stored, brought and acknowledged, by the way to the broker.
func BenchmarkMessages(b *testing.B) {
	dir := short(b)
	keys := newKeys(b, "lab")
	plain := start(b, Options{Socket: inside(dir, "s"), Listen: "127.0.0.1:0", Fleet: "lab"})
	secure := start(b, Options{Socket: inside(dir, "t"), Listen: "127.0.0.1:0", Keys: keys})
	for _, way := range []struct {
		name string
		join link.Join
	}{
		{"socket", plain.Local(Coordinator)}, {"tcp", plain.Join(Coordinator)},
		{"socket with keys", secure.Local(Coordinator)}, {"tls with keys", secure.Join(Coordinator)},
	} {
		b.Run(way.name+"/batches", func(b *testing.B) { batches(b, way.join) })
		b.Run(way.name+"/one", func(b *testing.B) { oneByOne(b, way.join) })
	}
}

// cpu reports the processor time of all sides, which other programs change less than the time.
func cpu(b *testing.B) (report func()) {
	used := func() time.Duration {
		var u syscall.Rusage
		_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	begin := used()
	return func() { b.ReportMetric(float64((used()-begin).Nanoseconds())/float64(b.N), "cpu-ns/op") }
}

func prepared(b *testing.B, j link.Join) (*nats.Conn, jetstream.JetStream, jetstream.Consumer) {
	b.Helper()
	c := connect(b, j, "bench")
	js := stream(b, c, j, 1)
	consumer, err := js.CreateOrUpdateConsumer(b.Context(), j.Stream("TASK", "1"), jetstream.ConsumerConfig{Durable: "work", AckPolicy: jetstream.AckExplicitPolicy, MaxAckPending: 10_000})
	if err != nil {
		b.Fatal(err)
	}
	return c, js, consumer
}

func batches(b *testing.B, j link.Join) {
	c, js, consumer := prepared(b, j)
	text := make([]byte, 200)
	defer cpu(b)()
	b.ResetTimer()
	go func() {
		for range b.N {
			if _, err := js.PublishAsync(j.Subject("1", "task", "0"), text, jetstream.WithStallWait(time.Minute)); err != nil {
				b.Error(err)
			}
		}
	}()
	for got := 0; got < b.N; {
		batch, err := consumer.Fetch(min(500, b.N-got))
		if err != nil {
			b.Fatal(err)
		}
		for m := range batch.Messages() {
			got++
			if err := m.Ack(); err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := c.Flush(); err != nil {
		b.Fatal(err)
	}
	b.StopTimer()
	deleteStream(b, js, j)
}

func oneByOne(b *testing.B, j link.Join) {
	_, js, consumer := prepared(b, j)
	text := make([]byte, 200)
	defer cpu(b)()
	for b.Loop() {
		if _, err := js.Publish(b.Context(), j.Subject("1", "task", "0"), text); err != nil {
			b.Fatal(err)
		}
		m, err := consumer.Next()
		if err != nil {
			b.Fatal(err)
		}
		if err := m.DoubleAck(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	deleteStream(b, js, j)
}

func deleteStream(b *testing.B, js jetstream.JetStream, j link.Join) {
	b.Helper()
	if err := js.DeleteStream(b.Context(), j.Stream("TASK", "1")); err != nil {
		b.Fatal(err)
	}
}
