package cli

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Without a repository the database is where `runner report last` looks for it, wherever the spec is.
func TestDatabase(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.MkdirAll("experiments", 0o755); err != nil {
		t.Fatal(err)
	}
	a := &app{}
	for _, spec := range []string{"", "x.yaml", "experiments/x.yaml"} {
		if got := a.database(spec); got != filepath.Join(".runner", "results.db") {
			t.Errorf("%q: %s", spec, got)
		}
	}
	if err := os.Mkdir("experiments/.git", 0o755); err != nil {
		t.Fatal(err)
	}
	if got := a.database("experiments/deep/x.yaml"); !strings.HasSuffix(got, filepath.Join("experiments", ".runner", "results.db")) {
		t.Errorf("in a repository: %s", got)
	}
	a.db = "other.db"
	if got := a.database("experiments/x.yaml"); got != "other.db" {
		t.Errorf("--db: %s", got)
	}
}

func TestExitCodes(t *testing.T) {
	for _, c := range []struct {
		err    error
		signal int
		code   int
		said   string
	}{
		{nil, 0, 0, ""},
		{verdictCode(3), 0, 3, ""},
		{errReported, 0, 2, ""},
		{errors.New("no file \x1b[31m"), 0, 2, "runner: no file \uFFFD[31m\n"},
		{nil, 2, 130, ""},
		{verdictCode(1), 15, 143, ""},
		{errors.New("disk full"), 2, 130, "runner: disk full\n"},
	} {
		var said strings.Builder
		a := &app{stderr: &said}
		if code := a.exit(c.err, c.signal); code != c.code || said.String() != c.said {
			t.Errorf("%v, signal %d: %d %q, want %d %q", c.err, c.signal, code, said.String(), c.code, c.said)
		}
	}
}

func TestSmallSpeedupsAreNotZero(t *testing.T) {
	c := liveCell{speedup: new(0.00042)}
	if got := c.speedupText(); got != "0.00042" {
		t.Error(got)
	}
}
