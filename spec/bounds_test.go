package spec

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// begin is a spec that takes more keys behind it.
const begin = "version: 1\nname: x\nworkloads:\n  w: {builtin: primes, args: {n: 10}}\n"

// refusal is the first problem of a text, with its place, and the memory that was allocated on the way to it, in MB.
func refusal(t *testing.T, text string, opt Options) (problem string, megabytes float64) {
	t.Helper()
	opt.Read = in(map[string]string{"x": text})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	exp, list := Load("x", catalog(), opt)
	if len(list) == 0 {
		_, list = exp.Plan(catalog(), 1, opt)
	}
	runtime.ReadMemStats(&after)
	if len(list) == 0 {
		return "", 0
	}
	return list[0].Pos.String() + ": " + list[0].Message, float64(after.TotalAlloc-before.TotalAlloc) / 1e6
}

func joined(n int, format, separator string) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = fmt.Sprintf(format, i)
	}
	return strings.Join(parts, separator)
}

// aliases are mappings of three aliases each to the one before: three to the power of n values.
func aliases(n int) string {
	text := "x-a0: &a0 {a: 1}\n"
	for i := 1; i <= n; i++ {
		text += fmt.Sprintf("x-a%d: &a%d {a: *a%d, b: *a%d, c: *a%d}\n", i, i, i-1, i-1, i-1)
	}
	return text
}

// TestBounds: what is far too large is refused by the bound that it passes, which the message names.
func TestBounds(t *testing.T) {
	command := func(key string) string {
		return strings.Replace(begin, "builtin: primes, args: {n: 10}", key, 1)
	}
	x := func(n int) string { return strings.Repeat("x", n) }
	for name, c := range map[string]struct{ text, want string }{
		"file":        {begin + x(5<<20), "x: the file is larger than 4 MiB"},
		"a line":      {begin + "description: " + x(50<<20), "x: the file is larger than 4 MiB"},
		"values":      {begin + "x-a: [" + strings.Repeat("1,", 500_000) + "]\n", "x: the file is too large: more than 400000 values, or line breaks, commas and colons"},
		"laughs":      {begin + aliases(40), "x:15:33: more than 200000 values once aliases are followed"},
		"quadratic":   {begin + "x-a: &a [" + strings.Repeat("1,", 9_000) + "]\nx-b: [" + strings.Repeat("*a,", 9_000) + "]\n", "x:6:70: more than 200000 values once aliases are followed"},
		"merges":      {begin + "x-a: &a {" + joined(900, "k%d: 1", ", ") + "}\nx-b: {<<: [" + strings.Repeat("*a,", 900) + "]}\n", "x:6:672: more than 200000 values once aliases are followed"},
		"texts":       {begin + "x-a: &a " + x(1<<20) + "\ntags: [" + strings.Repeat("*a,", 90) + "]\n", "x:6:98: more than 32 MiB of text once aliases are followed"},
		"flow":        {begin + "x-a: " + strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000) + "\n", "x:5:69: nested more than 64 deep"},
		"deeper":      {begin + "x-a: " + strings.Repeat("[", 90_000) + strings.Repeat("]", 90_000) + "\n", "x:5:1: nested more than 64 deep"},
		"name":        {strings.Replace(begin, "name: x", "name: "+x(101), 1), "x:2:7: name takes a name of letters, digits, -, _ and ., not \"" + x(39) + "…\""},
		"axis name":   {begin + "matrix: {" + x(101) + ": 1}\n", "x:5:10: the name \"" + x(39) + "…\" is longer than 100 characters"},
		"workloads":   {strings.Replace(begin, "  w:", joined(4_000, "  w%d: {builtin: primes, args: {n: 10}}", "\n")+"\n  w:", 1), "x:3:1: workloads has more than 4000 entries"},
		"profiles":    {begin + "profiles: {" + joined(101, "p%d: {repeats: 1}", ", ") + "}\n", "x:5:1: profiles has more than 100 entries"},
		"problems":    {begin + joined(50_000, "k%d: 1", "\n"), `x:5:1: unknown key "k0" in a spec`},
		"keys twice":  {begin + "x-a: {" + strings.Repeat("a: 1, ", 50_000) + "}\n", `x:5:13: key "a" is given twice`},
		"axes":        {begin + "matrix: {" + joined(101, "a%d: 1", ", ") + "}\n", "x:5:9: the matrix has more than 100 axes"},
		"cells":       {begin + "matrix: {a: 1..1000, b: 1..1000}\n", "x:5:9: the matrix has more than 100000 cells"},
		"10^18 cells": {begin + "matrix: {" + joined(6, "a%d: 1..1000", ", ") + "}\n", "x:5:9: the matrix has more than 100000 cells"},
		"2^64 cells":  {begin + "matrix: {" + joined(64, "a%d: [1, 2]", ", ") + "}\n", "x:5:9: the matrix has more than 100000 cells"},
		"range":       {begin + "matrix: {a: 1..1000000000}\n", "x:5:13: 1..1000000000 has more than 100000 levels"},
		"int64":       {begin + "matrix: {a: 1..9223372036854775807}\n", "x:5:13: 1..9223372036854775807 has more than 100000 levels"},
		"no int64":    {begin + "matrix: {a: -9999999999999999999..1}\n", "x:5:13: -9999999999999999999..1 has more than 100000 levels"},
		"workers":     {begin + "matrix: {executor: [{threads: 1..1000000000}]}\n", "x:5:31: 1..1000000000 has more than 100000 levels"},
		"level":       {begin + "matrix: {a: [" + x(4097) + "]}\n", "x:5:14: a level is longer than 4096 bytes"},
		"keys":        {begin + "matrix: {a: [" + x(4000) + "], b: 1..9000}\n", "x:5:9: the keys of the 9000 cells are longer than 16 MiB together"},
		"excludes":    {begin + "matrix: {a: 1..9}\nexclude: [" + strings.Repeat("{a: 1},", 1_001) + "]\n", "x:6:10: more than 1000 excludes"},
		"matching":    {begin + "matrix: {a: 1..1000}\nexclude: [" + strings.Repeat("{a: 1..999},", 11) + "]\n", "x:6:131: the excludes take more than 10000000 comparisons with the 1000 cells"},
		"steps":       {begin + "matrix: {a: 1..1000, b: 1..100}\nexclude: [{if: 'count(1..3000, # > a) > 9999'}]\n", "x:6:16: the excludes take more than 10000000 comparisons with the 100000 cells"},
		"tasks":       {command("builtin: pi, tasks: {range: 1000000000000000, chunk: 1}"), "x:4:60: the range makes 1000000000000000 tasks, more than 250000"},
		"listed":      {begin[:len(begin)-2] + ", tasks: {n: [" + strings.Repeat("1,", 60_000) + "]}}\nmatrix: {executor: [{threads: 1..5}]}\n", ""},
		"calls":       {begin[:len(begin)-2] + ", tasks: 10000001}\n", "x:4:46: 10000001 is no number of calls"},
		"all calls":   {begin[:len(begin)-2] + ", tasks: \"{{c}}\"}\nmatrix: {c: 9999001..9999999}\n", "x:4:46: the plan has more than 10000000 calls in all, in cell c=9999002"},
		"shell":       {command("shell: '" + x(128<<10) + "'"), "x:4:14: a shell text is longer than 131071 bytes, the most that Linux takes"},
		"brackets":    {command("shell: '" + strings.Repeat("$(", 501) + "'"), "x:4:14: the brackets of a shell text are nested deeper than 500"},
		"argument":    {command("command: [echo, '{{t}}{{a}}']") + "matrix: {a: [{label: b, t: '" + x(128<<10) + "'}]}\n", "x:4:23: an argument is longer than 131071 bytes, the most that Linux takes, in cell a=b"},
		"filled":      {command("command: [echo, '{{t}}{{c}}']") + "matrix: {a: [{label: b, t: '" + x(100_000) + "'}], c: 1..1000}\n", "x:4:23: the texts of all cells are longer than 32 MiB together once their names are filled in, in cell a=b c=336"},
		"one text":    {command("command: [echo, '"+strings.Repeat("{{t}}", 400)+"']") + "matrix: {a: [{label: b, t: '" + x(100_000) + "'}]}\n", "x:4:23: the text is longer than 32 MiB once its names are filled in, in cell a=b"},
		"assertions":  {begin + "assert:\n" + strings.Repeat("- time() > 1\n", 1_001), "x:6:1: more than 1000 assertions"},
	} {
		t.Run(name, func(t *testing.T) {
			got, megabytes := refusal(t, c.text, Options{})
			if got != c.want {
				t.Errorf("%.300s\nwant %s", got, c.want)
			}
			if megabytes > 400 {
				t.Errorf("%.0f MB were allocated", megabytes)
			}
		})
	}
}

// TestOptionBounds: the command line has bounds too.
func TestOptionBounds(t *testing.T) {
	text := begin + "matrix: {a: 1..1000}\n"
	for want, opt := range map[string]Options{
		"-D x-a: all -D together are longer than 64 KiB":                                                                         {Define: map[string]string{"x-a": strings.Repeat("[", 70_000)}},
		"-D tags=" + strings.Repeat("[", 39) + "…: an entry of tags takes text, not a list":                                      {Define: map[string]string{"tags": strings.Repeat("[", 900) + strings.Repeat("]", 900)}},
		"--only " + strings.Repeat("a", 39) + "…: all --only together are longer than 64 KiB":                                    {Only: []string{strings.Repeat("a", 70_000)}},
		"--only a=1: all --only take more than 10000000 comparisons with the 1000 cells":                                         {Only: strings.Fields(strings.Repeat("a=1 ", 10_001))},
		"-D timeout=&a [*a]: alias *a stands inside of what it names":                                                            {Define: map[string]string{"timeout": "&a [*a]"}},
		"-D repeats=1000000000000: repeats takes a number of blocks or a mapping with min and max, not the number 1000000000000": {Define: map[string]string{"repeats": "1000000000000"}},
	} {
		if got, _ := refusal(t, text, opt); got != want {
			t.Errorf("%.300s\nwant %s", got, want)
		}
	}
}

// TestNoFile: what is no regular file is refused, and never waited for.
func TestNoFile(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("pipe", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"pipe": "this is no regular file", "link": "this is no regular file", ".": "this is a directory, not a spec", "none": "there is no such file",
		"../../../../../../../../dev/zero": "this is no regular file",
	} {
		file := filepath.Join(dir, "x.yaml")
		if err := os.WriteFile(file, []byte("extends: "+name+"\n"+begin), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, list := Load(file, catalog(), Options{}); len(list) == 0 || !strings.HasSuffix(list[0].Message, ": "+want) {
			t.Errorf("%s: %v", name, list)
		}
	}
	if _, list := Load(filepath.Join(dir, "pipe"), catalog(), Options{}); len(list) != 1 || list[0].Message != "this is no regular file" {
		t.Error(list)
	}
}
