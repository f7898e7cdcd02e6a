package matrix

import (
	"math"
	"strconv"
	"strings"
)

// Format writes a value so that ParseValue reads the same value back: a string that would read as something else, or
// that has a character a key cannot hold, is quoted.
func Format(v any) string {
	switch v := v.(type) {
	case int:
		return strconv.Itoa(v)
	case float64:
		s := strconv.FormatFloat(v, 'g', -1, 64)
		if !strings.ContainsAny(s, ".eIN") {
			s += ".0"
		}
		return s
	case bool:
		return strconv.FormatBool(v)
	case string:
		if plain(v) {
			return v
		}
		return strconv.Quote(v)
	}
	panic("matrix: not a value")
}

func plain(s string) bool {
	if _, isText := parseBare(s).(string); !isText || s == "" {
		return false
	}
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("_-.:/+@%,", r):
		default:
			return false
		}
	}
	return true
}

// parseBare types an unquoted word: int, float64, bool, or else string.
func parseBare(s string) any {
	if i, err := strconv.Atoi(s); err == nil {
		return i
	}
	if strings.ContainsAny(s, "0123456789") {
		if f, err := strconv.ParseFloat(s, 64); err == nil && !math.IsInf(f, 0) && !strings.ContainsAny(s, "_xXpP") {
			return f
		}
	}
	switch s {
	case "true":
		return true
	case "false":
		return false
	}
	return s
}

// Equal compares two values as a selector does: numbers by value, everything else by kind and value.
func Equal(a, b any) bool {
	x, xok := number(a)
	y, yok := number(b)
	if xok && yok {
		return x == y
	}
	return a == b
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case int:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}
