package runtimes

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// build is which Python: what a want asks for, what the name of a file or directory promises, or what an interpreter
// says of itself.
type build struct {
	impl     string // cpython, pypy, …; "" is any
	version  []int  // 3 12 1 as far as it is told; after three numbers the level, 0 (alpha) to 3 (final), and its number
	threaded bool   // free-threaded
	preview  bool   // before the final release
}

var wantPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:(pypy)?([23](?:\.[0-9]{1,3}){0,2})|(3(?:\.[0-9]{1,3}){0,2})t)$`)
})

// parseWant reads a version of Python as specs write it.
func parseWant(want string) (build, bool) {
	m := wantPattern().FindStringSubmatch(want)
	if m == nil {
		return build{}, false
	}
	return build{impl: cmp.Or(m[1], "cpython"), version: numbers(m[2] + m[3]), threaded: m[3] != ""}, true
}

// The names of uv's and pyenv's directories and of commands: cpython-3.13.0rc2+freethreaded-linux-x86_64-gnu, 3.14t-dev,
// pypy3.10-7.3.15, python3.12.
var namePattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(cpython-|python|pypy-?)?([0-9]{1,3}(?:\.[0-9]{1,3}){0,2})?` +
		`(?:(a|b|rc)([0-9]{1,3}))?(t|\+freethreaded)?(?:[-+].*)?$`)
})

// parseName tells what a name promises; the zero build promises nothing.
func parseName(name string) build {
	m := namePattern().FindStringSubmatch(name)
	if m == nil {
		return build{}
	}
	b := build{version: numbers(m[2]), threaded: m[5] != "", preview: m[3] != "" || strings.HasSuffix(name, "-dev")}
	switch {
	case strings.HasPrefix(m[1], "pypy"):
		b.impl = "pypy"
	case m[1] != "python" && m[2] != "": // a command named python3 may be any
		b.impl = "cpython"
	}
	if len(b.version) == 3 {
		serial, _ := strconv.Atoi(m[4])
		b.version = append(b.version, slices.Index([]string{"a", "b", "rc", ""}, m[3]), serial)
	}
	return b
}

// numbers reads 3.12.1; the text is known to be digits and points.
func numbers(text string) []int {
	var list []int
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '.' }) {
		n, _ := strconv.Atoi(part)
		list = append(list, n)
	}
	return list
}

// agrees tells whether other can be the wanted one; where a version is told only in part, that part counts.
func (wanted build) agrees(other build) bool {
	n := min(len(wanted.version), len(other.version))
	if wanted.impl != other.impl && other.impl != "" || !slices.Equal(wanted.version[:n], other.version[:n]) {
		return false
	}
	return wanted.threaded == other.threaded || n == 0
}

// names are the commands that may be the wanted one, likeliest first: python3.12, python3, python.
func (wanted build) names() []string {
	var list []string
	text := func(n int) string { return joined(wanted.version[:n]) }
	most := min(len(wanted.version), 2)
	if wanted.threaded && most == 2 {
		list = append(list, "python"+text(2)+"t")
	}
	for _, command := range []string{"pypy", "python"} {
		for n := most; n >= 0 && (command == "python" || wanted.impl == command); n-- {
			list = append(list, command+text(n))
		}
	}
	return list
}

// String is the want that means exactly this build.
func (b build) String() string {
	text := joined(b.version[:min(len(b.version), 3)])
	if b.impl != "cpython" {
		text = b.impl + text
	}
	if b.threaded {
		text += "t"
	}
	return text
}

func joined(version []int) string {
	parts := make([]string, len(version))
	for i, n := range version {
		parts[i] = strconv.Itoa(n)
	}
	return strings.Join(parts, ".")
}

// newest orders what names promise: finals before previews, newer before older, those that tell no version last.
func newest(a, b build) int {
	return cmp.Or(
		cmp.Compare(boolean(a.preview), boolean(b.preview)),
		-slices.Compare(a.version, b.version),
	)
}
