package fleet

import (
	"maps"
	"slices"
	"strings"

	"bench/runner/executors"
	"bench/runner/workloads"
)

// substitute puts paths in place of others (was: is) wherever a text of the job holds one. What it changes is copied: tasks
// and commands may be shared.
func substitute(job *executors.Job, paths map[string]string) {
	longest := 0
	for was := range paths {
		longest = max(longest, len(was))
	}
	text := func(s string) string { return replaced(s, paths, longest) }
	vars := func(env map[string]string) map[string]string {
		out := maps.Clone(env)
		for name, v := range out {
			out[name] = text(v)
		}
		return out
	}
	argv := func(all []string) []string {
		out := slices.Clone(all)
		for i := range out {
			out[i] = text(out[i])
		}
		return out
	}
	job.Dir, job.WorkDir, job.Workload = text(job.Dir), text(job.WorkDir), text(job.Workload)
	job.Env, job.Program = vars(job.Env), argv(job.Program)
	job.Tasks = slices.Clone(job.Tasks)
	for i, args := range job.Tasks {
		job.Tasks[i] = exchanged(args, text)
	}
	made := map[*executors.Command]*executors.Command{}
	job.Commands = slices.Clone(job.Commands)
	for i, c := range job.Commands {
		if made[c] == nil {
			made[c] = &executors.Command{Argv: argv(c.Argv), Env: vars(c.Env), Stdin: text(c.Stdin), Success: c.Success}
		}
		job.Commands[i] = made[c]
	}
}

// exchanged is args itself where nothing changes, so that calls that are the same stay one.
func exchanged(args workloads.Args, text func(string) string) workloads.Args {
	var out workloads.Args
	for name, v := range args {
		if s, is := v.(string); is && text(s) != s {
			if out == nil {
				out = maps.Clone(args)
			}
			out[name] = text(s)
		}
	}
	if out == nil {
		return args
	}
	return out
}

// replaced puts paths in place of others in one go, so that none is looked for in what was put there. Only whole paths are, or
// the directories that one begins with: of two that fit the longer one.
func replaced(s string, paths map[string]string, longest int) string {
	var out strings.Builder
	done := 0 // s before it is in out
	for i := 0; i < len(s); i++ {
		if s[i] != '/' || inside(s[:i]) {
			continue
		}
		end, is := 0, ""
		for j := i + 1; j <= min(len(s), i+longest); j++ {
			if j < len(s) && s[j] != '/' && named(s[j]) {
				continue
			}
			if to, found := paths[s[i:j]]; found {
				end, is = j, to
			}
		}
		if end > 0 {
			out.WriteString(s[done:i])
			out.WriteString(is)
			i, done = end-1, end
		}
	}
	if done == 0 {
		return s
	}
	out.WriteString(s[done:])
	return out.String()
}

// inside tells whether a path that has begun goes on: /a in /b/a is none, that in -I/a and file:///a is one.
func inside(before string) bool {
	i := len(before)
	for i > 0 && (before[i-1] == '/' || named(before[i-1])) {
		i--
	}
	run := before[i:]
	return strings.Contains(run, "/") && strings.Trim(run, "/") != ""
}

// named tells whether a byte is one that names of files mostly have.
func named(c byte) bool {
	return c >= 0x80 || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("._-+~@%", c) >= 0
}
