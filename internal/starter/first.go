package starter

import (
	_ "embed"
	"fmt"
	"strings"
)

var (
	//go:embed first/builtin.yaml
	firstBuiltin string
	//go:embed first/command.yaml
	firstCommand string
	//go:embed first/python.yaml
	firstPython string
	//go:embed first/first.py
	firstFunction string
)

// Kinds are what a first spec can begin with.
var Kinds = []string{"builtin", "command", "python"}

// First is a commented spec to begin with. beside is a file of Python that it needs, by its path from the spec; "" where
// it needs none.
func First(kind, name string) (spec, beside, function string, err error) {
	texts := map[string]string{"builtin": firstBuiltin, "command": firstCommand, "python": firstPython}
	text, known := texts[kind]
	if !known {
		return "", "", "", fmt.Errorf("there is no kind %q: it is %s", kind, strings.Join(Kinds, ", "))
	}
	text = strings.Replace(text, "\nname: first\n", "\nname: "+scalar(name)+"\n", 1)
	if kind == "python" {
		return text, "workloads/first.py", firstFunction, nil
	}
	return text, "", "", nil
}

// Name makes a name for an experiment of any text, such as the name of its file.
func Name(text string) string {
	if name := identifier(text); name != "" {
		return name
	}
	return "first"
}
