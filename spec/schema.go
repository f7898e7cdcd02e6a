package spec

import (
	"bytes"
	"encoding/json"
)

// Schema is the JSON Schema (draft 2020-12) of a spec, for editors. It follows from the shapes that Load goes by; what a
// schema cannot say (names that must exist, expressions) is left to Load.
func Schema(cat Catalog) []byte {
	s := top.jsonSchema(cat)
	s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	s["title"] = "runner experiment, version 1"
	s["$defs"] = definitions(cat)
	// what a file lacks may come from the one it extends
	delete(s, "required")
	s["anyOf"] = []any{
		map[string]any{"required": []string{"extends"}},
		map[string]any{"required": []string{"version", "name", "workloads"}},
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(s); err != nil {
		panic("spec: the schema holds something that is not JSON: " + err.Error())
	}
	return out.Bytes()
}

var jsonTypes = []struct {
	kind kind
	name string
}{{isText, "string"}, {isInt, "integer"}, {isFloat, "number"}, {isBool, "boolean"}, {isNull, "null"}, {isList, "array"}, {isMap, "object"}}

// jsonSchema of a shape: one schema, or anyOf where there are alternatives.
func (s *shape) jsonSchema(cat Catalog) map[string]any {
	if s.or == nil {
		return s.own(cat)
	}
	var forms []any
	for f := s; f != nil; f = f.or {
		forms = append(forms, f.own(cat))
	}
	return map[string]any{"anyOf": forms}
}

func (s *shape) own(cat Catalog) map[string]any {
	m := map[string]any{}
	if s.kinds != isAny {
		var types []string
		for _, t := range jsonTypes {
			if s.kinds&t.kind != 0 {
				types = append(types, t.name)
			}
		}
		m["type"] = types
		if len(types) == 1 {
			m["type"] = types[0]
		}
	}
	if s.item != nil {
		m["items"] = s.item.jsonSchema(cat)
	}
	if s.keys != nil || s.others != nil {
		s.object(cat, m)
	}
	if s.schema != nil {
		s.schema(cat, m)
	}
	return m
}

func (s *shape) object(cat Catalog, m map[string]any) {
	properties := map[string]any{}
	var required []string
	for _, k := range s.keys {
		p := k.shape.jsonSchema(cat)
		p["description"] = k.doc
		properties[k.name] = p
		if k.required {
			required = append(required, k.name)
		}
	}
	if len(properties) > 0 {
		m["properties"] = properties
	}
	if required != nil {
		m["required"] = required
	}
	m["additionalProperties"] = false
	if s.others != nil {
		m["additionalProperties"] = s.others.jsonSchema(cat)
	}
	if s.extra {
		m["patternProperties"] = map[string]any{"^x-": true}
	}
	if s.named != nil {
		m["propertyNames"] = map[string]any{"pattern": namePattern.text}
	}
}

func pattern(p string) func(Catalog, map[string]any) {
	return func(_ Catalog, m map[string]any) { m["pattern"] = p }
}

func least(n int) func(Catalog, map[string]any) {
	return func(_ Catalog, m map[string]any) { m["minimum"] = n }
}

func builtinSchema(cat Catalog, m map[string]any) {
	if len(cat.Builtins) == 0 {
		return
	}
	var names []string
	for _, b := range cat.Builtins {
		names = append(names, b.Name)
	}
	m["enum"] = names
}

var scalarTypes = []string{"string", "number", "boolean"}

func argsSchema(_ Catalog, m map[string]any) {
	m["additionalProperties"] = map[string]any{"type": scalarTypes}
}

// selectorSchema: each name has one value or a list of them.
func selectorSchema(_ Catalog, m map[string]any) {
	m["minProperties"] = 1
	m["additionalProperties"] = anyOf(
		map[string]any{"type": scalarTypes},
		map[string]any{"type": "array", "items": map[string]any{"type": scalarTypes}},
	)
}

func anyOf(forms ...any) map[string]any { return map[string]any{"anyOf": forms} }

func ref(path string) map[string]any { return map[string]any{"$ref": "#/" + path} }

// definitions are the parts that several places of the schema refer to.
func definitions(cat Catalog) map[string]any {
	profile := map[string]any{}
	for _, k := range overrides {
		profile[k.name] = ref("properties/" + k.name)
	}
	executors := map[string]any{}
	for _, e := range cat.Executors {
		executors[e.Name] = e.jsonSchema()
	}
	return map[string]any{
		"profile":       map[string]any{"type": "object", "properties": profile, "additionalProperties": false},
		"executors":     executors,
		"executor":      executorLevel(cat),
		"executor-axis": axisOf("executor"),
		"level": anyOf(
			map[string]any{"type": scalarTypes},
			map[string]any{"type": "object", "required": []string{"label"}, "description": "linked values under one label"},
		),
		"axis": axisOf("level"),
	}
}

// axisOf is what an axis takes: one level, a list, or {levels, default}.
func axisOf(level string) map[string]any {
	level = "$defs/" + level
	levels := anyOf(ref(level), map[string]any{"type": "array", "items": ref(level), "minItems": 1})
	return anyOf(levels, map[string]any{
		"type": "object", "required": []string{"levels"}, "additionalProperties": false,
		"properties": map[string]any{
			"levels":  levels,
			"default": map[string]any{"description": "the level that is left out of a cell's identity"},
		},
	})
}

func levelsSchema(_ Catalog, m map[string]any) { m["$ref"] = "#/$defs/axis" }

func executorSchema(_ Catalog, m map[string]any) { m["$ref"] = "#/$defs/executor-axis" }

func profileSchema(_ Catalog, m map[string]any) {
	clear(m)
	m["$ref"] = "#/$defs/profile"
}

// executorLevel is the name of an executor without workers, or a mapping of names to counts and options.
func executorLevel(cat Catalog) map[string]any {
	alone := []string{}
	byName := map[string]any{}
	for _, e := range cat.Executors {
		for _, name := range append([]string{e.Name}, e.Aliases...) {
			if !e.Workers {
				alone = append(alone, name)
			}
			byName[name] = ref("$defs/executors/" + e.Name)
		}
	}
	return anyOf(
		map[string]any{"enum": alone},
		map[string]any{"type": "object", "properties": byName, "additionalProperties": false, "minProperties": 1},
	)
}

// jsonSchema of what stands behind an executor's name: worker counts, or a mapping with its options.
func (e ExecutorInfo) jsonSchema() map[string]any {
	one := anyOf(map[string]any{"type": "integer", "minimum": 1}, map[string]any{"pattern": `^(cores|([0-9]+|cores)\.\.([0-9]+|cores))$`, "type": "string"})
	counts := anyOf(one, map[string]any{"type": "array", "items": one, "minItems": 1})
	properties := map[string]any{}
	full := map[string]any{"type": "object", "additionalProperties": false, "properties": properties}
	for _, o := range e.Options {
		p := map[string]any{"type": "object"}
		if !o.Map {
			p = anyOf(map[string]any{"type": scalarTypes}, map[string]any{"type": "array", "items": map[string]any{"type": scalarTypes}, "minItems": 1})
		}
		p["description"] = o.Doc
		properties[o.Name] = p
	}
	if !e.Workers {
		return map[string]any{"anyOf": []any{map[string]any{"type": "null"}, full}, "description": e.Doc}
	}
	properties["workers"] = counts
	full["required"] = []string{"workers"}
	return map[string]any{"anyOf": []any{counts, full}, "description": e.Doc}
}
