package scripts

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bench/runner/workloads"
)

func TestEveryBuiltInHasATwinAndNoTwinIsAlone(t *testing.T) {
	var builtIns []string
	for _, w := range workloads.All() {
		builtIns = append(builtIns, w.Name)
		if !Has(w.Name) {
			t.Errorf("%s has no twin: write %s.py", w.Name, w.Name)
		}
	}
	if names := Names(); !slices.Equal(names, builtIns) {
		t.Errorf("twins %v, built-ins %v", names, builtIns)
	}
	for _, name := range []string{"", "scripts", "pi.py", "../pi", "./pi", "/pi", "testdata/driver"} {
		if Has(name) {
			t.Errorf("there is a twin of %q", name)
		}
	}
}

func TestInstall(t *testing.T) {
	dir := t.TempDir()
	for _, name := range Names() {
		path, err := Install(dir, name)
		if err != nil || path != filepath.Join(dir, name+".py") {
			t.Fatalf("%s: %q, %v", name, path, err)
		}
		info, err := os.Lstat(path)
		if err != nil || info.Mode() != 0o600 {
			t.Errorf("%s: mode %v, %v", path, info.Mode(), err)
		}
		got, _ := os.ReadFile(path)
		if want, err := os.ReadFile(name + ".py"); err != nil || string(got) != string(want) {
			t.Errorf("%s is not as it is here (%v)", path, err)
		}
	}
	if path, err := Install(dir, "pi"); !os.IsExist(err) {
		t.Errorf("%q was written over: %v", path, err)
	}
	for _, name := range []string{"", "none", "../pi"} {
		if path, err := Install(dir, name); err == nil || !strings.Contains(err.Error(), "spin_mixed") {
			t.Errorf("%q was installed as %q: %v", name, path, err)
		}
	}
	if path, err := Install(filepath.Join(dir, "none"), "pi"); !os.IsNotExist(err) {
		t.Errorf("installed as %q in a directory that is not there: %v", path, err)
	}
}

func TestInstallFollowsNoLink(t *testing.T) {
	dir := t.TempDir()
	target := filepath.Join(dir, "target")
	for range 2 { // first a link to nothing, then a link to a file
		link := filepath.Join(t.TempDir(), "pi.py")
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
		if path, err := Install(filepath.Dir(link), "pi"); !os.IsExist(err) {
			t.Errorf("installed as %q through a link: %v", path, err)
		}
		if text, _ := os.ReadFile(target); len(text) > 0 {
			t.Errorf("the link's target now holds %q", text)
		}
		if err := os.WriteFile(target, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// Whoever installs a twin need not take the built-ins along.
func TestNothingOfOursIsImported(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").CombinedOutput()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, out)
	}
	for _, dep := range strings.Fields(string(out)) {
		if strings.HasPrefix(dep, "bench/runner/") && dep != "bench/runner/workloads/scripts" {
			t.Errorf("imports %s", dep)
		}
	}
}
