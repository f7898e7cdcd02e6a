package starter

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"gopkg.in/yaml.v3"
)

// Whatever is given: no panic; what is written is YAML with the name and at least one workload, what is refused says why.
func FuzzHyperfine(f *testing.F) {
	calls, _ := filepath.Glob("testdata/hyperfine/*.sh")
	for _, file := range calls {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text), "..")
	}
	for _, s := range awkward {
		f.Add("hyperfine -L x "+quoted(s)+" -p "+quoted(s)+" 'a {x}' -- "+quoted(s), "")
	}
	f.Fuzz(func(t *testing.T, text, dir string) {
		spec, err := Hyperfine{Text: text, Nth: 1, Name: "first", Dir: dir}.Spec()
		if err != nil {
			var p *Problem
			if !errors.As(err, &p) || p.Message == "" || p.Line < 0 || p.Line > 0 && (p.Col < 1 || p.Width < 1) {
				t.Errorf("%q: %#v", text, err)
			}
			return
		}
		var d struct {
			Version   int
			Name      string
			Workloads map[string]map[string]any
			Matrix    map[string]any
		}
		if err := yaml.Unmarshal([]byte(spec.Text), &d); err != nil || d.Version != 1 || d.Name != "first" || len(d.Workloads) == 0 {
			t.Errorf("%q: %v\n%s", text, err, spec.Text)
		}
		for name, w := range d.Workloads {
			if (w["command"] == nil) == (w["shell"] == nil) || name == "" {
				t.Errorf("%q: workload %q is %v\n%s", text, name, w, spec.Text)
			}
		}
	})
}
