package broker

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
)

func TestKeysAreKept(t *testing.T) {
	dir := inside(t.TempDir(), "keys")
	first, err := LoadKeys(dir, "lab")
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{dir: os.ModeDir | 0o700, inside(dir, keysFile): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
	for _, fleet := range []string{"lab", ""} {
		again, err := LoadKeys(dir, fleet)
		if err != nil || again.Join(Agent, nil).Seed != first.Join(Agent, nil).Seed || again.CA != first.CA || again.Fleet != "lab" {
			t.Errorf("%q: %v, %v", fleet, again, err)
		}
	}
	if _, err := LoadKeys(dir, "other"); err == nil || !strings.Contains(err.Error(), `of the fleet "lab", not of "other"`) {
		t.Errorf("%v", err)
	}
	if a, c := first.Join(Agent, nil), first.Join(Coordinator, nil); a.Seed == c.Seed || a.Seed == "" || c.Seed == "" {
		t.Error("the roles have one key")
	}
}

// Who comes at the same moment gets the same keys.
func TestKeysAreMadeOnce(t *testing.T) {
	dir := t.TempDir()
	var all [8]*Keys
	var group sync.WaitGroup
	for i := range all {
		group.Go(func() { all[i], _ = LoadKeys(dir, "lab") })
	}
	group.Wait()
	for _, k := range all {
		if k == nil || k.CA != all[0].CA {
			t.Fatal("there are several")
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
}

func TestHostileKeys(t *testing.T) {
	good := t.TempDir()
	if _, err := LoadKeys(good, "lab"); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(inside(good, keysFile))
	if err != nil {
		t.Fatal(err)
	}
	other := newKeys(t, "lab")
	for name, c := range map[string]struct {
		make func(dir, file string) error
		want string
	}{
		"link":      {func(_, file string) error { return os.Symlink(inside(good, keysFile), file) }, "is a link"},
		"dangling":  {func(_, file string) error { return os.Symlink("nowhere", file) }, "is a link"},
		"readable":  {func(_, file string) error { return os.WriteFile(file, text, 0o644) }, "chmod 600"},
		"directory": {func(_, file string) error { return os.Mkdir(file, 0o700) }, "no regular file"},
		"link to a directory": {func(dir, _ string) error {
			if err := os.Remove(dir); err != nil {
				return err
			}
			return os.Symlink(good, dir)
		}, "not a link"},
		"empty":       {func(_, file string) error { return os.WriteFile(file, nil, 0o600) }, "holds no keys"},
		"cut":         {func(_, file string) error { return os.WriteFile(file, text[:len(text)/2], 0o600) }, "holds no keys"},
		"no seeds":    {func(_, file string) error { return os.WriteFile(file, []byte(`{"fleet":"lab"}`), 0o600) }, "cannot be read"},
		"another key": {func(_, file string) error { k := *other; k.CA = newKeys(t, "lab").CA; return k.write(file) }, "not its own"},
		"one role": {func(_, file string) error {
			k := *other
			k.Seeds = map[Role]string{Agent: k.Seeds[Agent]}
			return k.write(file)
		}, "key of the coordinator"},
		"same seeds": {func(_, file string) error {
			k := *other
			k.Seeds = map[Role]string{Agent: k.Seeds[Agent], Coordinator: k.Seeds[Agent]}
			return k.write(file)
		}, "the same key"},
	} {
		dir := inside(t.TempDir(), "keys")
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := c.make(dir, inside(dir, keysFile)); err != nil {
			t.Fatal(err)
		}
		_, err := LoadKeys(dir, "lab")
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		if err != nil && (strings.Contains(err.Error(), "PRIVATE") || strings.Contains(err.Error(), other.Seeds[Agent])) {
			t.Errorf("%s: the message tells a secret", name)
		}
	}
}

// However keys, and what is made of them, are printed: no secret is among it.
func TestNothingSecretIsPrinted(t *testing.T) {
	k := newKeys(t, "lab")
	j := k.Join(Agent, []string{"tls://127.0.0.1:4222"})
	for _, v := range []any{k, j, &j, Options{Keys: k}, []any{j}} {
		for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
			text := fmt.Sprintf(format, v)
			if strings.Contains(text, "PRIVATE") || strings.Contains(text, j.Seed) {
				t.Errorf("%s of %T", format, v)
			}
		}
	}
	if got := j.String(); got != "fleet lab at tls://127.0.0.1:4222, with a key" {
		t.Error(got)
	}
}
