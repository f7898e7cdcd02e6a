package executors

import (
	"maps"
	"os"
	"slices"
	"strings"

	"bench/runner/internal/host"
)

// variables are the job's. What has a working directory besides the scratch directory is told of both; temporary files go
// to the latter, so that they are gone with it.
func (j Job) variables() map[string]string {
	if len(j.Program) == 0 && len(j.Commands) == 0 && j.WorkDir == "" {
		return j.Env
	}
	env := map[string]string{"TMPDIR": j.Dir}
	if len(j.Commands) > 0 || j.WorkDir != "" {
		env["PWD"] = j.place()
	} else if len(j.Dir) > roomForSockets { // Python's managers and listeners have theirs there
		delete(env, "TMPDIR")
	}
	maps.Copy(env, j.Env)
	return env
}

// roomForSockets is how long the path of a directory may be in which a program makes a directory with a socket: the whole
// path of that is bounded to 104 to 108 B.
const roomForSockets = 64

// environment is the runner's own, without the variables whose names begin with one of unset, then the job's, then the
// role. The role and the mark of the run are not for a job to set.
func environment(extra map[string]string, role string, unset ...string) []string {
	own := func(name string) bool {
		return name == roleVariable || name == filesVariable || name == host.RunVariable
	}
	env := make([]string, 0, len(extra)+64)
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		_, replaced := extra[name]
		begins := func(prefix string) bool { return strings.HasPrefix(name, prefix) }
		if (!replaced || own(name)) && name != roleVariable && name != filesVariable && !slices.ContainsFunc(unset, begins) {
			env = append(env, entry)
		}
	}
	for name, value := range extra {
		if !own(name) {
			env = append(env, name+"="+value)
		}
	}
	if role != "" {
		env = append(env, roleVariable+"="+role)
	}
	return env
}

// roleOf is the role of the process of a trial that this program runs itself.
func roleOf(job Job) string {
	executor, _ := Lookup(job.Executor)
	if len(job.Commands) == 0 && executor != nil && executor.Info().Whole {
		return whole + roleTrial
	}
	return job.wholly() + roleTrial
}

// wholly is what goes before the roles of the processes that run the job's workload: whole, or nothing.
func (j Job) wholly() string {
	if workload, _ := lookup(j.Workload); workload.Whole && len(j.Commands) == 0 {
		return whole
	}
	return ""
}

// goVariables are those by which Go programs are tuned. The process that starts commands and measures them is one too,
// and must not be tuned with them.
var goVariables = []string{"GOMAXPROCS", "GODEBUG", "GOGC", "GOMEMLIMIT", "GOTRACEBACK"}

// tuning are those that the runner itself was started with.
func tuning() map[string]string {
	env := map[string]string{}
	for _, entry := range os.Environ() {
		if name, value, _ := strings.Cut(entry, "="); slices.Contains(goVariables, name) {
			env[name] = value
		}
	}
	return env
}
