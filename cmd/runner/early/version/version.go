// Package version answers `runner version`, which needs none of the libraries, before they are made ready.
package version

import (
	"os"

	"bench/runner/internal/version"
)

func init() {
	if len(os.Args) == 2 && os.Args[1] == "version" {
		if _, err := os.Stdout.WriteString(version.Line()); err == nil {
			os.Exit(0)
		} // else the command says what is wrong, and ends with its exit code
	}
}
