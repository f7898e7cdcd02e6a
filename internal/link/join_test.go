package link

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/nats-io/nkeys"
)

// good is a join that has everything.
func good(t testing.TB) Join {
	t.Helper()
	pair, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	seed, err := pair.Seed()
	if err != nil {
		t.Fatal(err)
	}
	return Join{Fleet: "lab", Servers: []string{"tls://10.0.0.1:4222", "tls://[::1]:4222"}, Seed: string(seed)}
}

func TestJoinFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "join")
	j := good(t)
	if err := j.Write(path); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(path)
	if err != nil || info.Mode() != 0o600 {
		t.Fatalf("%v, %v", info.Mode(), err)
	}
	got, err := ReadJoin(path)
	if err != nil || got.Seed != j.Seed || got.String() != j.String() {
		t.Fatalf("%v, %v", got, err)
	}

	// Where secrets are mounted a link leads to them.
	link := filepath.Join(dir, "link")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadJoin(link); err != nil || got.Seed != j.Seed {
		t.Errorf("%v, %v", got, err)
	}
	// To write through one would be to write where somebody else wants it.
	other := filepath.Join(dir, "other")
	if err := os.WriteFile(other, []byte("kept"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(link); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(other, link); err != nil {
		t.Fatal(err)
	}
	if err := j.Write(link); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(other); err != nil || string(text) != "kept" {
		t.Errorf("%q, %v", text, err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := j.Write(dir); err == nil {
		t.Error("a directory is replaced")
	}
	if err := (Join{Fleet: "lab"}).Write(path); err == nil {
		t.Error("a join that nobody can read is written")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".join-*")); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

func TestUnfitJoinFiles(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "join")
	if err := good(t).Write(path); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o660, 0o666, 0o610} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadJoin(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("%v: %v", mode, err)
		}
	}
	if _, err := ReadJoin(dir); err == nil || !strings.Contains(err.Error(), "no regular file") {
		t.Errorf("%v", err)
	}
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadJoin(pipe); err == nil || !strings.Contains(err.Error(), "no regular file") {
		t.Errorf("%v", err)
	}
	if _, err := ReadJoin(filepath.Join(dir, "none")); !os.IsNotExist(err) {
		t.Errorf("%v", err)
	}
	large := filepath.Join(dir, "large")
	if err := os.WriteFile(large, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadJoin(large); err == nil || !strings.Contains(err.Error(), "more than 64 KiB") || !strings.Contains(err.Error(), large) {
		t.Errorf("%v", err)
	}
	if os.Geteuid() != 0 {
		return
	}
	if err := os.Chown(path, 12345, -1); err != nil {
		t.Skipf("cannot give a file away: %v", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadJoin(path); err == nil || !strings.Contains(err.Error(), "another user's") {
		t.Errorf("%v", err)
	}
}

func TestHostileJoins(t *testing.T) {
	seed := good(t).Seed
	for text, want := range map[string]string{
		"":                                                                "no join file",
		"null":                                                            "names the fleet",
		"[]":                                                              "no join file",
		`{"fleet":"lab"}`:                                                 "names no broker",
		`{"fleet":"lab","servers":[]} trailing`:                           "no join file",
		`{"fleet":"lab.>","socket":"/s"}`:                                 "names the fleet",
		`{"fleet":"*","socket":"/s"}`:                                     "names the fleet",
		`{"fleet":"a b","socket":"/s"}`:                                   "names the fleet",
		`{"fleet":"../x","socket":"/s"}`:                                  "names the fleet",
		`{"fleet":"lab","socket":"s"}`:                                    "absolute path",
		`{"fleet":"lab","socket":"/a\u0000b"}`:                            "absolute path",
		`{"fleet":"lab","servers":"tls://a:1"}`:                           "no join file",
		`{"fleet":"lab","servers":["a:1"]}`:                               "tls://HOST:PORT",
		`{"fleet":"lab","servers":["tls://a"]}`:                           "a port",
		`{"fleet":"lab","servers":["tls://:1"]}`:                          "a port",
		`{"fleet":"lab","servers":["tls://a:0"]}`:                         "a port",
		`{"fleet":"lab","servers":["tls://a:99999"]}`:                     "a port",
		`{"fleet":"lab","servers":["tls://a:1,tls://b:1"]}`:               "tls://HOST:PORT",
		`{"fleet":"lab","servers":["tls://a,b:1"]}`:                       "a port",
		`{"fleet":"lab","servers":["tls://user:secret@a:1"]}`:             "tls://HOST:PORT",
		`{"fleet":"lab","servers":["tls://a:1/path"]}`:                    "tls://HOST:PORT",
		`{"fleet":"lab","servers":["ws://a:1"]}`:                          "tls://HOST:PORT",
		`{"fleet":"lab","servers":["nats://a:1"]}`:                        "tls:// is needed",
		`{"fleet":"lab","servers":["tls://a:1\r\nX"]}`:                    "tls://HOST:PORT",
		`{"fleet":"lab","servers":["tls://a:1"],"ca":"x"}`:                "no certificate",
		`{"fleet":"lab","servers":["tls://a:1"],"seed":"` + seed + `x"}`:  "no key",
		`{"fleet":"lab","servers":["tls://a:1"],"seed":7}`:                "no join file",
		`{"fleet":"` + strings.Repeat("a", 65) + `","socket":"/s"}`:       "names the fleet",
		`{"fleet":"lab","socket":"/` + strings.Repeat("a", 200) + `"}`:    "bytes at most",
		`{"fleet":"lab","servers":[` + strings.Repeat(`"tls://a:1",`, 64): "no join file",
		`{"fleet":"lab","servers":[` + strings.Repeat(`"tls://a:1",`, 64) + `"tls://a:1"]}`: "64 at most",
		strings.Repeat("[", 70<<10): "more than 64 KiB",
	} {
		j, err := ParseJoin([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.80s: %v, want %q", text, err, want)
		}
		if err != nil && (strings.Contains(err.Error(), seed) || len(err.Error()) > 400 || strings.ContainsAny(err.Error(), "\r\n\x00")) {
			t.Errorf("%.80s: the message tells too much: %v", text, err)
		}
		if j.Fleet != "" || j.Seed != "" {
			t.Errorf("%.80s: something is left of it", text)
		}
	}
}

// What is read has what the rest relies on, and is the same when it is written and read again.
func FuzzParseJoin(f *testing.F) {
	text, err := json.Marshal(good(f))
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{string(text), `{"fleet":"lab","socket":"/tmp/s"}`, `{"fleet":"lab","servers":["nats://127.0.0.1:1","nats://localhost:2"]}`,
		`{"fleet":"lab","servers":["tls://[fe80::1%25eth0]:1"]}`, `{"fleet":"a.b","socket":"/s"}`, `{"seed":"SU"}`, "", "null", `{"fleet":"lab","FLEET":"x","socket":"/s"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		j, err := ParseJoin(text)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\x00\x1b\r\n") {
				t.Errorf("%q", err)
			}
			return
		}
		for _, name := range []string{j.Subject("a", "b"), j.Stream("TASK", "1")} {
			if strings.ContainsAny(name, " \t\r\n*>\x00") {
				t.Errorf("%q", name)
			}
		}
		if _, _, _, err := j.options("x"); err != nil {
			t.Errorf("%v: %v", j, err)
		}
		if j.Seed != "" && strings.Contains(j.String(), j.Seed) {
			t.Error("the seed is told")
		}
		again, err := json.Marshal(j)
		if err != nil {
			t.Fatal(err)
		}
		if k, err := ParseJoin(again); err != nil || k.String() != j.String() {
			t.Errorf("%v, %v", k, err)
		}
	})
}

func TestUniqueNames(t *testing.T) {
	for _, name := range []string{"", "agent", "host.example.org", "a b\r\n>*", strings.Repeat("ä", 100), "\xff"} {
		a, b := unique(name), unique(name)
		if a == b || !Word(a) || !Word(b) {
			t.Errorf("%q: %q, %q", name, a, b)
		}
	}
}
