package spec

import (
	"fmt"
	"strings"
	"testing"

	"bench/runner/internal/diag"
)

func TestTemplates(t *testing.T) {
	values := map[string]any{"n": 3, "f": 0.5, "s": "é", "b": true, "list": []any{1, 2}}
	get := func(name string) (any, bool) { v, ok := values[name]; return v, ok }
	tests := []struct {
		text string
		want any
		at   string // rune offsets of the names
	}{
		{"plain", "plain", ""},
		{"{{n}}", 3, "0"},
		{"{{ n }}", 3, "0"},
		{"{{f}}", 0.5, "0"},
		{"{{list}}", []any{1, 2}, "0"},
		{"n={{n}}", "n=3", "2"},
		{"é{{s}}{{b}}-{{f}}", "éétrue-0.5", "1 6 12"},
		{"{ {{n}} }", "{ 3 }", "2"},
		{"}} {{n}}", "}} 3", "3"},
	}
	for _, tt := range tests {
		var list diag.List
		f := readField(&value{kind: isText, text: tt.text, data: tt.text}, &list)
		got, missing := f.fill(get)
		if len(list) > 0 || missing != "" || fmt.Sprintf("%#v", got) != fmt.Sprintf("%#v", tt.want) {
			t.Errorf("%q gives %#v, missing %q, %v; want %#v", tt.text, got, missing, list, tt.want)
		}
		var at []string
		f.names(func(_ *value, p part) { at = append(at, fmt.Sprint(p.at)) })
		if strings.Join(at, " ") != tt.at {
			t.Errorf("%q has names at %v, want %s", tt.text, at, tt.at)
		}
	}
	var list diag.List
	f := readField(&value{kind: isText, text: "{{n}} {{gone}}"}, &list)
	if _, missing := f.fill(get); missing != "gone" {
		t.Errorf("missing is %q", missing)
	}
}

func TestTemplatesRefused(t *testing.T) {
	for text, want := range map[string]string{
		"{{n":       "0 {{ is not closed with }}",
		"é {{}}":    "2 {{}} is not a name",
		"{{a b}}":   "0 {{a b}} is not a name",
		"{{n}}{{{":  "5 {{ is not closed with }}",
		"{{{{n}}}}": "0 {{{{n}} is not a name",
	} {
		_, at, problem := splitTemplate(text)
		if got := fmt.Sprint(at, " ", problem); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
