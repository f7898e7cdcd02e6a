package stage

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bench/runner/spec"
)

// Each build has fixtures of its own: what is prepared or written for the one does not come to the other.
func TestBuildsHaveFixturesOfTheirOwn(t *testing.T) {
	root := t.TempDir()
	for _, build := range []string{"here", "base"} {
		if err := os.MkdirAll(filepath.Join(root, build, "data"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, build, "data", "of"), []byte(build), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	of := func(build string) []spec.Fixture {
		return []spec.Fixture{
			{Name: "files", Settings: map[string]any{"count": 1, "size": int64(10)}},
			{Name: "dir", Settings: map[string]any{"from": filepath.Join(root, build, "data")}},
		}
	}
	p := plan(nil, of("here")...)
	p.AgainstBuild, p.OtherFixtures = "../base", of("base")
	dir := t.TempDir()
	s, err := Set(context.Background(), p, dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"dir": "here", "base.dir": "base"} {
		if text, err := os.ReadFile(filepath.Join(s.Values[name], "of")); err != nil || string(text) != want {
			t.Errorf("{{%s}} has %q of %s: %v", name, text, want, err)
		}
	}
	if s.Values["files.dir"] == s.Values["base.files.dir"] || len(s.Values["dir"]) != len(s.Values["base.dir"]) {
		t.Errorf("places: %v", s.Values)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for name, place := range s.Values {
		if _, err := os.Stat(place); err == nil {
			t.Errorf("{{%s}} is there after Close", name)
		}
	}
}

// What goes wrong with a fixture says of which build it is, and leaves nothing of either.
func TestFixtureOfTheOtherBuildFails(t *testing.T) {
	p := plan(nil, spec.Fixture{Name: "dir", Settings: map[string]any{"from": ""}})
	p.AgainstBuild = "../base"
	p.OtherFixtures = []spec.Fixture{{Name: "files", Settings: map[string]any{"count": 1, "size": int64(1)}},
		{Name: "dir", Settings: map[string]any{"from": filepath.Join(t.TempDir(), "nowhere")}}}
	dir := t.TempDir()
	if _, err := Set(context.Background(), p, dir); err == nil || !strings.Contains(err.Error(), "fixture dir of the other build: ") {
		t.Errorf("error: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*", "dir")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}
