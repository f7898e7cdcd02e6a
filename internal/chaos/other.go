//go:build !linux

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "chaos: needs Linux, for it looks for processes and files that are left in /proc")
	os.Exit(2)
}
