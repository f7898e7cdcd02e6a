package expression

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"bench/runner/internal/diag"
)

var update = flag.Bool("update", false, "write the golden files")

// refusedTexts are what people get wrong; the golden file holds what they are told.
var refusedTexts = []string{
	``, `   `, `sppedup(procs=2) > 1`, `speedup(procs=2 > 1`, `speedup(procs=2)) > 1`, `all([1, 2), # > 1)`,
	`time(serial, stat="median) < 1`, `'abc`, "`abc", `speedup(procs=2) = 3`, `cores = 2 and os = "linux"`, `corse > 1`, `os == linux`,
	`speedup(runtime=py2) > 1`, `speedup > 1`, `time(serial)`, `speedup(procs=2) and cores > 1`, `time(serial) < 10ms`, `time(serial) < 5%`,
	`time(serial, stat="meen") < 1`, `time(serial, stat=3) < 1`, `half(z=3) > 1`, `half(1, 2, 3) > 1`, `half(x="a") > 1`, `half(n=1.5) > 1`,
	`time(2) > 1`, `time([1]) > 1`, `time(cores) > 1`, `time(serial, serial) > 1 and time(a=1, a=2) > 1`, `speedup(chunk-size=2) > 1`,
	`speedup("chunk-size"=2) > 1`, `speedup(procs={"a": 1}) > 1`, `speedup(procs=nil) > 1`, `time(serial) > memory(serial)`,
	`time(serial) + memory(serial) > 1`, `now() > 1`, `date("2020-01-01") > 1`, `repeat("a", 9) == ""`, `reduce([1], # + 1) > 1`, `keys({}) == []`,
	`let x = 1; x > 1`, `1 > 0; 2 > 1`, `os.upper() == "A"`, `cores.x > 1`, `if cores > 1 { true } else { false }`, `cores > 1 cores < 3`, `cores & 1`,
	`cores => 1`, `cores >`, `> 1`, `os > 1`, `-os == "a"`, `1 % 0 > 1`, `1 / 0 > 1`, `0 ** -1 > 1`, `"a" matches "("`, `all(cores, # > 1)`, `all([1], #)`, `all([1], # + )`,
	`# > 1`, `"\q" == "a"`, `cores > 1 @ 2`, `/* open`, `$env["cores"] > 1`, `cores[0] > 1`, `speedup(procs=corse, prcos=9) > speedup(x=y)`, `99999999999999999999 > 1`,
	`x.y > 1`, `speedup(procs=2) > 1 |`, `not cores`, `min > 1 and h > ms > kb`, `1 in cores`, `frobnicate(a=b, 3) > 1`,
}

func TestRefusals(t *testing.T) {
	var out bytes.Buffer
	for _, text := range refusedTexts {
		_, problems := Compile(diag.Text{String: text, At: func(offset int) diag.Pos {
			return diag.Pos{File: "x.yaml", Line: 1, Col: 1 + offset}
		}}, scope)
		if len(problems) == 0 {
			t.Errorf("not refused: %s", text)
		}
		diag.Print(&out, problems, func(string, int) (string, bool) { return text, true })
		out.WriteByte('\n')
	}
	golden(t, "testdata/refused.golden", out.Bytes())
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (go test -update writes it):\n%s", path, got)
	}
}
