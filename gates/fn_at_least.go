package gates

import (
	"cmp"
	"strconv"
	"strings"

	"bench/runner/internal/expression"
)

func init() {
	register(function{
		Function: expression.Function{Name: "at_least", Any: true, Doc: "whether a version is another or newer: at_least(version, \"3.13\"), where text would put 3.9 behind 3.13",
			Params: []expression.Param{{Name: "version", Default: "", Doc: "what is there"}, {Name: "wanted", Default: "", Doc: "what is asked for"}}},
		kind:  noCell,
		exact: true,
		value: func(q *query) (any, error) {
			return compareVersions(q.params[0].(string), q.params[1].(string)) >= 0, nil
		},
	})
}

// compareVersions compares the numbers of 3.13.0rc1 one by one; what is missing is 0, and what follows them is left out.
func compareVersions(a, b string) int {
	x, y := versionNumbers(a), versionNumbers(b)
	for i := range max(len(x), len(y)) {
		var p, q int
		if i < len(x) {
			p = x[i]
		}
		if i < len(y) {
			q = y[i]
		}
		if c := cmp.Compare(p, q); c != 0 {
			return c
		}
	}
	return 0
}

func versionNumbers(version string) []int {
	var numbers []int
	for part := range strings.SplitSeq(version, ".") {
		end := strings.IndexFunc(part, func(r rune) bool { return r < '0' || r > '9' })
		if end < 0 {
			end = len(part)
		}
		n, err := strconv.Atoi(part[:end])
		if err != nil {
			break
		}
		numbers = append(numbers, n)
		if end < len(part) {
			break
		}
	}
	return numbers
}
