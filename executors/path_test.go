package executors

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"bench/runner/internal/host"
	"bench/runner/results"
	"bench/runner/workloads"
)

// heard is the trial of a process that said this and ended well: the whole path from its bytes to what is stored.
func heard(data []byte, tasks, workers int) (*trial, results.Trial) {
	t := &trial{
		job:    Job{Executor: "serial", Workers: workers, Tasks: make([]workloads.Args, tasks)},
		report: newReport(tasks, workers), use: newUse(Limits{}), child: &host.Child{},
	}
	t.stdout.write(data)
	t.stderr.write(data)
	t.report.listen(bytes.NewReader(data), func(step) {})
	o := t.observation()
	return t, results.Trial{
		Status: o.Status, Reason: o.Reason, Phases: o.Phases, Usage: o.Usage, Runtime: o.Runtime, Workers: workers, Tasks: tasks,
		Spans: o.Spans, Results: o.Results, Stdout: o.Stdout, Stderr: o.Stderr, Warnings: o.Warnings,
	}
}

// impossible says what of a stored trial cannot be; "" if it all can.
func impossible(t results.Trial) string {
	if t.Status == results.OK {
		if problem := incomplete(t); problem != "" {
			return problem
		}
	}
	p, u := t.Phases, t.Usage
	if min(p.Startup, p.Spawn, p.Work, p.Join, p.Total, u.User, u.System, u.CPU()) < 0 {
		return fmt.Sprintf("a time is negative: %+v %+v", p, u)
	}
	if min(u.Memory, u.Voluntary, u.Involuntary, u.MajorFaults, u.MinorFaults, int64(u.Leaked)) < 0 {
		return fmt.Sprintf("a number is negative: %+v", u)
	}
	for _, s := range t.Spans {
		if s.Task < 0 || s.Task >= t.Tasks || s.Worker < 0 || s.Worker >= t.Workers || s.Start < 0 || s.End < s.Start || s.CPU < 0 {
			return fmt.Sprintf("a span cannot be: %+v", s)
		}
	}
	if _, err := json.Marshal(t.Results); err != nil { // which refuses what is not finite
		return err.Error()
	}
	if len(t.Results) != len(t.Spans) {
		return "results are not one a span"
	}
	return unprintable(t)
}

func incomplete(t results.Trial) string {
	if len(t.Spans) != t.Tasks || t.Phases.Total <= 0 {
		return fmt.Sprintf("ok with %d of %d tasks in %v", len(t.Spans), t.Tasks, t.Phases.Total)
	}
	for i, s := range t.Spans {
		if s.Task != i || s.End > t.Phases.Total+clockSlack {
			return fmt.Sprintf("ok with %+v in place %d of %v", s, i, t.Phases.Total)
		}
	}
	return ""
}

func unprintable(t results.Trial) string {
	if len(t.Warnings) > mostWarnings+1 {
		return fmt.Sprintf("%d warnings", len(t.Warnings))
	}
	short := append([]string{t.Reason, t.Runtime.Name, t.Runtime.Version, t.Runtime.GIL, t.Runtime.Path}, t.Warnings...)
	for i, text := range append(short, t.Stdout, t.Stderr) {
		most := 1000
		if i >= len(short) {
			most = 3 * outputKept
		}
		if !utf8.ValidString(text) || len(text) > most || i < len(short) && strings.ContainsAny(text, "\x00\x1b\r\n") {
			return fmt.Sprintf("a text of %d B: %.100q", len(text), text)
		}
	}
	return ""
}

func TestGoodPath(t *testing.T) {
	if _, trial := heard([]byte(goodReport), 2, 2); trial.Status != results.OK || impossible(trial) != "" {
		t.Errorf("%s: %s; %s", trial.Status, trial.Reason, impossible(trial))
	}
}

const begun = `{"event":"hello","protocol":1}` + "\n" + `{"event":"ready"}` + "\n"

// TestNonsense is what no process can mean. Each must be named, whatever else was right.
func TestNonsense(t *testing.T) {
	done := `{"event":"done","phases":{"work":5,"total":10},"usage":{}}` + "\n"
	task := func(i int, rest string) string { return fmt.Sprintf(`{"event":"task","task":%d%s}`, i, rest) + "\n" }
	at := `,"start":0,"end":1`
	long := strings.Repeat("x", 1<<20)
	for name, c := range map[string]struct {
		say    string
		status results.Status
		reason string
	}{
		"nothing":         {"", results.Crash, "it ended before done"},
		"a line break":    {"\n", results.Crash, `not an event: ""`},
		"NULs":            {strings.Repeat("\x00", 100) + "\n", results.Crash, "not an event"},
		"no JSON object":  {"[1]\n", results.Crash, "an event cannot be the array"},
		"deep":            {strings.Repeat("[", 100_000) + "\n", results.Crash, "exceeded max depth"},
		"a deep result":   {begun + task(0, at+`,"result":`+strings.Repeat("[", 20_000)+strings.Repeat("]", 20_000)), results.Crash, "exceeded max depth"},
		"version 99":      {`{"event":"hello","protocol":99}` + "\n", results.Crash, "it speaks version 99, this runner version 1"},
		"no version":      {`{"event":"hello"}` + "\n", results.Crash, "it speaks version 0"},
		"hello twice":     {begun + `{"event":"hello","protocol":1}` + "\n", results.Crash, "hello twice"},
		"ready twice":     {begun + `{"event":"ready"}` + "\n", results.Crash, "ready twice"},
		"two dones":       {begun + task(0, at) + task(1, at) + done + done, results.Crash, `"done" after done`},
		"a task later":    {begun + task(0, at) + done + task(1, at), results.Crash, `"task" after done`},
		"another's task":  {begun + task(0, at+`,"worker":2`), results.Crash, "there is no worker 2: there are 2"},
		"worker -1":       {begun + task(0, at+`,"worker":-1`), results.Crash, "there is no worker -1"},
		"task -1":         {begun + task(-1, at), results.Crash, "task -1 was never given"},
		"beyond int64":    {begun + task(0, `,"start":0,"end":9223372036854775808`), results.Crash, "end cannot be the number 9223372036854775808"},
		"a long number":   {begun + task(0, `,"start":0,"end":1`+strings.Repeat("0", 1<<20)), results.Crash, "cannot be the number 1000"},
		"300 years":       {begun + task(0, at) + task(1, at) + `{"event":"done","phases":{"total":9000000000000000000},"usage":{}}` + "\n", results.Crash, "phases do not fit"},
		"a task of them":  {begun + task(0, `,"start":0,"end":9000000000000000000`), results.Crash, "times cannot be"},
		"torn lines":      {begun + `{"event":"ta{"event":"task","task":0,"start":0,"end":1}` + "\n", results.Crash, "not an event"},
		"a long name":     {`{"event":"` + long + `"}` + "\n", results.Crash, `"xxx`},
		"a long event":    {begun + `{"event":"` + long + `"}` + "\n", results.Crash, `no event is called "xxx`},
		"a long failure":  {begun + `{"event":"error","text":"` + long + `"}` + "\n", results.Crash, "xxx"},
		"escapes":         {begun + `{"event":"error","text":"a\u001b[2J\u0000b\r\nc"}` + "\n", results.Crash, "a[2Jb"},
		"invalid UTF-8":   {begun + "{\"event\":\"error\",\"text\":\"\xff\xfe\"}\n", results.Crash, "��"},
		"lots of memory":  {begun + task(0, at) + task(1, at) + `{"event":"done","phases":{"total":10},"usage":{"memory":9000000000000000000}}` + "\n", results.Crash, "the usage has a number that cannot be"},
		"many values":     {begun + strings.Repeat(task(0, at+`,"result":[`+strings.Repeat("0,", 2_000_000)+"0]"), 5), results.Crash, "more than 8000000 values in all results"},
		"many warnings":   {begun + strings.Repeat(`{"event":"warning","text":"w"}`+"\n", 1000) + task(0, at) + task(1, at) + done, results.OK, ""},
		"many failures":   {begun + strings.Repeat(`{"event":"error","text":"e"}`+"\n", 1000), results.Crash, "e"},
		"one task thrice": {begun + task(0, at) + task(0, at) + task(0, at) + task(1, at) + done, results.Wrong, "task 0 was reported twice"},
		"none of them":    {begun + done, results.Wrong, "2 of 2 tasks were not reported, task 0 first"},
	} {
		t.Run(name, func(t *testing.T) {
			_, trial := heard([]byte(c.say), 2, 2)
			if trial.Status != c.status || !strings.Contains(trial.Reason, c.reason) {
				t.Errorf("%s: %.300q, want %s: %q", trial.Status, trial.Reason, c.status, c.reason)
			}
			if problem := impossible(trial); problem != "" {
				t.Error(problem)
			}
		})
	}
}

// FuzzPath: whatever a process says, what is stored of its trial can be, and ok means that it did all that it was given.
func FuzzPath(f *testing.F) {
	f.Add([]byte(goodReport), 2, 2)
	f.Add([]byte(begun), 1, 1)
	f.Fuzz(func(t *testing.T, data []byte, tasks, workers int) {
		_, trial := heard(data, 1+abs(tasks)%50, 1+abs(workers)%8)
		if problem := impossible(trial); problem != "" {
			t.Fatalf("%s: %s: %s", trial.Status, trial.Reason, problem)
		}
	})
}
