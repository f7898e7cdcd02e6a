package shell

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
)

// fill puts variables where {} stands in a text, and fails the test where none can stand.
func fill(t *testing.T, text string) (string, []Place) {
	t.Helper()
	var spans []Span
	for at := 0; ; {
		i := strings.Index(text[at:], "{{v}}")
		if i < 0 {
			break
		}
		spans = append(spans, Span{at + i, at + i + 5})
		at += i + 5
	}
	places, err := Places(text, spans)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	var b strings.Builder
	at := 0
	for i, s := range spans {
		b.WriteString(text[at:s.From] + places[i].Variable("V"))
		at = s.To
	}
	return b.String() + text[at:], places
}

// hostile values must come through as they are.
var hostile = []string{"plain", "two words", "a'b", `a"b`, "a;b", "$(exit 9)", "`exit 9`", "a\nb", `back\slash`, "*", "~", "{a,b}", "", "-n", "\xff\xfe", "EOF", "!!", "#x"}

func TestVariablesStayWhole(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash: ", err)
	}
	for _, text := range []string{
		`printf '<%s>' {{v}}`,
		`printf '<%s>' "{{v}}"`,
		`printf '<%s>' '{{v}}'`,
		`printf '<%s>' $'{{v}}'`,
		`X={{v}}; printf '<%s>' "$X"`,
		`export X="{{v}}"; printf '<%s>' "$X"`,
		"printf '<%s>' \"$(printf %s {{v}}; printf x)\" | sed 's/x>$/>/'",
		"Y=\"$(printf %sx \"{{v}}\")\"; printf '<%s>' \"${Y%x}\"",
		`f() { printf '<%s>' {{v}}; }; f`,
		`for x in {{v}}; do printf '<%s>' "$x"; done`,
		`[[ {{v}} == {{v}} ]] && printf '<%s>' {{v}}`,
		`case {{v}} in {{v}}) printf '<%s>' {{v}};; esac`,
		`A=({{v}}); printf '<%s>' "${A[0]}"`,
		`printf '<%s>' ${unset_name-{{v}}}`,
		`printf '<%s>' "${unset_name-{{v}}}"`,
		`X={{v}}x; printf '<%s>' "${X%x}"; true "${X##{{v}}}"`,
		`X=a; Y="${X/a/{{v}}}"; printf '<%s>' "$Y"`,
		`X={{v}}tail; Y="${X#{{v}}}"; [ "$Y" = tail ] && printf '<%s>' {{v}}`,
		`awk 'BEGIN{if(1){x=1}}' </dev/null; printf '<%s>' {{v}}`,
		`printf '<%s>' {{v}} # {{v}}`,
		`if true; then printf '<%s>' {{v}}; fi`,
		"printf '<'; cat <<X; printf x\n{{v}}\nX\nprintf '>'",
	} {
		script, places := fill(t, text)
		for _, v := range hostile {
			want := "<" + v + ">"
			if strings.Contains(text, "<<X") {
				want = "<" + v + "\nx>"
			}
			c := exec.Command(bash, "--noprofile", "--norc", "-p", "-eo", "pipefail", "-c", script)
			c.Env = append(c.Environ(), "V="+v, "LC_ALL=C")
			var stderr bytes.Buffer
			c.Stderr = &stderr
			out, err := c.Output()
			if err != nil || string(out) != want {
				t.Errorf("%s (%v)\n%s\nwith %q: %q, want %q: %v %s", text, places, script, v, out, want, err, &stderr)
			}
		}
	}
}

func TestPlacesWithoutVariables(t *testing.T) {
	for _, text := range []string{`{{v}}=5`, `echo ${{{v}}}`, "cat <<'X'\n{{v}}\nX", "cat <<\"X\"\n{{v}}\nX", `{{v}}() { true; }`, `for {{v}} in a; do true; done`,
		`echo $(( {{v}} + 1 ))`, `(( {{v}} ))`, `echo ${a[{{v}}]}`, `echo ${x:{{v}}}`, `for ((i={{v}};i<2;i++)); do true; done`, `[[ {{v}} -eq 0 ]]`, `[[ 0 -lt {{v}} ]]`,
		`let x={{v}}`, `a[{{v}}]=1`, `[[ -v {{v}} ]]`, `echo "${x:-'{{v}}'}"`, `echo "${x:-"{{v}}"}"`, `echo "$(( {{v}} ))"`} {
		if _, places := fill(t, text); places[0] != Nowhere {
			t.Errorf("%s: %v", text, places)
		}
	}
}

func TestErrorsHavePlaces(t *testing.T) {
	for text, offset := range map[string]int{"echo 'a": 5, "if true; then echo": 0, "a | | b": 2, "echo )": 5} {
		_, err := Places(text, nil)
		if e, ok := err.(*Error); !ok || e.Offset != offset {
			t.Errorf("%s: %#v, want offset %d", text, err, offset)
		}
	}
}

func TestWords(t *testing.T) {
	for line, want := range map[string]string{
		`sort -n file`:          "sort|-n|file",
		`a 'b c' "d \"e\" $"`:   `a|b c|d "e" $`,
		"a \\\n  b":             "a|b",
		`a\ b c`:                "a b|c",
		`a "" ''`:               "a||",
		`ls *.go`:               "ls|*.go!",
		`ls \*.go '*'`:          "ls|*.go|*",
		`echo $HOME x$(y)z`:     "echo|$HOME!|x$(y)z!",
		`echo ~ a~ {a,b} {n}`:   "echo|~!|a~|{a,b}!|{n}",
		`echo "$HOME"`:          "echo|$HOME!",
		`a | b`:                 "",
		`A=1 b`:                 "",
		`a > b`:                 "",
		`a; b`:                  "",
		`! a`:                   "",
		``:                      "",
		`hyperfine 'sleep {n}'`: "hyperfine|sleep {n}",
		`x --a="b c"'d'`:        "x|--a=b cd",
	} {
		words, err := Words(line)
		var got []string
		for _, w := range words {
			text := w.Text
			if w.Expands {
				text += "!"
			}
			got = append(got, text)
		}
		if strings.Join(got, "|") != want || err != nil {
			t.Errorf("%s: %q %v, want %q", line, strings.Join(got, "|"), err, want)
		}
	}
}

func FuzzPlaces(f *testing.F) {
	for _, s := range []string{"echo {{v}}", "cat <<X\n{{v}}\nX", `"$( {{v}} )"`, "((1+{{v}}))", "${a/{{v}}/b}", "`{{v}}`"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var spans []Span
		if i := strings.Index(text, "{{v}}"); i >= 0 {
			spans = append(spans, Span{i, i + 5})
		}
		if places, err := Places(text, spans); err == nil && len(places) != len(spans) {
			t.Fatal(places)
		}
		_, _ = Words(text)
	})
}
