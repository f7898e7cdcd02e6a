package runtimes

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// node writes a fake interpreter that gives its version.
func (s *scene) node(path, version string) {
	s.t.Helper()
	s.script(path, "echo v"+version)
}

func newNodes(t *testing.T) *scene {
	s := newScene(t)
	s.speaks(aNode)
	return s
}

func TestNamed(t *testing.T) {
	s := newNodes(t)
	s.node("bin1/nodejs", "18.19.1")
	s.node("bin2/node", "20.20.2")
	s.node("bin2/nodejs", "16.0.0")
	s.node("relative/node", "20.9.9") // not absolute on PATH
	s.node("known/node", "22.1.0")    // not on PATH
	t.Chdir(s.root)
	for want, path := range map[string]string{
		"": "bin2/node", "20": "bin2/node", "20.20": "bin2/node", "20.20.2": "bin2/node",
		"18": "bin1/nodejs", "16": "bin2/nodejs", "16.0": "bin2/nodejs",
	} {
		got := s.finds(want, path, "PATH")
		if got.Kind != "node" || got.Name != "node" || !strings.HasPrefix(got.Version, want) || got.GIL != "" {
			t.Errorf("%q: %+v", want, got)
		}
	}
	for _, want := range []string{"2", "20.2", "20.20.20", "20.1", "22", "1", "020.20.3"} {
		s.misses(want, "no node "+want+" found", "there is 20.20.2, 18.19.1, 16.0.0: install the missing one")
	}
	for _, want := range []string{"v20", "20.", "20.x", " ", "lts", "20.1.1.1.1", "-1", "node", "99999999999999999999"} {
		s.misses(want, "means no node: give a version such as 20, or a path")
	}
}

func TestNamedPaths(t *testing.T) {
	s := newNodes(t)
	s.node("spec/own/node", "20.1.0")
	s.node("home/mine", "18.0.0")
	s.link("own", "spec/link")
	s.finds("./own/node", "spec/own/node", "path")
	s.finds("own/node", "spec/own/node", "path")
	s.finds("link/node", "spec/link/node", "path")
	s.finds("~/mine", "home/mine", "path")
	s.finds(s.at("home/mine"), "home/mine", "path")
	s.misses("./missing", s.at("spec/missing")+": no such file", "a version such as 20")
	s.misses("./own", s.at("spec/own")+": it is a directory; the interpreter is the file bin/node in it")
}

func TestNamedIsNotThere(t *testing.T) {
	s := newNodes(t)
	s.misses("20", "no node 20 found; there is no node or nodejs on PATH: install one, or give its path")
	s.misses("", "no node found; there is no node or nodejs")
	s.environ = nil
	s.misses("20", "no node 20 found")
}

// TestNamedBroken puts something broken first: it is passed over, and told where nothing else is found.
func TestNamedBroken(t *testing.T) {
	for name, c := range map[string]struct{ path, body, told string }{
		"fails":   {"bin1/node", "echo oh >&2; exit 3", "bin1/node: exit status 3: oh;"},
		"another": {"bin1/node", "echo usage: node CALL", "does not answer the question"},
		"a level": {"bin1/node", "echo node 7", "does not answer the question"},
		"hangs":   {"bin1/node", "sleep 600", "does not answer within 500ms"},
		"endless": {"bin1/node", "while :; do echo " + strings.Repeat("y", 1000) + "; done", "writes without end"},
		"chooses": {"shims/node", "echo v20.1.0", "shims/node: it chooses an interpreter by the directory"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newNodes(t)
			s.environ[0] = "PATH=" + s.at("shims") + ":" + s.at("bin1") + ":" + s.at("bin2") + ":" + s.at("tools")
			if name == "hangs" {
				s.patience = 500 * time.Millisecond
			}
			s.script(c.path, c.body)
			s.misses("20", "no node 20 found; broken: ", c.told, "there is no node or nodejs on PATH")
			s.patience = 20 * time.Second
			s.node("bin2/node", "20.1.0")
			s.finds("20", "bin2/node", "PATH")
		})
	}
}

func TestNamedHowItIsStarted(t *testing.T) {
	s := newNodes(t)
	s.environ = append(s.environ, "NODE_OPTIONS=--no-such", "PYTHONHOME=/kept")
	s.script("bin1/node", `test "$*" = --version && test -z "$NODE_OPTIONS" && test -n "$PYTHONHOME" && test -z "$(cat)" && echo v20.1.0`)
	s.finds("20", "bin1/node", "PATH")
	s.finds("20", "bin1/node", "PATH")
	s.asks("bin1/node")
}

// TestOneFileForTwoLanguages: what answers as one must not be remembered as the other.
func TestOneFileForTwoLanguages(t *testing.T) {
	s := newNodes(t)
	s.script("bin1/node", `case "$1" in --version) echo v20.1.0 ;; *) `+says("3.9.1", "$0")+` ;; esac`)
	s.link("node", "bin1/python3")
	s.finds(s.at("bin1/python3"), "bin1/python3", "path")
	s.speaks(aPython)
	if got := s.finds(s.at("bin1/python3"), "bin1/python3", "path"); got.Kind != "python" || got.Version != "3.9.1" {
		t.Errorf("%+v", got)
	}
}

func TestNamedStopped(t *testing.T) {
	s := newNodes(t)
	s.node("bin1/node", "20.1.0")
	ctx, stop := context.WithCancel(context.Background())
	stop()
	for _, want := range []string{"20", "", s.at("bin1/node")} {
		_, err := s.search(ctx, want)
		if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "stopped while looking for node "+want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func TestParseVersion(t *testing.T) {
	for output, want := range map[string]string{
		"v20.20.2\n": "20.20.2", "ruby 3.2.2 (2023-03-30 revision e51014f9c0)": "3.2.2", "Lua 5.4.6  Copyright (C)": "5.4.6",
		"This is perl 5, version 36 (v5.36.0)": "5.36.0", "v22.0.0-nightly20240401abc\n": "22.0.0-nightly20240401abc",
		"": "", "7": "", "v20": "", "a.b": "",
	} {
		if a, ok := parseVersion("x", output); a.Version != want || ok != (want != "") {
			t.Errorf("%q was read as %+v, %v", output, a, ok)
		}
	}
}

// TestUnknownLanguage: one without names and without a finder of its own.
func TestUnknownLanguage(t *testing.T) {
	if got, err := Find(context.Background(), Language{Kind: "cobol"}, "3", "/"); err == nil || !strings.Contains(err.Error(), "cobol") {
		t.Errorf("%+v, %v", got, err)
	}
	if all := All(context.Background(), Language{Kind: "cobol"}, "/"); len(all) > 0 {
		t.Errorf("%+v", all)
	}
}

// TestRealNode asks those of this machine a second time, in another way.
func TestRealNode(t *testing.T) {
	all := All(context.Background(), aNode, t.TempDir())
	if len(all) == 0 {
		t.Skip("there is no node on this machine")
	}
	known := map[string]bool{}
	for _, one := range all {
		out, err := exec.Command(one.Path, "-p", "process.versions.node").Output()
		if strings.TrimSpace(string(out)) != one.Version || one.Kind != "node" || one.From != "PATH" {
			t.Errorf("%+v says that it is %s, %v", one, out, err)
		}
		info, err := os.Stat(one.Path)
		if err != nil || info.IsDir() || known[identity(one.Path)] {
			t.Errorf("%+v is there twice, or no file: %v", one, err)
		}
		known[identity(one.Path)] = true
		major, _, _ := strings.Cut(one.Version, ".")
		if got, err := Find(context.Background(), aNode, major, "/"); err != nil || !strings.HasPrefix(got.Version, major+".") {
			t.Errorf("by its version: %+v, %v", got, err)
		}
	}
}
