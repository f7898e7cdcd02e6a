// Package version says which runner this is.
package version

import (
	"runtime"
	"runtime/debug"
)

// Line is what `runner version` prints: the version, that of Go, and the system.
func Line() string {
	return "runner " + Text() + " " + runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH + "\n"
}

// Text is the module's version, or the commit it was built from, or "devel".
func Text() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	v := info.Main.Version
	if v == "" || v == "(devel)" {
		v = "devel"
	}
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && v == "devel":
			v += "-" + s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			v += "-dirty"
		}
	}
	return v
}
