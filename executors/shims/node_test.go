package shims

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"bench/runner/executors"
	"bench/runner/results"
)

var node = language{
	runtime: "node", ext: ".js", versions: []string{""}, lines: []string{""}, short: "",
	find: findNode, lacks: func(*testing.T, string, string) bool { return false },
	starts:   func(*testing.T, string, executors.Info) []string { return []string{""} },
	separate: []string{"threads", "procs"},
	check:    []string{"serial", "threads", "procs"},
	failure:  "Error: broken on purpose",
	shapes: `[1,0.5,9007199254740992,1.1805916207174113e+21,true,null,"text","é世",{"a":[1,2],"b":[]},[1,[1]],` +
		`"1970-01-01T00:00:00.000Z"]`,
	place: `["","undefined",0]`,
	loads: []string{
		"hostile Deep.Er.square", "module.mjs square", "module.mjs default", "module.mjs late", "package/module square",
		"single default",
	},
	files: map[string]string{
		"needs.js": "require('no_such_module')", "broken.js": "function f( {", "raises.js": "throw new Error('no')",
		"ends.js": "process.exit(7)", "plain.js": "exports.x = 1; exports.f = 'text'; function g() {}",
		"needs.mjs": "import 'no_such_module'", "waits.mjs": "await new Promise(() => {}); export const f = 1",
		"raises.mjs": "throw 5",
	},
	unloaded: map[string]string{
		"needs.js:f":   "needs.js cannot be imported: Error: Cannot find module 'no_such_module'",
		"broken.js:f":  "broken.js cannot be imported: SyntaxError",
		"raises.js:f":  "raises.js cannot be imported: Error: no",
		"ends.js:f":    "exit status 7",
		"missing.js:f": "missing.js cannot be imported: there is no such file",
		"plain.js:f":   "plain.js has no function f",
		"plain.js:g":   "plain.js has no function g: is it exported?",
		"plain.js:x":   "plain.js has no function x",
		"plain.js:x.y": "plain.js has no function x.y",
		"needs.mjs:f":  "needs.mjs cannot be imported: Error: Cannot find package 'no_such_module'",
		"waits.mjs:f":  "waits.mjs cannot be imported: ",
		"raises.mjs:f": "raises.mjs cannot be imported: 5",
	},
	hostile: map[string]outcome{
		"rejects":      {results.Crash, "task 1: TypeError: broken on purpose"},
		"throws_text":  {results.Crash, "task 1: broken on purpose"},
		"throws_null":  {results.Crash, "task 1: null"},
		"raises_badly": {results.Crash, "task 1: "},
		"late":         {results.Crash, "task 1: Error: broken on purpose"},
		"floats":       {results.Crash, "task 1: Error: broken on purpose"},
		"overflows":    {results.Crash, "task 1: RangeError"},
		"never":        {results.Crash, "task 1: its promise never settles"},
		"exit0":        {results.Crash, ""},
		"bigint":       {results.Crash, "task 1: its result is not JSON: TypeError: Do not know how to serialize a BigInt"},
		"nan":          {results.Crash, "task 1: its result is not JSON: TypeError: it has NaN"},
		"infinite":     {results.Crash, "task 1: its result is not JSON: TypeError: it has -Infinity"},
		"function":     {results.Crash, "task 1: its result is not JSON: TypeError: it has a function"},
		"symbol":       {results.Crash, "task 1: its result is not JSON: TypeError: it has a symbol"},
		"map":          {results.Crash, "task 1: its result is not JSON: TypeError: it has a Map"},
		"promises":     {results.Crash, "task 1: its result is not JSON: TypeError: it has a Promise"},
		"endless":      {results.Crash, "task 1: its result is not JSON: TypeError: Converting circular structure"},
		"huge":         {results.Crash, "task 1: its result is 9437186 B of JSON: the most is 8 MiB"},
		"nothing":      {results.OK, ""},
		"leaves":       {results.OK, ""},
		"close3":       {results.OK, ""},
		"hijacks":      {results.OK, ""},
		"quiet":        {results.OK, ""},
		"thenable":     {results.OK, ""},
	},
	spared: func(t *testing.T, workload, executor string, o outcome) {
		alike := []string{"throws_text", "throws_null", "raises_badly", "overflows", "thenable", "nothing"}
		if executor != "serial" && (slices.Contains(alike, workload) || strings.Contains(o.reason, "not JSON") && workload != "bigint") {
			t.Skip("it is called, and its result looked at, by the same code as in serial")
		}
	},
}

func findNode(string) string {
	for _, name := range []string{"node", "nodejs"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// TestInexact: an argument that JavaScript rounds is told.
func TestInexact(t *testing.T) {
	node.eachVersion(t, func(t *testing.T, s subject) {
		for n, warned := range map[int]bool{1<<53 - 1: false, 1<<53 + 1: true, -1<<53 - 1: true} {
			job := s.job(t, "serial", s.workload(t, "nothing"), 1)
			job.Tasks[0]["n"] = n
			o := s.run(job)
			told := slices.ContainsFunc(o.Warnings, func(w string) bool { return strings.Contains(w, "task 0: an argument beyond 2^53") })
			if o.Status != results.OK || told != warned {
				t.Errorf("%d: %s: %s, %q", n, o.Status, o.Reason, o.Warnings)
			}
		}
	})
}

// TestPour: what a pipe does not take at once is not lost.
func TestPour(t *testing.T) {
	node.eachVersion(t, func(t *testing.T, s subject) {
		for _, executor := range s.check {
			o := s.trial(t, executor, s.file(t, "talks", "pour"), 1)
			if o.Status != results.OK || !strings.HasSuffix(o.Stdout, "the end\n") || !strings.HasSuffix(o.Stderr, "the end\n") {
				t.Errorf("%s: %s: %s: the ends of the streams were lost", executor, o.Status, o.Reason)
			}
		}
	})
}

// TestUsage: what worker processes and threads use counts, and what the workload starts and waits for.
func TestUsage(t *testing.T) {
	node.eachVersion(t, func(t *testing.T, s subject) {
		for _, executor := range s.check {
			for _, work := range []string{"burns", "burns_elsewhere"} {
				o := s.trial(t, executor, s.workload(t, work), 2)
				if o.Status != results.OK {
					t.Errorf("%s: %s", o.Status, o.Reason)
					continue
				}
				burnt := 0
				for _, ms := range o.Results {
					burnt += ms.(int)
				}
				if cpu := o.Usage.CPU().Milliseconds(); cpu < int64(burnt) {
					t.Errorf("%s of %s: %d ms of CPU, and the tasks alone used %d ms", executor, work, cpu, burnt)
				}
			}
		}
	})
}
