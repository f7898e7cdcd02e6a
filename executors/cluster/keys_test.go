package cluster

import (
	"path/filepath"
	"testing"

	"bench/runner/internal/broker"
)

// TestKeys: members have an agent's key and speak TLS, which is enough for all that they do.
func TestKeys(t *testing.T) {
	keys, err := broker.NewKeys("lab")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	b, err := broker.Start(broker.Options{Store: filepath.Join(dir, "store"), Listen: "127.0.0.1:0", Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Stop)
	f := &fleet{t: t, dir: dir, join: filepath.Join(dir, "agent"), trial: "t1"}
	if err := b.Join(broker.Agent).Write(f.join); err != nil {
		t.Fatal(err)
	}
	job := jobOf("test-square", 100, 2, 7)
	members := f.members(job, 2, 1)
	f.join = filepath.Join(dir, "coordinator")
	if err := b.Join(broker.Coordinator).Write(f.join); err != nil {
		t.Fatal(err)
	}
	o := f.coordinate(job)
	squares(t, o, 100, 2)
	if o.Disturbed != "" {
		t.Errorf("disturbed: %s", o.Disturbed)
	}
	for _, m := range members {
		if seen := <-m.seen; seen.Status != "ok" {
			t.Errorf("a member: %s: %s", seen.Status, seen.Reason)
		}
	}
}
