package cli

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"

	"bench/runner/gates"
	"bench/runner/results"
	"bench/runner/spec"
)

var update = flag.Bool("update", false, "write the generated files again")

// What is generated from the registries is checked in and up to date.
func TestGeneratedFiles(t *testing.T) {
	for file, want := range map[string][]byte{
		"../../schema/experiment.schema.json": spec.Schema(catalog(1)),
		"../../docs/assertions.md":            []byte(gates.FunctionTable()),
		"../../docs/commands.md":              []byte(reference(quietApp().root())),
	} {
		if *update {
			if err := os.WriteFile(file, want, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what the registries give: run `make golden`", file)
		}
	}
}

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(spec.Schema(catalog(1))))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("experiment.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("experiment.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Every shipped experiment is a valid instance of the shipped schema, loads, and compiles.
func TestShippedExperiments(t *testing.T) {
	files, err := filepath.Glob("../../experiments/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no experiments: %v", err)
	}
	s := schema(t)
	for _, file := range files {
		x, problems := load(file, results.Options{Cores: 2}, 1, nil)
		if len(problems) > 0 {
			t.Errorf("%v", problems)
			continue
		}
		if x.spec.Question == "" || len(x.checks) == 0 {
			t.Errorf("%s: an experiment opens with its question and ends in assertions", file)
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var instance any
		if err := yaml.Unmarshal(source, &instance); err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(instance)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(doc); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}
