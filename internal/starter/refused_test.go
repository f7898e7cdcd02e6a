package starter

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// What is refused is refused at its place, and no text comes of it.
func TestRefused(t *testing.T) {
	for _, c := range []struct{ text, place, message string }{
		{"hyperfine --warmpu 3 x", "1:11+8", "hyperfine has no option --warmpu"},
		{"hyperfine \\\n  -w 3 \\\n  --no-shell x", "3:3+10", "hyperfine has no option --no-shell"},
		{"hyperfine -z x", "1:11+2", "hyperfine has no option -z"},
		{"hyperfine -Nz x", "1:11+3", "hyperfine has no option -z"},
		{"hyperfine -Né x", "1:11+3", "hyperfine has no option -é"},
		{"hyperfine x -w", "1:13+2", "-w wants a value, and there is none"},
		{"hyperfine -w -N x", "1:11+2", "-w wants a value, and there is none"},
		{"hyperfine x -P n 1", "1:13+2", "-P wants 3 values, and there are only 2"},
		{"hyperfine x --parameter-list n", "1:13+16", "--parameter-list wants 2 values, and there is only one"},
		{"hyperfine -w 3 -w 4 x", "1:16+2", "--warmup is given twice"},
		{"hyperfine -N=3 x", "1:11+4", "-N takes no value"},
		{"hyperfine --show-output=yes x", "1:11+17", "--show-output takes no value"},
		{"hyperfine -w x y", "1:14+1", "--warmup x cannot be"},
		{"hyperfine -r 0 y", "1:14+1", "--runs 0 cannot be"},
		{"hyperfine -r 3 -m 3 y", "1:16+2", "--runs and --min-runs exclude each other"},
		{"hyperfine -m 30 -M 3 y", "1:14+2", "--min-runs 30 is more than --max-runs 3"},
		{"hyperfine -N -S sh y", "1:14+2", "-N and --shell exclude each other"},
		{"hyperfine -D 3 y", "1:11+2", "--parameter-step-size needs --parameter-scan"},
		{"hyperfine -P n 1 2 -L m 1 y", "1:20+2", "--parameter-scan and --parameter-list exclude each other"},
		{"hyperfine -P n a 2 y", "1:16+1", `"a" is no number`},
		{"hyperfine -P n 1 2 -D 0 y", "1:23+1", "a step of 0 never arrives"},
		{"hyperfine -P n 3 2 y", "1:16+1", "there is no value from 3 to 2"},
		{"hyperfine -P n 0.1 2 y", "1:11+2", "decimal numbers need a step"},
		{"hyperfine -P n 0 1 -D 0.0001 y", "1:11+2", "n has more than 1000 values"},
		{"hyperfine -P n 0 100000000000 y", "1:11+2", "n has more than 100000 values"},
		{"hyperfine -L n 1 -L n 2 y", "1:21+1", "the parameter n is there twice"},
		{"hyperfine -L '' 1 y", "1:14+2", `"" cannot be the name of a parameter`},
		{"hyperfine --reference-name x y", "1:11+16", "--reference-name needs --reference"},
		{"hyperfine -n a -n b y", "1:16+2", "there are 2 names for 1 commands"},
		{"hyperfine -p a -p b -p c x y", "1:21+2", "--prepare is there 3 times for 2 commands"},
		{"hyperfine -i=x y", "1:11+4", `"x" is no exit status`},
		{"hyperfine 'a {{b}}'", "1:11+9", "{{b}} cannot be carried over: in a spec {{ begins the name of a level"},
		{"hyperfine -L n '{{,' x", "1:16+5", "{{, cannot be carried over: in a spec {{ begins the name of a level"},
		{"hyperfine -p '{{' x", "1:14+4", "{{ cannot be carried over: in a spec {{ begins the name of a level"},
		{"X='{{' hyperfine x", "1:1+6", "{{ cannot be carried over: in a spec {{ begins the name of a level"},
		{"hyperfine \"x $HOME\"", "1:14+5", "a shell would expand $HOME: only what stands for itself can be carried over"},
		{"hyperfine 'é' a$(date)", "1:16+7", "a shell would expand $(date): only what stands for itself can be carried over"},
		{"hyperfine a`ls -l`", "1:12+3", "a shell would expand `ls: only what stands for itself can be carried over"},
		{"hyperfine $'a'", "1:11+4", "a shell would expand $'a': only what stands for itself can be carried over"},
		{"hyperfine *.sh", "1:11+4", "a shell would expand *.sh: only what stands for itself can be carried over"},
		{"hyperfine ~/a", "1:11+3", "a shell would expand ~/a: only what stands for itself can be carried over"},
		{"hyperfine {a,b}", "1:11+5", "a shell would expand {a,b}: only what stands for itself can be carried over"},
		{"hyperfine 'x", "1:11+1", "what begins here is not closed"},
		{"hyperfine", "1:1+9", "there is no command to measure in it"},
		{"hyperfine ' '", "1:11+3", "an empty command cannot be run"},
		{"hyperfine --help", "1:11+6", "with --help hyperfine measures nothing"},
		{"hyperfine -N 'a \"b'", "1:14+6", `without a shell this is no command: a "b`},
		{"hyperfine -S '' b", "1:14+2", `"" is no shell`},
		{"hyperfine" + strings.Repeat(" a", 2000), "1:1+4009", "there are more than 2000 words"},
		{"hyperfine -- -x --", "", ""}, // two commands
		{"echo hyperfine", "0:0+0", "there is no call of hyperfine in it"},
		{"hyperfine a\n\nif x; then hyperfine b; fi", "0:0+0", "hyperfine is called 2 times: in the lines 1, 3"},
		{"hyperfine a\x00", "0:0+0", "this is no text: it has bytes that are no characters"},
		{"hyperfine a\xff", "0:0+0", "this is no text: it has bytes that are no characters"},
	} {
		spec, err := Hyperfine{Text: c.text, Name: "first"}.Spec()
		if c.message == "" {
			if err != nil {
				t.Errorf("%s: %v", c.text, err)
			}
			continue
		}
		var p *Problem
		if !errors.As(err, &p) {
			t.Errorf("%s is not refused: %v\n%s", c.text, err, spec.Text)
			continue
		}
		if place := fmt.Sprintf("%d:%d+%d", p.Line, p.Col, p.Width); place != c.place || p.Message != c.message || spec.Text != "" {
			t.Errorf("%s:\ngot  %s %s\nwant %s %s", c.text, place, p.Message, c.place, c.message)
		}
		if p.Hint == "" && p.Among == nil && !strings.Contains(p.Message, "wants") && !strings.Contains(p.Message, "no text") {
			t.Errorf("%s: what to do next is not said", c.text)
		}
	}
}

func TestNth(t *testing.T) {
	const script = "hyperfine a\nhyperfine \"$X\"\nfor i in 1; do hyperfine c; done\nx=$(hyperfine d)\n"
	for nth, want := range map[int]string{1: "[a]", 3: "[c]", 4: "[d]"} {
		spec, err := Hyperfine{Text: script, Nth: nth, Name: "first"}.Spec()
		if err != nil || !strings.Contains(spec.Text, "command: "+want) {
			t.Errorf("%d: %v\n%s", nth, err, spec.Text)
		}
	}
	for nth, want := range map[int]string{2: "2:12: a shell would expand $X", 5: "hyperfine is called only 4 times, in the lines 1, 2, 3, 4"} {
		if _, err := (Hyperfine{Text: script, Nth: nth, Name: "first"}).Spec(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%d: %v, want %s", nth, err, want)
		}
	}
}

func TestNotes(t *testing.T) {
	for line, want := range map[string]string{
		"hyperfine --export-csv x y":                "--export-csv is not carried over",
		"hyperfine -s a -p b y":                     "--setup is not carried over",
		"hyperfine -c a -C b y":                     "--cleanup is not carried over",
		"hyperfine -s a y z":                        "--setup: the cells take turns",
		"hyperfine -M 3 y":                          "--max-runs is not carried over",
		"hyperfine y > out":                         "> out is not carried over",
		"hyperfine -L label a 'y {label}'":          "the parameter label is called p_label",
		"hyperfine -L x 'a b' 'y {x}'":              `the value "a b" of x is handed over as one word`,
		"hyperfine -L x a,b -n 1 -n 2 'y {x}'":      "the names of --command-name are not carried over",
		"hyperfine 'y > out-$HYPERFINE_ITERATION'":  "HYPERFINE_ITERATION and the like are not set",
		"hyperfine --min-benchmarking-time 10 true": "--min-benchmarking-time is not carried over",
	} {
		spec, err := Hyperfine{Text: line, Name: "first"}.Spec()
		if err != nil || len(spec.Notes) != 1 || !strings.HasPrefix(spec.Notes[0], want) || !strings.Contains(spec.Text, "# - "+want) {
			t.Errorf("%s: %v, %q, want %q", line, err, spec.Notes, want)
		}
	}
	for _, line := range []string{"hyperfine -w 1 -r 2 -N y", "hyperfine -L x 'a b' -S zsh 'y {x}'", "hyperfine -L x 'a b' 'y'", "hyperfine -P x 1 3 'y {x}'"} {
		if spec, err := (Hyperfine{Text: line, Name: "first"}).Spec(); err != nil || len(spec.Notes) != 0 {
			t.Errorf("%s: %v, %q", line, err, spec.Notes)
		}
	}
}
