package starter

import (
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

func TestFirst(t *testing.T) {
	for _, kind := range Kinds {
		spec, beside, function, err := First(kind, "true")
		if err != nil {
			t.Fatal(err)
		}
		var d map[string]any
		if err := yaml.Unmarshal([]byte(spec), &d); err != nil || d["name"] != "true" {
			t.Errorf("%s: the name is %v: %v", kind, d["name"], err)
		}
		if (kind == "python") != (beside != "") || (kind == "python") != strings.Contains(function, "def count_primes(n):") || !strings.Contains(spec, beside+":"[:min(len(beside), 1)]) {
			t.Errorf("%s: %q beside it has\n%s", kind, beside, function)
		}
	}
	if _, _, _, err := First("pyhton", "x"); err == nil || !strings.Contains(err.Error(), strings.Join(Kinds, ", ")) {
		t.Error(err)
	}
}

func TestName(t *testing.T) {
	for text, want := range map[string]string{"first": "first", "a b.c_d": "a-b.c_d", "": "first", "...": "first", "-": "first", "é": "first", "_x-": "x", "1": "1", "a  é b": "a-b"} {
		if got := Name(text); got != want {
			t.Errorf("%q is called %q, want %q", text, got, want)
		}
	}
	if n := len(Name(strings.Repeat("a", 300))); n != 60 {
		t.Errorf("%d letters", n)
	}
}

func TestLevels(t *testing.T) {
	for line, want := range map[string]string{
		"-L n 1,2":                           "n: [1, 2]",
		"-L n 1.5,-2,0.25":                   "n: [1.5, -2, 0.25]",
		"-L n 01,1.0,1e3,0x1,+1,1_0,.5,3.10": `n: ["01", "1.0", "1e3", "0x1", "+1", "1_0", ".5", "3.10"]`,
		"-L n 99999999999999999999,0.00001":  `n: ["99999999999999999999", "0.00001"]`,
		`-L n 'a\,b,c\\,\d,,'`:               `n: ["a,b", 'c\', '\d', "", ""]`,
		"-L n 1..4,cores,1..cores":           `n: [{label: "1..4"}, cores, {label: "1..cores"}]`,
		"-P n 1 3":                           "n: [1, 2, 3]",
		"-P n -1 1":                          "n: [-1, 0, 1]",
		"-P n 1 9":                           "n: 1..9",
		"-P n 1 9 -D 1":                      "n: 1..9",
		"-P n 1 9 -D 3":                      "n: [1, 4, 7]",
		"-P n 0 1 -D 0.25":                   "n: [0, 0.25, 0.5, 0.75, 1]",
		"-P n 0.1 0.35 -D 0.1":               "n: [0.1, 0.2, 0.3]",
		"-P n 0.10 0.10 -D 0.1":              "n: [0.1]",
		"-P n 5 5":                           "n: [5]",
		"-P n 1 100000":                      "n: 1..100000",
		"-P n 9999999999999 9999999999999":   "n: [9999999999999]",
		"-L a-b 1":                           "a_b: [1]   # a-b there",
		"-L 1a 1":                            "p_1a: [1]   # 1a there",
		"-L result 1":                        "p_result: [1]   # result there",
		"-L true 1":                          "p_true: [1]   # true there",
		"-L y 1":                             "y: [1]",
		"-L é 1":                             "_: [1]   # é there",
	} {
		spec, err := Hyperfine{Text: "hyperfine x " + line, Name: "first"}.Spec()
		if err != nil || !slices.Contains(strings.Split(spec.Text, "\n"), "  "+want) {
			t.Errorf("%s: %v, want %s\n%s", line, err, want, spec.Text)
		}
	}
	spec, err := Hyperfine{Text: "hyperfine -L a-b 1 -L a_b 2 -L a.b 3 'x {a_b} {a-b} {a.b}'", Name: "first"}.Spec()
	if err != nil || !strings.Contains(spec.Text, `command: [x, "{{a_b_2}}", "{{a_b}}", "{{a_b_3}}"]`) {
		t.Errorf("%v\n%s", err, spec.Text)
	}
}
