package results

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"testing"
	"time"
)

func TestNewID(t *testing.T) {
	zone := time.FixedZone("east", 3600)
	at := time.Date(2026, 11, 20, 20, 45, 12, 999, zone)
	for _, c := range []struct {
		bits uint64
		want string
	}{
		{0, "20261120-194512-0000"},
		{^uint64(0), "20261120-194512-zzzz"},
		{0b00001_00010_00011_00100 << 44, "20261120-194512-1234"},
	} {
		if got := NewID(at, func() uint64 { return c.bits }); got != c.want {
			t.Errorf("NewID with bits %b = %s, want %s", c.bits, got, c.want)
		}
	}
}

func TestNewIDSortsByTime(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	form := regexp.MustCompile(`^[0-9]{8}-[0-9]{6}-[0-9a-z]{4}$`)
	var ids []string
	for at := time.Date(1999, 12, 31, 23, 59, 0, 0, time.UTC); len(ids) < 500; at = at.Add(time.Duration(1+random.IntN(1e6)) * time.Second) {
		ids = append(ids, NewID(at, random.Uint64))
	}
	if !slices.IsSorted(ids) {
		t.Error("ids do not sort by time")
	}
	for _, id := range ids {
		if !form.MatchString(id) {
			t.Errorf("id %q is not of the documented form", id)
		}
	}
}

func TestNewIDApart(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	at := time.Unix(1e9, 0)
	seen := map[string]bool{}
	for range 100 {
		seen[NewID(at, random.Uint64)] = true
	}
	if len(seen) != 100 {
		t.Errorf("100 runs started in one second have %d ids", len(seen))
	}
}
