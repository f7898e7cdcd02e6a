package starter

import (
	"cmp"
	"path"
	"slices"
	"strings"
)

// piece is a part of a text, in bytes.
type piece struct{ from, to int }

// simple is a simple command of a shell text, by its pieces.
type simple struct{ env, words, redirs []piece }

func (s simple) from() int {
	first := s.words[0].from
	for _, p := range slices.Concat(s.env, s.redirs) {
		first = min(first, p.from)
	}
	return first
}

func (s simple) to() int {
	last := s.words[len(s.words)-1].to
	for _, p := range s.redirs {
		last = max(last, p.to)
	}
	return last
}

// scanner finds the simple commands of a shell text whose program has a name. It knows where words begin and end, and no
// more: what surrounds the commands may be of any shell.
type scanner struct {
	text, program string
	at, deep      int
	closers       []byte
	found         []simple
	documents     []string // the words that end the here-documents of this line
	open          int      // where a quote begins that is not closed; -1: all are
}

// most levels of $(…) in each other.
const mostDeep = 100

// scan gives the commands in the order of the text. open is the place of a quote that is not closed, -1 if there is none.
func scan(text, program string) (found []simple, open int) {
	s := &scanner{text: text, program: program, open: -1}
	s.commands(0)
	slices.SortFunc(s.found, func(a, b simple) int { return cmp.Compare(a.from(), b.from()) })
	return s.found, s.open
}

// next tells whether the text goes on with this.
func (s *scanner) next(what string) bool { return strings.HasPrefix(s.text[s.at:], what) }

// commands reads commands up to the closer of $(…) or `…`, or to the end.
func (s *scanner) commands(closer byte) {
	start := s.at
	if s.deep++; s.deep > mostDeep {
		s.lost(start)
		return
	}
	s.closers = append(s.closers, closer)
	var c simple
	parens := 0
	for s.at < len(s.text) {
		ch := s.text[s.at]
		if closer != 0 && ch == closer && (parens == 0 || ch == '`') {
			break
		}
		switch {
		case s.next("\\\n"):
			s.at += 2
		case ch == ' ' || ch == '\t':
			s.at++
		case ch == '#':
			s.skipTo("\n")
		case s.next("<(") || s.next(">("):
			s.word(&c)
		case ch == '<' || ch == '>' || s.next("&>"):
			s.redirect(&c, s.at)
		case strings.IndexByte("\n;|&()", ch) >= 0:
			if ch == '(' {
				parens++
			}
			if ch == ')' && parens > 0 {
				parens--
			}
			s.at++
			s.keep(&c)
			if ch == '\n' {
				s.skipDocuments()
			}
		default:
			s.word(&c)
		}
	}
	s.keep(&c)
	if closer != 0 && s.at == len(s.text) {
		s.lost(start)
	}
	s.at = min(s.at+1, len(s.text))
	s.closers = s.closers[:len(s.closers)-1]
	s.deep--
}

// lost: what began here is not closed. The rest of the text is not read.
func (s *scanner) lost(at int) {
	if s.open < 0 {
		s.open = at
	}
	s.at = len(s.text)
}

func (s *scanner) skipTo(end string) {
	if i := strings.Index(s.text[s.at:], end); i >= 0 {
		s.at += i
	} else {
		s.at = len(s.text)
	}
}

const keywords = " if then elif else while until do time ! { "

// keep ends a command, and keeps it if it is one of those looked for.
func (s *scanner) keep(c *simple) {
	for len(c.words) > 0 {
		first := s.text[c.words[0].from:c.words[0].to]
		name, _, assigns := strings.Cut(first, "=")
		switch {
		case assigns && variable(name):
			c.env = append(c.env, c.words[0])
		case !among(keywords, first):
			if path.Base(first) == s.program {
				s.found = append(s.found, *c)
			}
			*c = simple{}
			return
		}
		c.words = c.words[1:]
	}
	*c = simple{}
}

func variable(name string) bool {
	return name != "" && strings.IndexFunc(name, func(r rune) bool { return r > 0x7f || r != '_' && !isLetter(byte(r)) && (r < '0' || r > '9') }) < 0 && (name[0] > '9')
}

// word reads a word, or the number before a redirection.
func (s *scanner) word(c *simple) {
	p := s.read()
	if digits := s.text[p.from:p.to]; s.at < len(s.text) && (s.text[s.at] == '<' || s.text[s.at] == '>') && strings.Trim(digits, "0123456789") == "" {
		s.redirect(c, p.from)
		return
	}
	c.words = append(c.words, p)
}

// redirect reads an operator and the word behind it.
func (s *scanner) redirect(c *simple, from int) {
	operator := s.at
	for s.at < len(s.text) && strings.IndexByte("<>&|", s.text[s.at]) >= 0 {
		s.at++
	}
	document := s.text[operator:s.at] == "<<"
	if document && s.next("-") {
		s.at++
	}
	for s.at < len(s.text) && (s.text[s.at] == ' ' || s.text[s.at] == '\t') {
		s.at++
	}
	target := s.read()
	c.redirs = append(c.redirs, piece{from, target.to})
	if document {
		s.documents = append(s.documents, strings.NewReplacer("'", "", `"`, "", `\`, "").Replace(s.text[target.from:target.to]))
	}
}

// skipDocuments skips the here-documents that begin behind a line.
func (s *scanner) skipDocuments() {
	for _, end := range s.documents {
		for s.at < len(s.text) {
			line, _, _ := strings.Cut(s.text[s.at:], "\n")
			s.at = min(s.at+len(line)+1, len(s.text))
			if strings.TrimLeft(line, "\t") == end {
				break
			}
		}
	}
	s.documents = nil
}

// read reads a word with all that is quoted in it.
func (s *scanner) read() piece {
	from := s.at
	for s.at < len(s.text) {
		ch := s.text[s.at]
		switch {
		case ch == '\\':
			s.at = min(s.at+2, len(s.text))
		case ch == '\'':
			s.single()
		case ch == '"':
			s.double()
		case s.next("<(") || s.next(">("):
			s.at += 2
			s.commands(')')
		case strings.IndexByte(" \t\n;|&()<>", ch) >= 0:
			return piece{from, s.at}
		case ch == '`' && s.closers[len(s.closers)-1] == '`':
			return piece{from, s.at}
		case !s.expansion():
			s.at++
		}
	}
	return piece{from, s.at}
}

func (s *scanner) single() {
	from := s.at
	dollar := from > 0 && s.text[from-1] == '$'
	for s.at++; s.at < len(s.text); s.at++ {
		switch {
		case s.text[s.at] == '\'':
			s.at++
			return
		case dollar && s.text[s.at] == '\\':
			s.at++
		}
	}
	s.lost(from)
}

func (s *scanner) double() {
	from := s.at
	for s.at++; s.at < len(s.text); {
		switch {
		case s.text[s.at] == '"':
			s.at++
			return
		case s.text[s.at] == '\\':
			s.at += 2
		case !s.expansion():
			s.at++
		}
	}
	s.lost(from)
}

// expansion reads $(…), ${…} or `…`, if there is one.
func (s *scanner) expansion() bool {
	switch {
	case s.next("$("):
		s.at += 2
		s.commands(')')
	case s.next("${"):
		s.skipTo("}")
	case s.text[s.at] == '`' && s.closers[len(s.closers)-1] != '`':
		s.at++
		s.commands('`')
	default:
		return false
	}
	return true
}
