package gates

import (
	"fmt"
	"strings"
	"testing"

	"bench/runner/spec"
)

// compileFiles loads and compiles x.yaml of some files. Its matrix has threads and n.
func compileFiles(t *testing.T, files map[string]string, opt spec.Options) []Check {
	t.Helper()
	catalog := spec.Catalog{Cores: 2,
		Executors: []spec.ExecutorInfo{{Name: "serial"}, {Name: "threads", Workers: true}},
		Builtins:  []spec.BuiltinInfo{{Name: "add", Params: []spec.ParamInfo{{Name: "a", Default: 1}}}},
	}
	opt.Read = func(path string) ([]byte, error) {
		text, known := files[path]
		if !known {
			return nil, fmt.Errorf("no file %s", path)
		}
		return []byte(text), nil
	}
	exp, problems := spec.Load("x.yaml", catalog, opt)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	plan, problems := exp.Plan(catalog, 7, opt)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	checks, problems := Compile(exp, &plan, Options{})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return checks
}

const columnsBase = `version: 1
name: columns
workloads: {w: {builtin: add, args: {a: "{{n}}"}}}
matrix: {executor: [serial, {threads: 2}], n: [1, 2]}
baseline: {executor: serial}
`

// pointed is what stands in its file where a verdict points.
func pointed(t *testing.T, files map[string]string, v *Verdict) string {
	t.Helper()
	text := strings.TrimPrefix(files[v.Pos.File], "\uFEFF")
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	if v.Pos.Line < 1 || v.Pos.Line > len(lines) {
		t.Fatalf("%v is in none of %d lines", v.Pos, len(lines))
	}
	line := []rune(lines[v.Pos.Line-1])
	if v.Pos.Col < 1 || v.EndCol < v.Pos.Col || v.EndCol-1 > len(line) {
		t.Fatalf("%v to %d is not within %q", v.Pos, v.EndCol, string(line))
	}
	return string(line[v.Pos.Col-1 : v.EndCol-1])
}

// A verdict points at the first line of its assertion, whatever way that is written in: no space and no quote beside it,
// nothing cut off.
func TestVerdictPointsAtItsText(t *testing.T) {
	const plain = "speedup(threads=2, n=1) > 0.5"
	for name, test := range map[string]struct{ assert, want string }{
		"a list":                      {"  - " + plain + "\n", plain},
		"a list that is not indented": {"-   " + plain + "   \n", plain},
		"a comment behind":            {"  - " + plain + "   # " + plain + "\n", plain},
		"a flow":                      {"  [time(serial) > 0,   '" + plain + "'  ]\n", plain},
		"check":                       {"  - check: " + plain + "\n", plain},
		"check behind a name":         {"  - name: " + plain + "\n    check:    " + plain + "\n", plain},
		"check in a flow":             {"  - {name: x, check: speedup(threads=2) > 0.5 }\n", "speedup(threads=2) > 0.5"},
		"single quotes":               {"  - '" + plain + "'\n", plain},
		"single quotes in one":        {"  - 'time(''threads=2'', n=1) > 0'\n", "time(''threads=2'', n=1) > 0"},
		"double quotes":               {`  - "` + plain + `"` + "\n", plain},
		"space within the quotes":     {`  - "  ` + plain + `  "` + "\n", plain},
		"escapes":                     {`  - "time(\"threads=2\", n=1) \u003e 0"` + "\n", `time(\"threads=2\", n=1) \u003e 0`},
		"an escape at both ends":      {`  - "\x74ime(threads=2) > \U00000030"` + "\n", `\x74ime(threads=2) > \U00000030`},
		"an escaped tab before":       {`  - "\t` + plain + `\n"` + "\n", plain},
		"plain over two lines":        {"  - speedup(threads=2,   \n      n=1) > 0.5\n", "speedup(threads=2,"},
		"single over two lines":       {"  - 'speedup(threads=2,   \n      n=1) > 0.5'\n", "speedup(threads=2,"},
		"double over two lines":       {"  - \"speedup(threads=2,\\\n      \\  n=1) > 0.5\"\n", "speedup(threads=2,"},
		"text begins a line later":    {"  - \"\n\n      speedup(threads=2,\n      n=1) > 0.5\"\n", "speedup(threads=2,"},
		"a tag and an anchor":         {"  - &a !!str   " + plain + "\n", plain},
		"a literal block":             {"  - |\n    " + plain + "\n", plain},
		"a literal block of two":      {"  - |\n    speedup(threads=2,  \n            n=1) > 0.5\n", "speedup(threads=2,"},
		"a literal block, stripped":   {"  - check: |-\n      " + plain + "\n", plain},
		"a literal block, kept":       {"  - |+\n      " + plain + "\n\n\n", plain},
		"a literal block with indent": {"  - |2\n       " + plain + "\n", plain},
		"empty lines before":          {"  - |\n\n\n    " + plain + "\n", plain},
		"a folded block":              {"  - >\n    speedup(threads=2,\n    n=1)\n    > 0.5\n", "speedup(threads=2,"},
		"a folded block, stripped":    {"  - check: >-   # why\n     speedup(threads=2,   \n     n=1) > 0.5\n", "speedup(threads=2,"},
		"a folded block of one":       {"  - >\n    " + plain + "\n", plain},
		"é before":                    {"  - {name: é, check: time(threads=2) > 0}\n", "time(threads=2) > 0"},
		"emoji before":                {"  - {name: 🚀👩‍🔬, check: time(threads=2) > 0}\n", "time(threads=2) > 0"},
		"CJK before":                  {"  - {name: 日本語の, check: 'time(threads=2) > 0'}\n", "time(threads=2) > 0"},
		"unicode within":              {"  - time(threads=2) > 0 and os != \"é🚀日\"\n", `time(threads=2) > 0 and os != "é🚀日"`},
		"tabs":                        {"  - check:\t\t" + plain + "\t# why\n", plain},
		"tabs within":                 {"  - speedup(threads=2,\tn=1)\t> 0.5\n", "speedup(threads=2,\tn=1)\t> 0.5"},
		"carriage returns":            {"  - |\r\n    " + plain + "\r\n", plain},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{"x.yaml": columnsBase + "assert:\n" + test.assert}
			checks := compileFiles(t, files, spec.Options{})
			v := checks[len(checks)-1].verdict()
			if got := pointed(t, files, &v); got != test.want {
				t.Errorf("%v to %d is %q, want %q\n%s", v.Pos, v.EndCol, got, test.want, test.assert)
			}
		})
	}
}

// Each check of an assertion points at it, and at the file that it stands in.
func TestVerdictPointsIntoItsFile(t *testing.T) {
	files := map[string]string{
		"base.yaml": "\uFEFF# a base\n" + columnsBase + "assert:\n  - time(threads=2) < 10\n",
		"x.yaml":    "extends: base.yaml\nname: child\nprofiles:\n  quick: {assert: ['time(serial) < 20']}\n",
	}
	for profile, want := range map[string]string{
		"":      "base.yaml time(threads=2) < 10 n=1; base.yaml time(threads=2) < 10 n=2",
		"quick": "x.yaml time(serial) < 20 n=1; x.yaml time(serial) < 20 n=2",
	} {
		var got []string
		for _, c := range compileFiles(t, files, spec.Options{Profile: profile}) {
			v := c.verdict()
			got = append(got, fmt.Sprintf("%s %s %s=%v", v.Pos.File, pointed(t, files, &v), v.Binding[0].Name, v.Binding[0].Value))
		}
		if strings.Join(got, "; ") != want {
			t.Errorf("profile %q: %s, want %s", profile, strings.Join(got, "; "), want)
		}
	}
}
