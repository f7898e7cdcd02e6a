package spec

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
)

func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema(catalog())))
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

// instance is a YAML file as the JSON that a schema is for.
func instance(t *testing.T, path string) (any, error) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := yaml.Unmarshal(data, &v); err != nil {
		return nil, err
	}
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return jsonschema.UnmarshalJSON(bytes.NewReader(text))
}

func TestSchemaGolden(t *testing.T) {
	golden(t, "testdata/schema.golden", Schema(catalog()))
}

func TestSchemaAccepts(t *testing.T) {
	schema := compiledSchema(t)
	for _, path := range files(t, "testdata/ok/*.yaml") {
		v, err := instance(t, path)
		if err == nil {
			err = schema.Validate(v)
		}
		if err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// Each wrong spec says in its first line whether a schema can tell.
func TestSchemaRefuses(t *testing.T) {
	schema := compiledSchema(t)
	for _, path := range files(t, "testdata/err/*.yaml") {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		first, _, _ := strings.Cut(string(data), "\n")
		want, marked := strings.CutPrefix(first, "# schema: ")
		if !marked || want != "valid" && want != "invalid" {
			t.Errorf("%s: the first line is %q", path, first)
		}
		v, err := instance(t, path)
		if err == nil {
			err = schema.Validate(v)
		}
		if got := map[bool]string{true: "valid", false: "invalid"}[err == nil]; got != want {
			t.Errorf("%s is %s to the schema, not %s: %v", path, got, want, err)
		}
	}
}
