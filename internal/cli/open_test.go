package cli

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"bench/runner/executors/executorstest"
)

// The browser is called by its arguments, whatever $BROWSER and the address hold.
func TestOpener(t *testing.T) {
	bin := t.TempDir()
	for _, name := range []string{"one", "two", "xdg-open", "open"} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", bin)
	system := "xdg-open"
	if runtime.GOOS == "darwin" {
		system = "open"
	}
	const address = "file:///a%20b/$(c);d.html"
	for _, c := range []struct {
		browser, display string
		want             []string // nil: refused
	}{
		{"one", "", []string{"one", address}},
		{"one --new-window", "", []string{"one", "--new-window", address}},
		{"one --at=%s -x", "", []string{"one", "--at=" + address, "-x"}},
		{"missing:two", "", []string{"two", address}},
		{":: :two", "", []string{"two", address}},
		{"missing", ":0", []string{system, address}},
		{"", ":0", []string{system, address}},
		{"one; two", ":0", []string{system, address}}, // no shell reads it: there is no program "one;"
		{"", "", nil},
	} {
		if c.want == nil && runtime.GOOS == "darwin" {
			continue // it always has a display
		}
		a := quietApp()
		a.getenv = func(name string) string { return map[string]string{"BROWSER": c.browser, "DISPLAY": c.display}[name] }
		argv, err := a.opener(address)
		if len(argv) > 0 {
			argv[0] = strings.TrimPrefix(argv[0], bin+"/")
		}
		if (err != nil) != (c.want == nil) || !slices.Equal(argv, c.want) {
			t.Errorf("%q, display %q: %q %v, want %q", c.browser, c.display, argv, err, c.want)
		}
	}
	t.Setenv("PATH", t.TempDir())
	a := quietApp()
	a.getenv = func(name string) string { return map[string]string{"DISPLAY": ":0"}[name] }
	if _, err := a.opener(address); err == nil || !strings.Contains(err.Error(), "is not installed") {
		t.Error(err)
	}
}

// What browsers read can be read by its owner only, and lies beside the database.
func TestShelfDir(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, ".runner"), 0o700); err != nil {
		t.Fatal(err)
	}
	for db, want := range map[string]string{".runner/results.db": ".runner/reports", "other.db": "other.db-reports"} {
		for range 2 { // the second time it is there
			got, err := shelfDir(filepath.Join(dir, db))
			if err != nil || got != filepath.Join(dir, want) {
				t.Fatalf("%s: %s, %v", db, got, err)
			}
		}
		if info, err := os.Stat(filepath.Join(dir, want)); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v, %v", want, info.Mode(), err)
		}
	}
	if err := os.Symlink(dir, filepath.Join(dir, "link.db-reports")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "open.db-reports"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "open.db-reports"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, db := range []string{"link.db", "open.db", "none/x.db"} {
		if got, err := shelfDir(filepath.Join(dir, db)); err == nil {
			t.Errorf("%s: %s", db, got)
		}
	}
}

// The token is in a file of its owner's, and not among the arguments of the browser.
func TestOpenSecretly(t *testing.T) {
	dir := t.TempDir()
	browser := filepath.Join(dir, "browser")
	if err := os.WriteFile(browser, []byte("#!/bin/sh\necho \"$@\" >\"$0.args\"\nls -l \"${1#file://}\" >\"$0.file\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	a := quietApp()
	a.getenv = func(name string) string { return map[string]string{"BROWSER": browser}[name] }
	forget, err := a.openSecretly(filepath.Join(dir, "x.db"), "http://127.0.0.1:1/?token=SECRET")
	if err != nil {
		t.Fatal(err)
	}
	var listed []byte
	executorstest.Eventually(func() bool { // on a busy machine it was not waited for
		listed, _ = os.ReadFile(browser + ".file")
		return strings.HasSuffix(string(listed), "\n")
	})
	args, _ := os.ReadFile(browser + ".args")
	if !strings.HasPrefix(string(args), "file://") || strings.Contains(string(args), "SECRET") {
		t.Errorf("called with %q", args)
	}
	if !strings.HasPrefix(string(listed), "-rw------- ") {
		t.Errorf("%s", listed)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "x.db-reports", "*"))
	if len(files) != 1 {
		t.Fatal(files)
	}
	if text, _ := os.ReadFile(files[0]); !strings.Contains(string(text), "url=http://127.0.0.1:1/?token=SECRET") {
		t.Errorf("%s", text)
	}
	forget()
	if files, _ := filepath.Glob(filepath.Join(dir, "x.db-reports", "*")); len(files) > 0 {
		t.Error(files)
	}
}
