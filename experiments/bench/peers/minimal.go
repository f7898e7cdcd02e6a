//go:build ignore

// Minimal is the least that a Go program can do: the limit for anything that starts as one.
package main

import "os"

func main() { os.Stdout.Write([]byte("x")) }
