package executors

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"bench/runner/results"
)

const goodReport = `{"event":"hello","protocol":1,"runtime":"go","version":"1.26.0"}
{"event":"ready"}
{"event":"warning","text":"not pinned"}
{"event":"task","task":1,"worker":1,"start":5,"end":9,"cpu":4,"result":[1,2.0,"x"]}
{"event":"task","task":0,"worker":0,"start":0,"end":0,"later":"ignored"}
{"event":"done","phases":{"spawn":1,"work":9,"join":0,"total":10},"usage":{"user":3,"leaked":99}}
`

func TestListen(t *testing.T) {
	for _, slow := range []bool{false, true} {
		r := newReport(2, 2)
		var steps []step
		in := strings.NewReader(goodReport)
		if slow {
			r.listen(iotest.OneByteReader(in), func(s step) { steps = append(steps, s) })
		} else {
			r.listen(in, func(s step) { steps = append(steps, s) })
		}
		if len(steps) != 3 || steps[0] != stepReady || steps[1] != stepDone || steps[2] != stepClosed {
			t.Errorf("steps are %v", steps)
		}
		if r.broken != nil || r.missing() != "" || r.wrong != "" || r.usage.Leaked != 0 || len(r.warnings) != 1 || r.phases.Total != 10 {
			t.Errorf("report is %+v", r)
		}
	}
}

// TestTooMuch: what this side cuts off was not cut off by the other.
func TestTooMuch(t *testing.T) {
	for most := range int64(len(goodReport)) + 1 {
		r := newReport(2, 2)
		r.most = most
		r.listen(strings.NewReader(goodReport), func(step) {})
		if r.broken == nil || !strings.Contains(r.broken.Error(), "more than 0 MiB") {
			t.Fatalf("of %d B, after %d: %v", len(goodReport), most, r.broken)
		}
	}
}

// TestQuickTask: the fast way of reading a task event believes what the slow one does.
func TestQuickTask(t *testing.T) {
	span := results.TaskSpan{Task: 3, Worker: 1, Start: 5, End: 70_000_000_000, CPU: 6}
	for _, value := range []any{nil, 1, -2.5, "x", "é\n", []any{1, "}"}, map[string]any{"result": true}} {
		line, err := appendTask(nil, span, value)
		if err != nil {
			t.Fatal(err)
		}
		line = bytes.TrimSpace(line)
		var e event
		if text, isText := value.(string); quickTask(line, &e) == (isText && text != "x") {
			t.Errorf("%s: not read the quick way", line)
		}
		for _, form := range []string{string(line), strings.Replace(string(line), ":", ": ", 1), string(line[:len(line)-1]) + `,"more":1}`} {
			r := newReport(4, 2)
			r.greeted, r.ready = true, true
			if _, err := r.take([]byte(form)); err != nil || r.spans[3] != span || !reflect.DeepEqual(r.results[3], value) {
				t.Errorf("%s: %+v, %#v, %v", form, r.spans[3], r.results[3], err)
			}
		}
	}
}

// FuzzListen: whatever comes, the reader ends, does not panic, and believes nothing impossible.
func FuzzListen(f *testing.F) {
	f.Add([]byte(goodReport), 2, 2)
	f.Add([]byte(goodReport), 3, 1)
	f.Fuzz(func(t *testing.T, data []byte, tasks, workers int) {
		tasks, workers = 1+abs(tasks)%50, 1+abs(workers)%8
		r := newReport(tasks, workers)
		var last step
		r.listen(strings.NewReader(string(data)), func(s step) { last = s })
		if (last == stepBroken) != (r.broken != nil) || last != stepBroken && last != stepClosed {
			t.Fatalf("the last step is %d, broken: %v", last, r.broken)
		}
		spans, values := told(r.seen, r.spans, r.results)
		if len(spans) != len(values) || len(spans) != r.reported {
			t.Fatalf("%d spans, %d results, %d reported", len(spans), len(values), r.reported)
		}
		for _, s := range spans {
			if s.Start < 0 || s.End < s.Start || s.CPU < 0 || s.Worker >= workers || s.Task >= tasks {
				t.Fatalf("believed %+v", s)
			}
		}
		if p := r.phases; p.Spawn < 0 || p.Work < 0 || p.Join < 0 || p.Total < 0 || p.Spawn+p.Work+p.Join > p.Total+clockSlack {
			t.Fatalf("believed %+v", p)
		}
	})
}

func abs(n int) int {
	if n < 0 {
		return -(n + 1)
	}
	return n
}

// FuzzFrames: a frame that makes no sense is an error.
func FuzzFrames(f *testing.F) {
	f.Add([]byte("\x05\x00\x00\x00d\x01\x00\x00\x00"))
	f.Add([]byte("\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file := filepath.Join(t.TempDir(), "frames")
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		in, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		fr := &frames{read: int(in.Fd())}
		for {
			_, data, err := fr.await()
			if err != nil {
				return
			}
			b := body{rest: data}
			for len(b.rest) > 0 {
				b.u32()
				b.u64()
				_, _ = b.value()
			}
		}
	})
}
