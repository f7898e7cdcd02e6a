package broker

import (
	"path/filepath"
	"testing"

	"github.com/nats-io/nats.go/jetstream"

	"bench/runner/internal/link"
)

func TestSocket(t *testing.T) {
	dir := t.TempDir()
	b, err := Start(Options{Store: dir, Socket: filepath.Join(dir, "s")})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Stop()
	j := link.Join{Fleet: "test", Socket: filepath.Join(dir, "s")}
	c, err := j.Connect(t.Context(), "tester")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	js, err := jetstream.New(c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: j.Stream("TASK", "1"), Subjects: []string{j.Subject("1", "task", ">")}}); err != nil {
		t.Fatal(err)
	}
	ack, err := js.Publish(t.Context(), j.Subject("1", "task", "0"), []byte("x"))
	if err != nil || ack.Sequence != 1 {
		t.Fatalf("%+v, %v", ack, err)
	}
}
