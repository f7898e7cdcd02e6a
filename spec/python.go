package spec

import (
	"regexp"
	"strings"
	"sync"
)

// binding is what gives a name a meaning at the top level of a module.
var binding = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:(?:async\s+)?def\s+(\w+)|class\s+(\w+)|(\w+)\s*(?::[^=]*)?=[^=]|(?:from\s+\S+\s+)?import\s+(.*))`)
})

// opening begins a block at the top level, in which names may be bound too.
var opening = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:if|try|for|while|with|exec|globals|setattr)\b`) })

// defined are the names that a module binds at its top level, as far as can be seen without running it: open says that
// there may be others.
func defined(text string) (names map[string]bool, open bool) {
	names = map[string]bool{}
	for line := range strings.Lines(text) {
		m := binding().FindStringSubmatch(line)
		switch {
		case m == nil:
			open = open || opening().MatchString(line) || strings.Contains(line, "=") && !strings.ContainsAny(line[:1], " \t#)]}")
		case m[4] == "":
			names[m[1]+m[2]+m[3]] = true
			open = open || m[3] != "" && (strings.Count(line, "=") > 1 || strings.Contains(line, ";"))
		case strings.ContainsAny(m[4], "*(\\"):
			open = true
		default:
			for part := range strings.SplitSeq(m[4], ",") {
				words := strings.Fields(part)
				if len(words) > 0 {
					names[words[len(words)-1]] = true
				}
			}
		}
	}
	return names, open
}
