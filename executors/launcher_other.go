//go:build !linux

package executors

import (
	"bench/runner/internal/host"
)

// launcher would be a process that stays for the next trial. What it leaves behind could not be told here.
type launcher struct{}

// Dismiss has nothing to end.
func Dismiss() {}

func dismiss() {}

func mayStay(Job) bool { return false }

func (t *trial) engage([]string, []int) (*host.Child, error) { return nil, nil }

func (t *trial) release() {}

func (*launcher) stays() bool { return false }

func serveLauncher() int { return 2 }
