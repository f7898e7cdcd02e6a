package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"bench/runner/reports"
)

// destination is the file in a folder that a report goes to. It is named for its experiment, so that several experiments can
// be told at once.
func destination(folder string, f reports.Format, r *reports.Report) (string, error) {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return "", fmt.Errorf("write into %s: %w", folder, reason(err))
	}
	return filepath.Join(folder, stem(r)+"."+suffix(f)), nil
}

// suffix is the extension of a format, with its name before it where others have the same one.
func suffix(f reports.Format) string {
	for _, other := range reports.All() {
		if other.Ext == f.Ext && other.Name != f.Name && f.Name != f.Ext {
			return f.Name + "." + f.Ext
		}
	}
	return f.Ext
}

func isFolder(file string) bool { return strings.HasSuffix(file, "/") }

// stem is the name of an experiment as one of a file. Where it had to be changed, the run's id keeps it unlike others.
func stem(r *reports.Report) string {
	name := r.Run.Experiment
	safe := strings.TrimLeft(strings.Map(func(c rune) rune {
		switch {
		case '0' <= c && c <= '9', 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '.', c == '_', c == '-':
			return c
		}
		return '_'
	}, name[:min(len(name), 100)]), ".-")
	if safe != name {
		safe += "-" + r.Run.ID
	}
	return safe
}
