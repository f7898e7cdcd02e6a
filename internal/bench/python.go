package main

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// pythonWork is the function of both sides: 8 tasks of some 40 ms.
const pythonWork = `def count(n):
    while n > 0:
        n -= 1
    return n
`

const (
	pythonTasks = 8
	pythonN     = 800000
)

// byHand are scripts as people write them, which print the seconds that the same tasks take. Each warms nothing up, as a
// trial does not.
var byHand = map[string]string{
	"serial": `import time
from work import count
began = time.monotonic()
for _ in range(%[1]d): count(n=%[2]d)
print(time.monotonic() - began)
`,
	"threads=2": `import queue, threading, time
from work import count
def work():
    while True:
        n = q.get()
        if n is None: return
        results.append(count(n=n))
began = time.monotonic()
q, results = queue.Queue(), []
for _ in range(%[1]d): q.put(%[2]d)
for _ in range(2): q.put(None)
team = [threading.Thread(target=work) for _ in range(2)]
for t in team: t.start()
for t in team: t.join()
print(time.monotonic() - began)
`,
	"procs=2": `import multiprocessing, time
from work import count
def work(tasks, results):
    for n in iter(tasks.get, None): results.put(count(n=n))
if __name__ == "__main__":
    mp = multiprocessing.get_context("fork")
    began = time.monotonic()
    tasks, results = mp.Queue(), mp.Queue()
    team = [mp.Process(target=work, args=(tasks, results)) for _ in range(2)]
    for p in team: p.start()
    for _ in range(%[1]d): tasks.put(%[2]d)
    for _ in range(2): tasks.put(None)
    for _ in range(%[1]d): results.get()
    for p in team: p.join()
    print(time.monotonic() - began)
`,
	"pool=2": `import multiprocessing, time
from work import count
if __name__ == "__main__":
    mp = multiprocessing.get_context("fork")
    began = time.monotonic()
    pool = mp.Pool(2)
    for _ in pool.imap_unordered(count, [%[2]d] * %[1]d): pass
    pool.close(); pool.join()
    print(time.monotonic() - began)
`,
}

// shim compares what the Python shim measures with what the same experiment takes in a script of its own, and its start
// with that of the bare interpreter.
func (b *bench) shim() ([]row, error) {
	interpreter := python()
	if interpreter == "" {
		return []row{{what: "the Python shim", peer: "no python3 here"}}, nil
	}
	if err := write(filepath.Join(b.dir, "work.py"), pythonWork); err != nil {
		return nil, err
	}
	ours, peers, startup, bare := map[string][]float64{}, map[string][]float64{}, []float64{}, []float64{}
	for range 15 {
		for key, script := range byHand {
			total, start, err := b.shimmed(interpreter, key)
			if err != nil {
				return nil, err
			}
			took, err := b.script(interpreter, script)
			if err != nil {
				return nil, err
			}
			ours[key], peers[key] = append(ours[key], total), append(peers[key], took)
			if key != "serial" {
				continue
			}
			if took, err = clock(interpreter, "-c", "pass"); err != nil {
				return nil, err
			}
			startup, bare = append(startup, start), append(bare, took)
		}
	}
	var rows []row
	for _, key := range slices.Sorted(maps.Keys(ours)) {
		r, text := ratio(ours[key], peers[key])
		rows = append(rows, row{fmt.Sprintf("Python, %s: total of %d tasks", key, pythonTasks), milliseconds(ours[key]), "a script by hand, " + milliseconds(peers[key]), text, "within 2 %", yes(r < 1.02)})
	}
	_, text := ratio(startup, bare)
	return append(rows, row{"Python: start of a trial's process until it is ready", milliseconds(startup), "`python -c pass`, " + milliseconds(bare), text, "", ""}), nil
}

// shimmed is one trial of the experiment under the shim: its total, and how long it took to be ready. The warm-up before it
// leaves the shim's bytecode behind, as in any run.
func (b *bench) shimmed(interpreter, key string) (total, startup float64, err error) {
	executor, workers, _ := strings.Cut(key, "=")
	if workers != "" {
		executor = fmt.Sprintf("{%s: %s}", executor, workers)
	}
	r, err := b.measure(fmt.Sprintf(`version: 1
name: shim
runtimes: {py: {python: %q}}
workloads: {w: {python: work.py:count, args: {n: %d}, tasks: %d}}
matrix: {executor: [%s]}
repeats: {min: 1, warmup: 1}
control: false
`, interpreter, pythonN, pythonTasks, executor))
	if err != nil {
		return 0, 0, err
	}
	return r.Cells[0].Times[0], r.Cells[0].Phases.Startup, nil
}

// script runs a script of its own and reads the seconds that it prints.
func (b *bench) script(interpreter, text string) (float64, error) {
	file := filepath.Join(b.dir, "by_hand.py")
	if err := write(file, fmt.Sprintf(text, pythonTasks, pythonN)); err != nil {
		return 0, err
	}
	c := exec.Command(interpreter, file)
	c.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	out, err := c.Output()
	if err != nil {
		return 0, fmt.Errorf("python: %w", err)
	}
	return strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
}
