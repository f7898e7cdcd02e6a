//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"

	"bench/runner/internal/host"
)

// experiment is a spec that rounds run.
type experiment struct {
	name     string
	scripted bool // all of its data is declared, so that every verdict and every number is known
	tree     bool // its trials are processes
	spec     string
}

// experiments are those that can run on this machine.
func experiments() []experiment {
	all := []experiment{
		{name: "scripted", scripted: true, spec: scriptedSpec},
		{name: "doubtful", scripted: true, spec: doubtfulSpec},
		{name: "troubled", scripted: true, spec: troubledSpec},
		{name: "builtins", tree: true, spec: builtinsSpec},
		{name: "commands", tree: true, spec: commandsSpec},
		{name: "server", tree: true, spec: serverSpec},
		{name: "steps", tree: true, spec: stepsSpec},
	}
	if python() != "" {
		all = append(all, experiment{name: "python", tree: true, spec: pythonSpec})
	}
	return all
}

// python is the interpreter itself, without what may stand before it on PATH and takes its time.
var python = sync.OnceValue(func() string {
	out, err := exec.Command("python3", "-c", "import sys; print(sys.executable)").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
})

// text is the spec for one round. mark stands in the arguments of all that commands start, whatever becomes of their
// environment.
func (e experiment) text(mark string) string {
	self, err := os.Readlink(host.Self())
	if err != nil {
		self = os.Args[0]
	}
	return strings.NewReplacer("@MARK@", mark, "@SELF@", self, "@PYTHON@", python()).Replace(e.spec)
}

func (t task) mark() string { return fmt.Sprintf("chaos-mark-%d-%d", os.Getpid(), t.Round) }

// scriptedSpec has a check that is true and one that is false, which is measured again.
const scriptedSpec = `version: 1
name: chaos-scripted
workloads: {work: {builtin: add, args: {a: 1, b: 2}, tasks: 2}}
matrix:
  executor:
    - scripted:
        workers: [1, 2, 3, 4, 5]
        script: {workers=1: [1s, 1003ms, 998ms, 1007ms, 996ms], workers=2: [500ms, 502ms, 497ms], workers=3: [341ms, 338ms], "*": 300ms}
  n: [1, 2]
baseline: {executor: scripted, workers: 1}
repeats: 40
assert:
  - speedup(scripted=2) > 1.3
  - time(scripted=3) < 200*ms
`

// doubtfulSpec goes on as needed: one check is decided at once, one never, and one soon.
const doubtfulSpec = `version: 1
name: chaos-doubtful
workloads: {work: {builtin: add, args: {a: 1, b: 2}, tasks: 2}}
matrix:
  executor:
    - scripted:
        workers: [1, 2, 3, 4, 5, 6, 7, 8]
        script: {workers=1: [1s, 1003ms, 998ms], workers=2: [500ms, 900ms, 850ms, 520ms], workers=3: [341ms, 400ms, 320ms, 335ms, 390ms], "*": 300ms}
baseline: {executor: scripted, workers: 1}
repeats: {min: 10, max: 28, warmup: 2}
assert:
  - speedup(scripted=2) > 1.42
  - speedup(scripted=3) > 2.7
  - speedup(scripted=4) > 2
`

// troubledSpec has trials of every kind but those that take time.
const troubledSpec = `version: 1
name: chaos-troubled
workloads:
  work: {builtin: add, args: {a: 1, b: 2}, tasks: 4}
  other: {builtin: add, args: {a: 2, b: 2}, tasks: 4, allow: [crash, wrong]}
matrix:
  executor:
    - scripted:
        workers: [1, 2, 3, 4, 5]
        script: {workers=1: 1s, workers=2: [500ms, 501ms, 499ms, crash], workers=3: unavailable, workers=4: [300ms, wrong, leaked], "*": [250ms, 251ms]}
baseline: {executor: scripted, workers: 1}
repeats: 30
assert:
  - speedup(scripted=2) > 1.3
  - speedup(scripted=3) > 1.3
  - speedup(scripted=5) > 3.3
`

const builtinsSpec = `version: 1
name: chaos-builtins
workloads: {work: {builtin: sum_primes, args: {n: 1000}, tasks: 4}}
matrix: {executor: [serial, {threads: 2}, {goroutines: 2}, {procs: 2}, {pool: 2}]}
repeats: 8
`

// commandsSpec leaves behind what commands leave: children, sessions of their own, what ignores TERM, and what has
// cleared its environment.
const commandsSpec = `version: 1
name: chaos-commands
workloads:
  work:
    shell: |
      : @MARK@
      case {{how}} in
        background) bash -c 'exec -a @MARK@ sleep 97' & ;;
        daemon) setsid bash -c 'exec -a @MARK@ sleep 97' >/dev/null 2>&1 </dev/null & ;;
        deaf) (trap "" TERM INT HUP; exec -a @MARK@ sleep 0.03) ;;
        cleared) env -i setsid bash -c '(trap "" TERM; exec -a @MARK@ sleep 97) & exit 0' >/dev/null 2>&1 & ;;
        tree) sh -c ': @MARK@; sleep 0.01; sleep 0.01' | cat ;;
      esac
    allow: [leaked]
matrix:
  how: [plain, background, daemon, deaf, cleared, tree]
  executor: [serial, {procs: 2}]
exclude: [{procs: 2, how: [plain, deaf, tree]}]
repeats: {min: 3, max: 3, warmup: 0}
control: false
`

const serverSpec = `version: 1
name: chaos-server
fixtures:
  server: {command: ["@SELF@", serve, "@MARK@"], ready: "tcp://127.0.0.1:{{port}}", wait: 30s}
  http: {}
workloads:
  work: {builtin: fetch, tasks: {url: ["{{server.url}}/1", "{{http.url}}/2"]}, env: {no_proxy: 127.0.0.1}}
matrix: {executor: [serial, {threads: 2}, {procs: 2}]}
repeats: 8
`

const stepsSpec = `version: 1
name: chaos-steps
fixtures: {files: {count: 3, size: 4KiB}}
workloads:
  work:
    shell: |
      : @MARK@
      read -r word < {{dir}}/input && read -r own < {{scratch}}/own
      for f in {{files.dir}}/file-*; do cat "$f"; done > {{scratch}}/copy
      echo "$word $own"
    prepare: [{shell: "sleep 0.02; echo fine > {{dir}}/input"}, {each: trial, shell: "echo day > {{scratch}}/own"}]
    cleanup: [{each: trial, shell: "rm {{scratch}}/copy"}, {shell: "rm {{dir}}/input"}]
    verify: stdout == "fine day\n"
matrix: {executor: [serial, {procs: 2}], n: [1, 2]}
repeats: {min: 5, max: 5, warmup: 1}
`

const pythonSpec = `version: 1
name: chaos-python
runtimes:
  py: {python: "@PYTHON@"}
  none: {python: "2.5", optional: true}
workloads: {work: {builtin: sum_primes, args: {n: 500}, tasks: 4}}
matrix:
  runtime: [py, none]
  executor: [serial, {pool: 2}, {fork: 2}, {process-pool: 2}, {master-worker: 2}]
repeats: {min: 2, max: 2, warmup: 0}
control: false
`
