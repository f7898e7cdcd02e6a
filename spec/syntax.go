package spec

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"bench/runner/internal/diag"
)

// document is the one YAML document of a file.
func (s *source) document() (*yaml.Node, diag.List) {
	var list diag.List
	docs, err := parseYAML(s.text)
	switch {
	case err != nil:
		list = append(list, s.syntaxError(err))
	case len(docs) == 0 || len(docs[0].Content) == 0 || empty(docs[0].Content[0]):
		list.Add(s.pos(1, 1), 1, "begin with version: 1 and name:", "the file is empty")
	case len(docs) > 1:
		list.Add(s.pos(max(1, docs[1].Line), max(1, docs[1].Column)), 3, "give each experiment its own file", "a second document begins here")
	default:
		return docs[0].Content[0], nil
	}
	return nil, list
}

func empty(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// parseYAML reads at most two documents. The library panics on some malformed texts.
func parseYAML(text string) (docs []*yaml.Node, err error) {
	defer func() {
		if p := recover(); p != nil {
			docs, err = nil, fmt.Errorf("yaml: %v", p)
		}
	}()
	dec := yaml.NewDecoder(strings.NewReader(text))
	for range 2 {
		var n yaml.Node
		if err := dec.Decode(&n); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		docs = append(docs, &n)
	}
	return docs, nil
}

var (
	yamlError     = form{text: `^yaml: (?:line (\d+): )?(?s:(.*))$`}
	unknownAnchor = form{text: `unknown anchor '(.*)' referenced`}
)

// syntaxError finds the place of an error. The library tells at most a line, and not always the right one.
func (s *source) syntaxError(err error) diag.Diagnostic {
	line, problem := 1, err.Error()
	if m := yamlError.find(problem); m != nil {
		line, _ = strconv.Atoi(m[1])
		problem = m[2]
	}
	if m := unknownAnchor.find(problem); m != nil {
		return diag.Diagnostic{Pos: s.posAt(max(0, strings.Index(s.text, "*"+m[1]))), Width: len(m[1]) + 1,
			Message: fmt.Sprintf("no anchor &%s stands before this alias", m[1]), Hint: "check its name"}
	}
	if found := s.breakingLine(); found > 0 {
		line = found
	}
	line = min(max(line, 1), max(1, s.lineCount()))
	col, width, message, hint := diagnose(s.line(line), problem)
	return diag.Diagnostic{Pos: s.pos(line, col), Width: width, Message: message, Hint: hint}
}

// breakingLine is the line with which the text stops being the beginning of a YAML file: every shorter text that ends
// before it can be read, none that ends after it. 0 if that would take too long to find out.
func (s *source) breakingLine() int {
	const lookahead = 64
	budget := 8 << 20 // bytes to parse in all
	readable := func(lines int) bool {
		budget -= s.starts[lines]
		_, err := parseYAML(s.text[:s.starts[lines]])
		return err == nil
	}
	good, n := 0, s.lineCount()
	for budget > 0 {
		low, high := good, n
		for high-low > 1 && budget > 0 {
			if mid := (low + high) / 2; readable(mid) {
				low = mid
			} else {
				high = mid
			}
		}
		// A bracket that spans lines makes the lines inside of it unreadable, but not those after it.
		good = 0
		for k := high + 1; k < min(n, high+lookahead) && good == 0 && budget > 0; k++ {
			if readable(k) {
				good = k
			}
		}
		if good == 0 && budget > 0 {
			return high
		}
	}
	return 0
}

// diagnose looks for the usual mistakes in the line at which the file breaks. Columns count from 1 in runes.
func diagnose(line, problem string) (col, width int, message, hint string) {
	at := func(offset int) int { return utf8.RuneCountInString(line[:offset]) + 1 }
	indent := len(line) - len(strings.TrimLeft(line, " \t"))
	m := scanLine(line)
	switch {
	case strings.Contains(problem, "exceeded max depth"):
		return at(indent), 1, fmt.Sprintf("nested more than %d deep", maxDepth), "a spec needs no such depth"
	case strings.Contains(line[:indent], "\t"):
		return at(strings.IndexByte(line, '\t')), 1, "a tab indents this line", "indent with spaces"
	case m.quote >= 0:
		return at(m.quote), 1, "this quote is not closed", "close it with " + line[m.quote:m.quote+1] + " at the end of the text"
	case m.after >= 0:
		return at(m.after), 1, "text follows a closing quote", "put the whole text in quotes; inside of '…', write '' for a quote"
	case m.odd >= 0:
		return at(m.odd), 1, fmt.Sprintf("a text cannot begin with %c", line[m.odd]), "put it in quotes"
	case m.bracket >= 0:
		return at(m.bracket), 1, "this bracket is not closed", "close it; a text with brackets in it must be quoted"
	case strings.Contains(problem, "mapping values are not allowed") && strings.Contains(line, ":"):
		return at(strings.LastIndexByte(line, ':')), 1, "a second key begins on this line", "quote a text that holds `: `, or check the indentation"
	}
	width = utf8.RuneCountInString(strings.TrimSpace(line))
	return at(indent), width, "this is not YAML: " + problem, "check the indentation of this line and of the one before"
}

// marks are byte offsets of what is suspicious in a line; -1: not there.
type marks struct{ quote, after, odd, bracket int }

// scanLine reads a line as YAML would that begins a value there.
func scanLine(line string) marks {
	m := marks{-1, -1, -1, -1}
	var open []int
	fresh := true // a value may begin here
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == ' ' || c == '\t':
			continue
		case c == '#' && (i == 0 || line[i-1] == ' '):
			i = len(line)
		case (c == '"' || c == '\'') && fresh:
			end := closing(line, i)
			if end < 0 {
				m.quote = i
				return m
			}
			rest := strings.TrimLeft(line[end+1:], " \t")
			if rest != "" && !strings.ContainsRune(",]}:#", rune(rest[0])) && m.after < 0 {
				m.after = len(line) - len(rest)
			}
			i, fresh = end, false
		case (c == '@' || c == '`' || c == '%') && fresh && m.odd < 0:
			m.odd, fresh = i, false
		case (c == '[' || c == '{') && (fresh || len(open) > 0):
			open, fresh = append(open, i), true
		case (c == ']' || c == '}') && len(open) > 0:
			open, fresh = open[:len(open)-1], false
		default:
			ends := i+1 == len(line) || line[i+1] == ' '
			fresh = (c == ':' || c == '-' && fresh) && ends || c == ',' && len(open) > 0
		}
	}
	if len(open) > 0 {
		m.bracket = open[0]
	}
	return m
}

// closing is where the quote that opens at i closes, -1 if it does not on this line.
func closing(line string, i int) int {
	quote := line[i]
	for i++; i < len(line); i++ {
		switch {
		case line[i] == '\\' && quote == '"':
			i++
		case line[i] == quote && quote == '\'' && i+1 < len(line) && line[i+1] == '\'':
			i++
		case line[i] == quote:
			return i
		}
	}
	return -1
}
