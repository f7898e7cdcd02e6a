package reports

import (
	"maps"
	"slices"
	"strings"
)

// quoted is a word as a POSIX shell reads it, within quotes only if it needs them.
func quoted(s string) string {
	s = Visible(s)
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-./:=,+@%", r)
	}
	if s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !plain(r) }) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// pathWord is quoted for the name of a file, which must not read as a flag.
func pathWord(s string) string {
	if strings.HasPrefix(s, "-") {
		s = "./" + s
	}
	return quoted(s)
}

func isHex(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !strings.ContainsRune("0123456789abcdef", r) })
}

func sortedKeys[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }
