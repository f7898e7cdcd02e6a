package main

import (
	"context"
	"os/exec"
	"strings"
	"time"
)

// peers are the programs beside which runner is measured, and how each tells its version.
var peers = []struct {
	name string
	argv []string
}{
	{"hyperfine", []string{"hyperfine", "--version"}},
	{"pyperf", []string{"python3", "-c", "import pyperf; print(pyperf.__version__)"}},
	{"ReBench", []string{"rebench", "--version"}},
	{"perf", []string{"perf", "--version"}},
	{"GNU parallel", []string{"parallel", "--version"}},
	{"xargs", []string{"xargs", "--version"}},
	{"Python", []string{"python3", "--version"}},
	{"SQLite of Python", []string{"python3", "-c", "import sqlite3; print(sqlite3.sqlite_version)"}},
	{"numpy", []string{"python3", "-c", "import numpy; print(numpy.__version__)"}},
	{"scipy", []string{"python3", "-c", "import scipy; print(scipy.__version__)"}},
	{"cc", []string{"cc", "--version"}},
}

// versions says which peers there are, as "hyperfine 1.18.0, …".
func versions() string {
	var all []string
	for _, p := range peers {
		if v := version(p.argv); v != "" {
			all = append(all, p.name+" "+v)
		}
	}
	return strings.Join(all, ", ")
}

// version is the first word of what a program prints that begins with a digit; "" where there is none.
func version(argv []string) string {
	ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
	defer stop()
	out, err := exec.CommandContext(ctx, argv[0], argv[1:]...).Output()
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(out), "\n")
	for _, word := range strings.Fields(line) {
		if word = strings.Trim(word, "(),"); word >= "0" && word < ":" {
			return word
		}
	}
	return ""
}

// keptOn is the file system under a directory, as "ext4"; "unknown" where nothing tells.
func keptOn(dir string) string {
	out, err := exec.Command("findmnt", "-n", "-o", "FSTYPE", "-T", dir).Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}
