package executors

import (
	"bench/runner/internal/host"
)

// Guard starts a warden, which ends and removes all that this process leaves of what it starts from now on, should it be
// killed before it calls release. In a program that does not call Serve there is none.
func Guard() (release func(), err error) {
	if !serves {
		return func() {}, nil
	}
	return host.Guard([]string{"runner: warden"}, environment(nil, roleBear, goVariables...))
}

// serveBear starts the warden and ends, so that the warden is an orphan.
func serveBear() int { return host.BearWarden(environment(nil, roleWarden)) }
