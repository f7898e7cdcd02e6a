package cli

import (
	"io"
	"strconv"

	"golang.org/x/term"

	"bench/runner/reports"
)

// defaultWidth is for output that is no terminal: wide enough for every column of the usual table.
const defaultWidth = 120

// style says how a report for people may dress on w: colours on a terminal only, and not where NO_COLOR or TERM=dumb
// asks for none. COLUMNS decides the width where it is set.
func (a *app) style(w io.Writer) reports.Style {
	s := reports.Style{Width: defaultWidth}
	f, isFile := w.(interface{ Fd() uintptr })
	if isFile && term.IsTerminal(int(f.Fd())) {
		s.Color = a.getenv("NO_COLOR") == "" && a.getenv("TERM") != "dumb"
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			s.Width = width
		}
	}
	if n, err := strconv.Atoi(a.getenv("COLUMNS")); err == nil && n > 0 {
		s.Width = n
	}
	return s
}
