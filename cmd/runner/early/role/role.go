// Package role makes a process that runs a trial, or a worker of one, begin before the libraries of the other commands are
// made ready, which takes longer than all it needs itself. See docs/decisions/0016-early-roles.md for why that comes first.
package role

import "bench/runner/executors"

func init() { executors.ServeEarly() }
