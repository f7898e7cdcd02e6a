package runtimes

import (
	"context"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestRealPythons asks every Python of this machine a second time, in another way.
func TestRealPythons(t *testing.T) {
	dir := t.TempDir()
	all := All(context.Background(), aPython, dir)
	if len(all) == 0 {
		t.Skip("there is no Python on this machine")
	}
	for _, one := range all {
		out, err := exec.Command(one.Path, "-E", "-c", "import sys; print(sys.version)").CombinedOutput()
		if err != nil {
			t.Errorf("%+v: %v: %s", one, err, out)
			continue
		}
		if said, _, _ := strings.Cut(string(out), " "); strings.TrimRight(said, "+") != one.Version {
			t.Errorf("%+v says that it is %s", one, said)
		}
		if one.Kind != "python" || one.GIL != "on" && one.GIL != "off" || !filepath.IsAbs(one.Path) || isShim(one.Path) || one.From == "" {
			t.Errorf("%+v", one)
		}
		if again, err := Find(context.Background(), aPython, one.Path, dir); err != nil || again.Version != one.Version || again.Path != one.Path {
			t.Errorf("by its path: %+v, %v, not %+v", again, err, one)
		}
		if _, ok := parseWant(one.Version); one.Name != "cpython" || one.GIL != "on" || !ok {
			continue
		}
		if found, err := Find(context.Background(), aPython, one.Version, dir); err != nil || found.Version != one.Version {
			t.Errorf("by its version: %+v, %v, not %+v", found, err, one)
		}
	}
}

// TestRealVirtualEnvironment: its python is a link, and only by its own path does it start in the environment.
func TestRealVirtualEnvironment(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("VIRTUAL_ENV", "")
	base, err := Find(context.Background(), aPython, "3", dir)
	if err != nil {
		t.Skip(err)
	}
	root := filepath.Join(dir, ".venv")
	if out, err := exec.Command(base.Path, "-m", "venv", "--without-pip", root).CombinedOutput(); err != nil {
		t.Skipf("%s cannot make a virtual environment: %v: %s", base.Path, err, out)
	}
	found, err := Find(context.Background(), aPython, "3", dir)
	if err != nil || found.Path != filepath.Join(root, "bin/python") || found.From != "venv" || found.Version != base.Version {
		t.Fatalf("%+v, %v", found, err)
	}
	out, err := exec.Command(found.Path, "-E", "-c", "import sys; print(sys.prefix)").Output()
	if strings.TrimSpace(string(out)) != root {
		t.Errorf("it starts in %s, %v", out, err)
	}
	if all := All(context.Background(), aPython, dir); !slices.Contains(all, found) || !slices.ContainsFunc(all, func(i Installed) bool { return i.Path == base.Path }) {
		t.Errorf("the environment and its base are not both in %+v", all)
	}
}
