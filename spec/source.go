package spec

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"unicode/utf8"

	"bench/runner/internal/diag"
)

// source is one file: its text without a byte order mark, and where its lines begin, as YAML counts them.
type source struct {
	path   string
	text   string
	starts []int // byte offset of each line; one more for the end
}

func newSource(path, text string) *source {
	s := &source{path: path, text: strings.TrimPrefix(text, "\uFEFF")}
	s.starts = append(s.starts, 0)
	for i := 0; i < len(s.text); {
		n := lineBreak(s.text[i:])
		if n == 0 {
			i++
			continue
		}
		i += n
		s.starts = append(s.starts, i)
	}
	if s.starts[len(s.starts)-1] != len(s.text) {
		s.starts = append(s.starts, len(s.text))
	}
	return s
}

// lineBreak is the length of the line break that s begins with, 0 if it begins with none.
func lineBreak(s string) int {
	switch {
	case s == "":
		return 0
	case strings.HasPrefix(s, "\r\n"):
		return 2
	case s[0] == '\n', s[0] == '\r':
		return 1
	case strings.HasPrefix(s, "\u0085"):
		return 2
	case strings.HasPrefix(s, "\u2028"), strings.HasPrefix(s, "\u2029"):
		return 3
	}
	return 0
}

// lineCount is the number of lines, a last empty one not counted.
func (s *source) lineCount() int { return len(s.starts) - 1 }

// line is line n, from 1, without its break; "" beyond the end.
func (s *source) line(n int) string {
	if n < 1 || n >= len(s.starts) {
		return ""
	}
	return strings.TrimRight(s.text[s.starts[n-1]:s.starts[n]], "\r\n\u0085\u2028\u2029")
}

func (s *source) pos(line, col int) diag.Pos { return diag.Pos{File: s.path, Line: line, Col: col} }

// posAt is the position of a byte offset of the text.
func (s *source) posAt(offset int) diag.Pos {
	line := 1
	for line < s.lineCount() && s.starts[line] <= offset {
		line++
	}
	from := s.starts[line-1]
	return s.pos(line, 1+utf8.RuneCountInString(s.text[from:max(from, offset)]))
}

// readSource reads a file and refuses what cannot be a spec.
func readSource(path string, read func(string) ([]byte, error)) (*source, diag.List) {
	var list diag.List
	if read == nil {
		read = readFile
	}
	data, err := read(path)
	if err != nil {
		problem, hint := unreadable(path, err)
		list.Add(diag.Pos{File: path}, 1, hint, "%s", problem)
		return newSource(path, ""), list
	}
	tooLarge := len(data) > maxFileSize
	if tooLarge {
		data = data[:maxFileSize]
	}
	s := newSource(path, string(data))
	switch offset, isText := strange(s.text); {
	case tooLarge:
		list.Add(diag.Pos{File: path}, 1, "split it with extends:", "the file is larger than %d MiB", maxFileSize>>20)
	case offset < 0 && separators(s.text) > maxMarks:
		list.Add(diag.Pos{File: path}, 1, "generate several specs", "the file is too large: more than %d values, or line breaks, commas and colons", maxMarks)
	case offset >= 0 && !isText:
		list.Add(s.posAt(offset), 1, "save the file as UTF-8", "this is not UTF-8 text")
	case offset >= 0:
		r, _ := utf8.DecodeRuneInString(s.text[offset:])
		list.Add(s.posAt(offset), 1, `write it as an escape in double quotes, such as "\u001b"`, "control character %U", r)
	}
	return s, list
}

func readFile(path string) ([]byte, error) {
	f, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxFileSize+1))
}

var errDirectory = errors.New("this is a directory, not a spec")

func unreadable(path string, err error) (problem, hint string) {
	var cause *fs.PathError
	switch {
	case errors.Is(err, errDirectory):
		return err.Error(), "name a .yaml file in it"
	case errors.Is(err, errSpecial):
		return err.Error(), "write it to a file first"
	case errors.Is(err, fs.ErrNotExist):
		return "there is no such file", "check the path"
	case errors.As(err, &cause):
		err = cause.Err
	}
	return fmt.Sprintf("cannot be read: %v", err), "check the path and its permissions"
}

// strange finds the first byte that YAML does not allow: -1 if there is none; isText is false if it is not UTF-8.
func strange(text string) (offset int, isText bool) {
	for i, r := range text {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], "\uFFFD"):
			return i, false
		case r == '\t', r == '\n', r == '\r', r == 0x85:
		case r < 0x20, r >= 0x7f && r < 0xa0, r == 0xfeff, r == 0xfffe, r == 0xffff:
			return i, true
		}
	}
	return -1, true
}
