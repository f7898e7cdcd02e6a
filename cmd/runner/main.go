// Command runner measures performance claims; see internal/cli.
package main

import (
	"os"

	"runner/executors"
	"runner/internal/cli"
)

func main() {
	executors.Serve() // does not return in a process that runs a trial, or a worker of one
	os.Exit(cli.Main(os.Args[1:]))
}
