// Command runner measures performance claims; see internal/cli.
package main

import (
	"os"

	_ "bench/runner/cmd/runner/early/role"
	_ "bench/runner/cmd/runner/early/version"
	"bench/runner/executors"
	"bench/runner/internal/cli"
)

func main() {
	executors.Serve() // does not return in a process that has a role and needs the whole program for it
	os.Exit(cli.Main(os.Args[1:]))
}
