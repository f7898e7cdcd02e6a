//go:build !linux

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "fleet: the faults need /proc, and so Linux")
	os.Exit(2)
}
