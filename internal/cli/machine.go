package cli

import (
	"context"
	"path/filepath"

	"bench/runner/internal/git"
	"bench/runner/internal/host"
	"bench/runner/results"
)

// machine is the machine as it is now.
func machine(ctx context.Context, specFile string) results.Environment {
	m := host.Environment()
	dir := filepath.Dir(specFile)
	commit, dirty := git.Head(ctx, dir)
	return results.Environment{
		OS: m.OS, Arch: m.Arch, Kernel: m.Kernel, CPU: m.CPU, Cores: m.Cores, Memory: m.Memory, Go: m.Go,
		Host: m.HostHash, Virtual: m.Virtual, Commit: commit, Dirty: dirty, Branch: git.Branch(ctx, dir),
	}
}

// environment is the machine with the settings that measurements depend on, and its measured capacity.
func (a *app) environment(specFile string) results.Environment {
	e := machine(a.ctx, specFile)
	v := host.VitalsNow()
	e.Governor, e.Boost, e.SMT, e.Clock, e.Load, e.Swap = v.Governor, v.Boost, v.SMT, v.Clock, v.Load, v.Swapped
	e.Parallelism = a.parallelism(e.Cores)
	return e
}
