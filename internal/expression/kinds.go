package expression

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// kindOf names the kind of a value in plain words.
func kindOf(v any) string {
	if v == nil {
		return "nothing"
	}
	return kindOfType(reflect.TypeOf(v))
}

// kindOfNode is kindOf for a checked node, "" where the type is not known before it is evaluated.
func kindOfNode(node ast.Node) string {
	nature := node.Nature()
	if nature.Nil {
		return "nothing"
	}
	if nature.Type == nil {
		return ""
	}
	return kindOfType(nature.Type)
}

func kindOfType(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Interface:
		return ""
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.Map:
		return "a map"
	case reflect.Int, reflect.Int64, reflect.Float64:
		return "a number"
	}
	return fmt.Sprintf("of type %s", t)
}

var typeWords = whenNeeded(`\b(float64|int64|int|string|bool)\b|\[\]interface ?\{\}|map\[string\]interface ?\{\}|interface ?\{\}|<nil>`)

// plainWords puts the Go types of a message of expr into words.
func plainWords(message string) string {
	message = typeWords().ReplaceAllStringFunc(firstLine(message), func(word string) string {
		switch {
		case word == "string":
			return "text"
		case word == "bool":
			return "true/false"
		case word == "<nil>":
			return "nothing"
		case strings.HasPrefix(word, "[]"):
			return "list"
		case strings.HasPrefix(word, "map"):
			return "map"
		case strings.HasPrefix(word, "interface"):
			return "any value"
		}
		return "number"
	})
	message = strings.Replace(message, "memory budget exceeded", "it makes more elements than one evaluation may", 1)
	return strings.TrimPrefix(message, "runtime error: ")
}
