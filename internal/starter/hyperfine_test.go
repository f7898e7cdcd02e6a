package starter

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

var update = flag.Bool("update", false, "write the goldens again")

// document is a spec as YAML has it.
type document struct {
	Version   int
	Name      string
	Workloads yaml.Node
	Matrix    yaml.Node
	Baseline  map[string]any
	Repeats   struct{ Min, Warmup int }
	Timeout   string
}

// parsed is a workload as YAML has it.
type parsed struct {
	Command []string
	Shell   *string
	Dir     string
	Stdin   string
	Env     map[string]string
	Exit    any
	Prepare yaml.Node
	Cleanup yaml.Node
	Verify  string
}

func parse(t *testing.T, text string) (document, map[string]parsed) {
	t.Helper()
	var d document
	dec := yaml.NewDecoder(strings.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(&d); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	works := map[string]parsed{}
	if err := d.Workloads.Decode(&works); err != nil || len(works) == 0 {
		t.Fatalf("%v\n%s", err, text)
	}
	return d, works
}

// Each call of hyperfine in testdata has its spec beside it, byte for byte.
func TestGoldens(t *testing.T) {
	calls, err := filepath.Glob("testdata/hyperfine/*.sh")
	if err != nil || len(calls) < 12 {
		t.Fatalf("%d calls: %v", len(calls), err)
	}
	for _, file := range calls {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".sh"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			spec, err := Hyperfine{Text: string(text), Name: "first", Dir: ".."}.Spec()
			if err != nil {
				t.Fatal(err)
			}
			parse(t, spec.Text)
			golden := strings.TrimSuffix(file, ".sh") + ".yaml"
			if *update {
				if err := os.WriteFile(golden, []byte(spec.Text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if spec.Text != string(want) {
				t.Errorf("%s is not what comes of it now (-update writes it again):\n%s", golden, spec.Text)
			}
			for _, n := range spec.Notes {
				if !strings.Contains(spec.Text, n) {
					t.Errorf("the spec does not say: %s", n)
				}
			}
		})
	}
}

// quoted writes a text for a shell.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// awkward texts must come through as they are.
var awkward = []string{"a: b", "a #b", "'", `"`, `'"`, `\`, `'"\`, "a\nb", "a\n", "\na", " a", "a ", "a\tb", "\ta\nb", "a\n  b", "a\n\nb\n", "a\n \nb", "a\n\n", "-", "- a", "--- a", "...",
	"? a", "[a", "{a", "}}", "*a", "&a", "!a", "|", ">", "%a", "@a", "`a", "é", "日本", "\u0085", "\u2028", "\ufeff", "😀", "\x1b[31m", "\x7f", "null", "true", "~", "1", "0x1", "1e3", "1..4", "yes", "=", "<<", ".inf",
	"-.inf", "2001-01-01", "a:", "a: ", ":a", "#a", "a,b", "1:30", "0.3", "a\r\nb", "a\rb", "\ufffd", "\u00a0", "-inf", "--", "- ", "a \nb", "a\n\tb", "sleep 1 ", "echo '{'", "echo $((1 + {n}))"}

// Whatever a command, a value or a name is: YAML gives the same text back.
func TestAnyTextSurvives(t *testing.T) {
	for _, s := range awkward {
		clean := strings.ReplaceAll(s, "\r\n", "\n") // that is what ends the lines of the script too
		line := "X=" + quoted(s) + " hyperfine --input " + quoted("in"+s) + " -S " + quoted("zsh "+quoted("-"+s)) + " -p " + quoted("x"+s) + " -c " + quoted("y"+s) + " -- " + quoted("z"+s)
		spec, err := Hyperfine{Text: line, Name: "first"}.Spec()
		if err != nil {
			t.Errorf("%q: %v", s, err)
			continue
		}
		_, works := parse(t, spec.Text)
		for _, w := range works {
			if want := []string{"zsh", "-" + clean, "-c", "z" + clean}; !slices.Equal(w.Command, want) {
				t.Errorf("%q: the command is %q, want %q\n%s", s, w.Command, want, spec.Text)
			}
			if w.Env["X"] != clean || w.Stdin != "in"+clean {
				t.Errorf("%q: env %q, stdin %q\n%s", s, w.Env["X"], w.Stdin, spec.Text)
			}
		}
	}
}

func TestShellTextsSurvive(t *testing.T) {
	for _, s := range awkward {
		for _, whole := range []string{"cat; " + s, s + "; cat", "x; " + s + "\n" + s} {
			line := "hyperfine --prepare=" + quoted(whole) + " --cleanup=" + quoted(whole) + " -- " + quoted(whole)
			spec, err := Hyperfine{Text: line, Name: "first"}.Spec()
			if err != nil {
				t.Errorf("%q: %v", whole, err)
				continue
			}
			_, works := parse(t, spec.Text)
			want := "set +e +o pipefail # as in sh -c: what fails ends neither the text nor a pipe\n" + strings.ReplaceAll(whole, "\r\n", "\n")
			for _, w := range works {
				var before struct{ Each, Shell string }
				var after string
				if err := errors.Join(w.Prepare.Decode(&before), w.Cleanup.Decode(&after)); err != nil {
					t.Fatal(err)
				}
				if w.Shell == nil || *w.Shell != want || before.Shell != want || before.Each != "trial" || after != want {
					t.Errorf("%q became\n%s", want, spec.Text)
				}
			}
		}
	}
}

func TestScalar(t *testing.T) {
	for _, s := range append([]string{""}, awkward...) {
		var got struct{ A, B, C any }
		var items []any
		text := "a: " + scalar(s) + "\nb: " + sentence(s) + "   # c\nc: " + block(s, "  ") + "\n"
		if err := yaml.Unmarshal([]byte(text), &got); err != nil || got.A != s || got.B != s || got.C != s {
			t.Errorf("%q became %q: %v\n%s", s, got, err, text)
		}
		if err := yaml.Unmarshal([]byte(list([]string{s, s})), &items); err != nil || len(items) != 2 || items[0] != s {
			t.Errorf("%q became %q: %v", s, items, err)
		}
	}
}

// What each option does to the spec.
func TestOptions(t *testing.T) {
	for _, c := range []struct {
		line string
		want func(document, parsed) bool
	}{
		{"hyperfine x", func(d document, w parsed) bool {
			return d.Repeats.Min == 10 && d.Repeats.Warmup == 0 && slices.Equal(w.Command, []string{"x"}) && w.Dir == ""
		}},
		{"hyperfine -w3 -r=7 x", func(d document, w parsed) bool { return d.Repeats.Min == 7 && d.Repeats.Warmup == 3 }},
		{"hyperfine --warmup=3 --min-runs 4 -M 9 x", func(d document, w parsed) bool { return d.Repeats.Min == 4 && d.Repeats.Warmup == 3 }},
		{"hyperfine -M 4 x", func(d document, w parsed) bool { return d.Repeats.Min == 4 }},
		{"hyperfine x -N", func(d document, w parsed) bool { return slices.Equal(w.Command, []string{"x"}) }},
		{`hyperfine -N 'a "b c" $HOME'`, func(d document, w parsed) bool { return slices.Equal(w.Command, []string{"a", "b c", "$HOME"}) }},
		{"hyperfine -S none 'a b'", func(d document, w parsed) bool { return slices.Equal(w.Command, []string{"a", "b"}) }},
		{"hyperfine -S default -S 'dash -x' 'a b'", func(d document, w parsed) bool { return slices.Equal(w.Command, []string{"dash", "-x", "-c", "a b"}) }},
		{"hyperfine --shell=default 'cd /'", func(d document, w parsed) bool { return *w.Shell == "cd /" }},
		{"hyperfine 'A=1 b'", func(d document, w parsed) bool { return *w.Shell == "A=1 b" }},
		{"hyperfine -i=3,0,4 x", func(d document, w parsed) bool { return fmt.Sprint(w.Exit) == "[0 3 4]" }},
		{"hyperfine -i x", func(d document, w parsed) bool { return w.Exit == "any" }},
		{"hyperfine --input null x", func(d document, w parsed) bool { return w.Stdin == "" }},
		{"hyperfine -L n 1,2 'x {n} {m}'", func(d document, w parsed) bool { return *w.Shell == "x {{n}} {m}" }},
		{"hyperfine -Ln 1,2 'x {n}'", func(d document, w parsed) bool {
			return slices.Equal(w.Command, []string{"x", "{{n}}"}) && d.Baseline["n"] == 1 && w.Verify == "exit == 0"
		}},
		{"hyperfine -i=2 -L n 1,2 'x {n}'", func(d document, w parsed) bool { return w.Verify == "exit in [0, 2]" }},
		{"/usr/bin/hyperfine -- x", func(d document, w parsed) bool { return slices.Equal(w.Command, []string{"x"}) }},
		{"time hyperfine x | tee y", func(d document, w parsed) bool { return slices.Equal(w.Command, []string{"x"}) }},
	} {
		spec, err := Hyperfine{Text: c.line, Name: "first"}.Spec()
		if err != nil {
			t.Errorf("%s: %v", c.line, err)
			continue
		}
		d, works := parse(t, spec.Text)
		for _, w := range works {
			if len(works) != 1 || !c.want(d, w) {
				t.Errorf("%s became\n%s", c.line, spec.Text)
			}
		}
	}
}

// A program with a slash and a file that is read count from the spec's directory, arguments from the working directory.
func TestDirectories(t *testing.T) {
	spec, err := Hyperfine{Text: "hyperfine -N --input in './a ./b' '/c ./d' 'e ./f'", Name: "first", Dir: "../.."}.Spec()
	if err != nil {
		t.Fatal(err)
	}
	_, works := parse(t, spec.Text)
	for name, want := range map[string][]string{"a": {"../../a", "./b"}, "c": {"/c", "./d"}, "e": {"e", "./f"}} {
		if w := works[name]; !slices.Equal(w.Command, want) || w.Dir != "../.." || w.Stdin != "../../in" {
			t.Errorf("%s became %+v, want %q", name, w, want)
		}
	}
	spec, err = Hyperfine{Text: "hyperfine -L x ./a,./b '{x} c'", Name: "first", Dir: ".."}.Spec()
	if err != nil {
		t.Fatal(err)
	}
	if _, works := parse(t, spec.Text); works["x"].Shell == nil || *works["x"].Shell != "{{x}} c" {
		t.Errorf("a level that is a path is found in the working directory only by a shell:\n%s", spec.Text)
	}
}

func TestWorkloadNames(t *testing.T) {
	spec, err := Hyperfine{Text: `hyperfine -n 'new: {x}' -n '' -n '***' a '/usr/bin/b c' d 'A=1 b' true`, Name: "first"}.Spec()
	if err != nil {
		t.Fatal(err)
	}
	d, works := parse(t, spec.Text)
	for _, name := range []string{"new-x", "b", "command", "b-2", "true"} {
		if _, is := works[name]; !is {
			t.Errorf("there is no workload %q:\n%s", name, spec.Text)
		}
	}
	if d.Baseline["workload"] != "new-x" {
		t.Errorf("the baseline is %v", d.Baseline)
	}
}
