// Package version says which runner this is.
package version

import (
	"runtime"
	_ "unsafe" // for go:linkname
)

// Line is what `runner version` prints: the version, that of Go, and the system.
func Line() string {
	return "runner " + Text() + " " + runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH + "\n"
}

// Text is the module's version, or the commit it was built from, or "devel".
func Text() string { return text(modinfo()) }

// modinfo is what debug.ReadBuildInfo takes apart: lines between two marks of 16 B; empty where the program was built
// without a module. To import runtime/debug would put off the answer until most of the libraries are made ready
// (docs/decisions/0016-early-roles.md).
//
//go:linkname modinfo runtime/debug.modinfo
func modinfo() string

func text(info string) string {
	v := "devel"
	if len(info) < 32 {
		return v
	}
	for line, rest := cut(info[16:len(info)-16], '\n'); len(line)+len(rest) > 0; line, rest = cut(rest, '\n') {
		kind, line := cut(line, '\t')
		switch kind {
		case "mod":
			_, line = cut(line, '\t') // the module's path
			if module, _ := cut(line, '\t'); module != "" && module != "(devel)" {
				v = module
			}
		case "build":
			switch key, value := cut(line, '='); {
			case key == "vcs.revision" && v == "devel":
				v += "-" + value[:min(12, len(value))]
			case key == "vcs.modified" && value == "true" && v[:min(6, len(v))] == "devel-": // others end in +dirty
				v += "-dirty"
			}
		}
	}
	return v
}

// cut is what is before the first sep in s, and what is after it. strings has it too, but is made ready late.
func cut(s string, sep byte) (before, after string) {
	for i := range len(s) {
		if s[i] == sep {
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}
