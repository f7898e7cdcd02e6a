package spec

import (
	"errors"
	"os"
	"strings"
	"syscall"
)

// The bounds of a spec. A spec beyond one of them is refused before it costs more than about a second or 200 MB, and the
// bound is named. They are far above what an experiment of days can use: their purpose is that a mistake, or a file from
// elsewhere, does not take the machine. docs/spec.md lists them; those of one expression stand in internal/expression,
// and the number of checks in gates.
const (
	// Files. A YAML parser takes some 400 B for each value, wherever it stands, and recurses.
	maxFileSize = 4 << 20  // B of one file
	maxAllFiles = 8 << 20  // B of the spec, what it extends, and the files of its functions: every run stores them
	maxFiles    = 32       // that extend each other
	maxMarks    = 400_000  // characters of one file that separate values: counted before it is parsed
	maxNodes    = 200_000  // values of all files after aliases were followed
	maxText     = 32 << 20 // B of all scalars after aliases were followed
	maxDepth    = 64       // of nesting: no hand writes more
	maxProblems = 1_000    // that are looked for: nobody mends more at once
	maxEntries  = 4_000    // workloads, runtimes or fixtures: each cell looks for its own
	maxProfiles = 100      // check loads the spec with each
	maxName     = 100      // B of a name: it stands in every key, and in names of files

	// The matrix.
	maxAxes     = 100
	maxCells    = 100_000    // combinations, before excludes; about 1 KB each
	maxVariants = 4_096      // levels of the executor axis, which may be crossed with options
	maxLevel    = 4_096      // B of a level that is a text: it stands in every key
	maxKeys     = 16 << 20   // B of the keys of all cells
	maxExcludes = 1_000      // entries
	maxMatching = 10_000_000 // comparisons of all excludes, or all --only, with all cells: about a second
	maxAnyOf    = 1_000      // values of one name in a selector
	maxOptions  = 64 << 10   // B of all --only, or all -D: more belongs into a file

	// The work. The lists of tasks stay in memory while a run goes on.
	maxTasks    = 250_000     // different ones of one cell, and of all kept lists together
	maxValues   = 750_000     // of these
	maxCalls    = 10_000_000  // equal ones of one cell, and of all kept lists together; 8 B each
	maxArgument = 128<<10 - 1 // B of one argument or variable: Linux takes no more (MAX_ARG_STRLEN, its zero byte counted)
	maxFilled   = 32 << 20    // B of all arguments and variables once {{names}} are filled in
	maxBrackets = 500         // brackets in brackets of a shell text: its parser takes the square of the time
	maxBlocks   = 1_000_000
	maxAsserts  = 1_000

	// Fleets.
	maxHosts    = 10_000
	maxServers  = 16
	maxSbatch   = 100
	maxAttempts = 1_000
	maxHostName = 253 // characters, as in DNS
)

// openRegular refuses to read what is no file on a disk: a FIFO would wait, and a device may never end. What the shell hands
// over, /dev/stdin or /dev/fd/N, is read, since whoever started runner has opened it.
func openRegular(path string) (*os.File, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, errDirectory
	case path == "/dev/stdin" || strings.HasPrefix(path, "/dev/fd/"):
		return os.Open(path)
	case !info.Mode().IsRegular():
		return nil, errSpecial
	}
	// It may have been replaced in the meantime: opening a FIFO this way does not wait.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	if info, err = f.Stat(); err == nil && !info.Mode().IsRegular() {
		err = errSpecial
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

var errSpecial = errors.New("this is no regular file")

// separators counts what separates values in YAML: a file has at most two more values than these, keys counted.
func separators(text string) (n int) {
	for i := range len(text) {
		switch text[i] {
		case '\n', '\r', ',', ':', '[', '{', '-', '?':
			n++
		}
	}
	return n
}
