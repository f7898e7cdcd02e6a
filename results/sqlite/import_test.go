package sqlite

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	"bench/runner/results"
)

// oneRunToTravel is the text of a file with one run of three cells and two trials, without its end.
func oneRunToTravel(t testing.TB) string {
	db := openNew(t)
	run := aRun("r0", 0)
	run.Version = "1.0"
	mustCreate(t, db, run)
	for position := range 2 {
		trial := aTrial(0, position)
		trial.Spans, trial.Stdout, trial.Reason = timeline(3), "a\x1b\"\\\n", "why"
		mustRecord(t, db, "r0", trial)
	}
	if err := db.SaveVerdicts(t.Context(), "r0", []results.StoredVerdict{{Name: "a", JSON: []byte("{}")}}); err != nil {
		t.Fatal(err)
	}
	if err := db.Tag(t.Context(), "r0", "best"); err != nil {
		t.Fatal(err)
	}
	text := unzip(t, mustExport(t, db, "r0"))
	return text[:strings.LastIndex(text, `{"end":`)]
}

// What is not as it was exported is refused, with its line, and nothing is stored.
func TestImportRefuses(t *testing.T) {
	whole := oneRunToTravel(t)
	lines := strings.SplitAfter(strings.TrimSuffix(whole, "\n"), "\n") // header, run, 3 cells, 2 trials, verdict, tag
	lines[len(lines)-1] += "\n"
	if len(lines) != 9 || sealedText(whole) != unzip(t, zipped(sealedText(whole))) {
		t.Fatalf("%d lines", len(lines))
	}
	db := openNew(t)
	mustCreate(t, db, aRun("mine", 0))
	before := mustExport(t, db, "mine")
	refuse := func(name string, data []byte, tells ...string) {
		t.Helper()
		_, err := importBytes(db, data)
		t.Run(name, func(t *testing.T) { wantError(t, err, tells...) })
		if list, err := db.Runs(t.Context(), Filter{}); err != nil || len(list) != 1 {
			t.Fatalf("%s: %d runs are stored (%v)", name, len(list), err)
		}
	}
	// of the file
	data := zipped(sealedText(whole))
	refuse("no file", nil, "not packed by gzip")
	refuse("garbage", []byte("garbage, and more than ten bytes of it"), "not packed by gzip")
	refuse("empty", zipped(""), "breaks off after line 0")
	refuse("no export", zipped("x\n"), "line 1: this is no exported run")
	refuse("another header", zipped(`{"runner":"export", "version":1,"format":4}`+"\n"), "line 1: the first line")
	refuse("newer", zipped(`{"runner":"export","version":2,"format":9}`+"\n"), "line 1: a newer runner made the file: its version is 2, and 1 is known")
	refuse("no end", zipped(whole), "breaks off after line 9")
	refuse("half a line", zipped(whole[:len(whole)-5]), "line 9: it breaks off")
	for _, n := range []int{15, len(data) / 2, len(data) - 9, len(data) - 1} {
		refuse(fmt.Sprint("cut at ", n), data[:n], "line ")
	}
	refuse("two ends", zipped(sealedText(sealedText(whole))), "line 11: something follows the end")
	refuse("behind the end", append(bytes.Clone(data), zipped("x")...), "line 11: ")
	refuse("garbage behind", append(bytes.Clone(data), "x"...), "line 11: ")
	changed := strings.Replace(sealedText(whole), `"total_ns":1000`, `"total_ns":1001`, 1)
	refuse("changed", zipped(changed), "line 10: the file was changed since it was exported")
	refuse("a line less", zipped(strings.Replace(sealedText(whole), `"lines":9`, `"lines":8`, 1)), "line 10: the file was changed")
	flipped := bytes.Clone(data)
	flipped[len(flipped)/2] ^= 4
	refuse("flipped", flipped, "line ")
	// of lines: what changes in which, and what is told
	for _, c := range []struct {
		line     int // from 1; 0: as old names it
		old, new string
		tells    string
	}{
		{2, `"id":"r0"`, `"id":"../r0"`, "line 2: a run: \"../r0\" is no id"},
		{2, `"id":"r0"`, `"id":""`, "is no id"},
		{2, `"id":"r0",`, ``, "line 2: a run without id"},
		{2, `"id":"r0"`, `"id":7`, "line 2: a run: a value is damaged"},
		{2, `"id":"r0",`, `"id":"r0","id":"r0",`, "the column id of a run is there twice"},
		{2, `"id":"r0","experiment":"primes"`, `"experiment":"primes","id":"r0"`, "line 2: a run without id"},
		{2, `"id":"r0"`, `"id":"r0","colour":"red"`, `line 2: a run has no column "colour" here: a newer runner`},
		{2, `}}`, `,"colour":"red"}}`, `line 2: a run has no column "colour" here: a newer runner`},
		{2, `}}`, `} }`, "line 2: this is no run as"},
		{2, `}}`, `}}x`, "line 2: this is no run as"},
		{2, `"experiment":"primes"`, `"experiment":"pri\u001b[31mmes"`, `line 2: a run: experiment is "pri\x1b[31mmes"`},
		{2, `"experiment":"primes"`, `"experiment":"pri\u0000mes"`, "the text is not as"},
		{2, `"experiment":"primes"`, `"experiment":"pri\u006des"`, "the text is not as"},
		{2, `"experiment":"primes"`, "\"experiment\":\"pri\xffmes\"", "the text is not as"},
		{2, `"experiment":"primes"`, "\"experiment\":\"pri\tmes\"", "the text is not as"},
		{2, `"experiment":"primes"`, `"experiment":null`, "the column experiment of a run: this is no whole number"},
		{2, `"cells":3`, `"cells":4`, "line 6: run r0: 3 cells of 4"},
		{2, `"cells":3`, `"cells":2`, "line 5: a cell: 2 were planned, and here is one more"},
		{2, `"cells":3`, `"cells":-3`, "cells is -3"},
		{2, `"cells":3`, `"cells":3.0`, "line 2: this is no run as"},
		{2, `"cells":3`, `"cells":03`, "no whole number"},
		{2, `"cells":3`, `"cells":99999999999999999999`, "no whole number"},
		{2, `"cells":3`, `"cells":999999`, "999999 cells are too many"},
		{2, `"seed":"0"`, `"seed":"x"`, "the seed"},
		{2, `"seed":"0"`, `"seed":"99999999999999999999"`, "the seed"},
		{2, `"options":"{`, `"options":"{{`, "line 2: a run: invalid"},
		{2, `"options":"{`, `"options":"{\"zz\":` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + `,`, "line 2: a run: options is nested more than 100 deep"}, // SQLite's own functions would refuse the row later
		{2, `"started_ns":`, `"started_ns":-`, "started_ns is -"},
		{2, `}}`, `,"hosts":"[{\"name\":\"a\\nb\"}]"}}`, `line 2: a run: the name of a host, "a\nb", has characters that cannot be printed`},
		{2, `}}`, `,"hosts":"[{\"name\":\"a\\u202eb\"}]"}}`, "cannot be printed"},
		{2, `}}`, `,"hosts":"[{}]"}}`, "a host without a name"},
		{2, `}}`, `,"hosts":"[{\"name\":\"a\"},{\"name\":\"a\"}]"}}`, "host a is there twice"},
		{2, `}}`, `,"hosts":"[{\"name\":\"a\",\"calibrations\":[{\"when\":\"now\"}]}]"}}`, "host a: a calibration is at its begin or end"},
		{2, `}}`, `,"hosts":"[{\"name\":\"a\",\"calibrations\":[{\"when\":\"end\",\"median\":-1}]}]"}}`, "host a: a calibration of -1ns"},
		{2, `}}`, `,"hosts":"{}"}}`, "line 2: a run: json: cannot unmarshal object"},
		{2, `}}`, `,"hosts":7}}`, "line 2: a run: a value is damaged"},
		{2, `}}`, `,"hosts":"[` + strings.Repeat("{},", 100_000) + `{}]"}}`, "line 2: a run: hosts has more than 100000 parts"},
		{2, `}}`, `,"hosts":"[{}]","hosts":"[{}]"}}`, "the column hosts of a run is there twice"},
		{6, `"stdout":`, `"hosts":"[\"a\",\"\"]","stdout":`, "line 6: a trial: a host without a name"},
		{6, `"stdout":`, `"hosts":"[\"` + strings.Repeat("x", 254) + `\"]","stdout":`, "longer than 253 bytes"},
		{6, `"stdout":`, `"hosts":"[\" a\"]","stdout":`, "begins or ends with a blank"},
		{6, `"stdout":`, `"hosts":"[7]","stdout":`, "line 6: a trial: json: cannot unmarshal number"},
		{3, `"cell":0`, `"cell":1`, "line 4: a cell: 1 is there twice, or not in its place"},
		{3, `"encoded":"`, `"encoded":"=`, "line 3: a cell: "},
		{3, `"workload":"pi"`, `"workload":7`, "line 3: a cell: a value is damaged"},
		{3, `,"identity":"pi serial"`, ``, "line 3: a cell without identity"},
		{4, `"encoded":"executor=threads workers=1"`, `"encoded":"executor=serial"`, "is in the plan twice"},
		{4, `"baseline":0`, `"baseline":7`, "baseline 7, which is not in the plan"},
		{6, `"cell":0`, `"cell":3`, "line 6: a trial: its cell 3 is damaged"},
		{6, `"status":"ok"`, `"status":"great"`, `line 6: a trial: there is no status "great"`},
		{6, `"block":0,"position":0`, `"block":0,"position":1`, "line 7: a trial: block 0, position 1 is there twice, or not in its place"},
		{6, `"block":0,`, `"block":9999999999,`, "block is 9999999999"},
		{6, `"workers":1`, `"workers":9223372036854775807`, "workers is 9223372036854775807"},
		{6, `"warmup":0`, `"warmup":2`, "warmup is 2"},
		{6, `"total_ns":1000`, `"total_ns":-1000`, "total_ns is -1000"},
		{6, `"total_ns":1000`, `"total_ns":1e3`, "line 6: this is no trial as"},
		{6, `"total_ns":1000`, `"total_ns":"1000"`, "line 6: a trial: a value is damaged"},
		{6, `"memory_bytes":0`, `"memory_bytes":9223372036854775807`, "memory_bytes is"},
		{6, `,"memory_bytes":0`, ``, "line 6: a trial without memory_bytes"},
		{6, `{"base64":"`, `{"base64":"?`, "the base64 is broken"},
		{6, `{"base64":"`, `{"base64":"AAAA`, "line 6: a trial: spans: "},
		{6, `{"base64":"`, `{"base65":"`, "the column spans of a trial"},
		{6, `{"trial":`, `{"tryal":`, "line 6: this is no run, cell, trial, verdict or tag"},
		{8, `"place":0`, `"place":1`, "line 8: a verdict: its place is 1, not 0"},
		{8, `"json":"{}"`, `"json":"{"`, "line 8: a verdict: its JSON is damaged"},
		{9, `"best"`, `"last"`, "line 9: a tag: \"last\" cannot be a tag"},
		{9, `"best"`, `"a b"`, "cannot be a tag"},
	} {
		bad := append([]string(nil), lines...)
		if !strings.Contains(bad[c.line-1], c.old) {
			t.Fatalf("line %d has no %s: %s", c.line, c.old, bad[c.line-1])
		}
		bad[c.line-1] = strings.Replace(bad[c.line-1], c.old, c.new, 1)
		refuse(fmt.Sprintf("%s for %s", c.new, c.old), zipped(sealedText(strings.Join(bad, ""))), c.tells)
	}
	// of their order
	join := func(which ...int) []byte {
		text := ""
		for _, n := range which {
			text += lines[n-1]
		}
		return zipped(sealedText(text))
	}
	refuse("no run", join(1, 3), "line 2: a cell of no run")
	refuse("a trial before its cells", join(1, 2, 6), "line 3: run r0: 0 cells of 3")
	refuse("cells missing at the end", join(1, 2, 3), "line 4: run r0: 1 cells of 3")
	refuse("a cell behind trials", join(1, 2, 3, 4, 5, 6, 5), "line 7: a cell stands too late")
	refuse("trials turned", join(1, 2, 3, 4, 5, 7, 6), "line 7: a trial: block 0, position 0 is there twice, or not in its place")
	refuse("a run twice", join(1, 2, 3, 4, 5, 2, 3, 4, 5), "line 6: run r0 is there twice")
	refuse("a tag twice", join(1, 2, 3, 4, 5, 9, 9), "line 7: a tag: \"best\" is there twice")
	refuse("a good run before a bad one", zipped(sealedText(whole+strings.Replace(lines[1], `"r0"`, `"r1"`, 1)+lines[2])), "line 12: run r1: 1 cells of 3")
	if !bytes.Equal(mustExport(t, db, "mine"), before) {
		t.Error("what was stored is not as it was")
	}
	if got, err := importBytes(db, data); err != nil || got.Trials != 2 {
		t.Errorf("the file itself: %+v (%v)", got, err)
	}
}

// What is short in the file and long in memory is refused before there is memory for it.
func TestImportRefusesWhatUnpacksToTooMuch(t *testing.T) {
	whole := oneRunToTravel(t)
	at := strings.Index(whole, `"spans":{"base64":"`) + len(`"spans":{"base64":"`)
	end := at + strings.Index(whole[at:], `"`)
	var bomb bytes.Buffer
	w := zlib.NewWriter(&bomb)
	if _, err := io.CopyN(w, zeros{}, mostTimeline+1); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	_, err := Examine(t.Context(), openBytes(zipped(sealedText(whole[:at]+base64.StdEncoding.EncodeToString(bomb.Bytes())+whole[end:]))))
	wantError(t, err, "line 6: a trial: spans: longer than it can be")
	for _, span := range []results.TaskSpan{{Worker: math.MaxInt64}, {Worker: -1}, {Task: -1}, {Start: 2, End: 1}, {CPU: -1}} {
		blob, _ := encodeSpans([]results.TaskSpan{span}, keepSpans)
		_, err := Examine(t.Context(), openBytes(zipped(sealedText(whole[:at]+base64.StdEncoding.EncodeToString(blob)+whole[end:]))))
		wantError(t, err, "line 6: a trial: the timeline is damaged")
	}
	in, out := io.Pipe()
	go func() {
		w, _ := gzip.NewWriterLevel(out, gzip.BestSpeed)
		_, _ = io.CopyN(w, zeros{}, longestLine+2)
		out.CloseWithError(errors.Join(w.Close(), io.EOF))
	}()
	_, err = Examine(t.Context(), func() (io.ReadCloser, error) { return in, nil })
	wantError(t, err, "line 1: longer than 64 MiB")
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// A file that is another one when it is read again is noticed, and what was stored of the run is taken back.
func TestImportOfAFileThatChanges(t *testing.T) {
	whole := oneRunToTravel(t)
	other := strings.Replace(whole, `"total_ns":1000`, `"total_ns":1001`, 1)
	files := []string{sealedText(whole), sealedText(other)}
	f, err := Examine(t.Context(), func() (io.ReadCloser, error) {
		text := files[0]
		files = files[1:]
		return io.NopCloser(bytes.NewReader(zipped(text))), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	db := openNew(t)
	_, err = db.Import(t.Context(), f)
	wantError(t, err, "run r0 is another than it was a moment ago")
	if list, err := db.Runs(t.Context(), Filter{}); err != nil || len(list) > 0 {
		t.Error(list, err)
	}
}

// Whatever the lines say: they are refused, or what is stored is in order and gives the same lines again.
func FuzzImport(f *testing.F) {
	whole := oneRunToTravel(f)
	f.Add(whole)
	f.Add(strings.Replace(whole, `"r0"`, `"r1"`, 1) + whole[strings.Index(whole, "\n")+1:])
	hosts := `,"hosts":"[{\"name\":\"a\",\"environment\":{\"os\":\"linux\"},\"calibrations\":[{\"when\":\"end\",\"median\":7,\"n\":1}]}]"}}` + "\n"
	f.Add(strings.Replace(whole, "}}\n", hosts, 1))
	f.Add(strings.Replace(whole, `"stdout":`, `"hosts":"[\"a\",\"b\"]","stdout":`, 1))
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := Examine(context.Background(), openBytes([]byte(text))); err == nil && !strings.HasPrefix(text, "\x1f\x8b") {
			t.Fatal("not packed, and read")
		}
		file, err := Examine(context.Background(), openBytes(zipped(sealedText(text))))
		if err != nil {
			return
		}
		db := openNew(t)
		got, err := db.Import(context.Background(), file)
		if err != nil {
			t.Fatalf("it was found to be good, and is not stored: %v", err)
		}
		if list, err := Check(context.Background(), db.path); err != nil || wrong(list) > 0 {
			t.Fatalf("%+v (%v)", list, err)
		}
		again := unzip(t, mustExport(t, db, got.Runs...))
		_, again, _ = strings.Cut(again, "\n") // the header has the format of this database
		_, text, _ = strings.Cut(sealedText(text), "\n")
		if again[:strings.LastIndex(again, `{"end":`)] != text[:strings.LastIndex(text, `{"end":`)] {
			t.Errorf("it came out as\n%s", again)
		}
	})
}
