package starter

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"bench/runner/internal/shell"
)

// word is a word of a command line without its quotes.
type word struct {
	text string
	Place
}

// invocation is one call of hyperfine.
type invocation struct {
	source string   // as it is written
	env    []word   // NAME=VALUE before the program
	words  []word   // behind the program
	redirs []string // such as > out.txt, as they are written
	Place
}

// reader knows the text that positions are in.
type reader struct{ text string }

func (r reader) place(p piece) Place {
	from := min(p.from, len(r.text))
	before := r.text[:from]
	line, _, _ := strings.Cut(r.text[from:max(from, min(p.to, len(r.text)))], "\n")
	return Place{Line: 1 + strings.Count(before, "\n"), Col: 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]),
		Width: max(1, utf8.RuneCountInString(line))}
}

func (r reader) source(p piece) string { return r.text[p.from:p.to] }

// pick finds the calls of hyperfine in a shell text and reads the nth of them, from 1; nth may be 0 where there is one.
// Nothing is expanded: a word that a shell would expand is a problem.
func pick(text string, nth int) (invocation, *Problem) {
	r := reader{text}
	found, open := scan(text, "hyperfine")
	if open >= 0 {
		return invocation{}, r.place(piece{open, open + 1}).problem("close it", "what begins here is not closed")
	}
	lines := make([]string, len(found))
	for i, f := range found {
		lines[i] = fmt.Sprint(r.place(f.words[0]).Line)
	}
	switch {
	case len(found) == 0:
		return invocation{}, &Problem{Message: "there is no call of hyperfine in it", Hint: "such as: hyperfine --warmup 3 'grep -R TODO .'"}
	case nth == 0 && len(found) > 1:
		return invocation{}, &Problem{Message: fmt.Sprintf("hyperfine is called %s: in the lines %s", times(len(found)), shorten(strings.Join(lines, ", "))),
			Hint: "choose one: --nth 1 is that in line " + lines[0]}
	case nth > len(found):
		return invocation{}, &Problem{Message: fmt.Sprintf("hyperfine is called only %s, in the lines %s", times(len(found)), shorten(strings.Join(lines, ", ")))}
	}
	return r.invocation(found[max(nth, 1)-1])
}

// mostWords is what one call may have, so that no text takes long.
const mostWords = 2000

// invocation reads the words of one call.
func (r reader) invocation(s simple) (invocation, *Problem) {
	whole := piece{s.from(), s.to()}
	out := invocation{source: r.source(whole), Place: r.place(whole)}
	if len(s.words)+len(s.env) > mostWords {
		return out, out.problem("measure fewer commands at once", "there are more than %d words", mostWords)
	}
	for _, p := range s.env {
		name, _, _ := strings.Cut(r.source(p), "=")
		value := piece{p.from + len(name) + 1, p.to}
		words, problem := r.words([]piece{value})
		if problem != nil {
			return out, problem
		}
		out.env = append(out.env, word{name + "=" + words[0].text, r.place(p)})
	}
	for _, p := range s.redirs {
		out.redirs = append(out.redirs, r.source(p))
	}
	var problem *Problem
	out.words, problem = r.words(s.words[1:])
	return out, problem
}

// words takes the quotes off. Everything else around the words is left out for that, so that they are one simple command.
func (r reader) words(pieces []piece) ([]word, *Problem) {
	var line strings.Builder
	line.WriteString("x")
	starts := make([]int, len(pieces))
	for i, p := range pieces {
		line.WriteByte(' ')
		starts[i] = line.Len()
		line.WriteString(r.source(p))
	}
	read, err := shell.Words(line.String())
	if err != nil {
		return nil, r.broken(err, pieces, starts)
	}
	var words []word
	read = read[min(1, len(read)):]
	for i, p := range pieces {
		place := r.place(p)
		switch {
		case p.from == p.to: // X= before a program
			words = append(words, word{"", place})
			continue
		case len(read) == 0 || read[0].Offset != starts[i]:
			return nil, place.problem("put it in quotes", "%s is no word of a command line", shorten(r.source(p)))
		case read[0].Expands:
			at := r.expanded(p)
			return nil, r.place(at).problem("write out what it stands for, or put it in single quotes if it stands for itself",
				"a shell would expand %s: only what stands for itself can be carried over", shorten(r.source(at)))
		}
		words = append(words, word{read[0].Text, place})
		read = read[1:]
	}
	return words, nil
}

// expanded is the part of a word that a shell would expand: from the first $ or ` on, or the whole word.
func (r reader) expanded(p piece) piece {
	s := r.source(p)
	single, double := false, false
	for i := 0; i < len(s); i++ {
		switch ch := s[i]; {
		case ch == '\'' && !double:
			single = !single
		case single:
		case ch == '\\':
			i++
		case ch == '"':
			double = !double
		case (ch == '$' || ch == '`') && i+1 < len(s):
			end := i + 1
			for end < len(s) && (s[end] == '_' || isLetter(s[end]) || s[end] >= '0' && s[end] <= '9') {
				end++
			}
			if end == i+1 { // no name: up to the end
				end = len(s)
			}
			return piece{p.from + i, p.from + end}
		}
	}
	return p
}

// broken places an error of the shell's parser in the text that the words are from.
func (r reader) broken(err error, pieces []piece, starts []int) *Problem {
	const hint = "it must be a command line as bash reads it"
	var e *shell.Error
	if !errors.As(err, &e) || len(pieces) == 0 {
		return &Problem{Message: err.Error(), Hint: hint}
	}
	i := 0
	for i+1 < len(starts) && starts[i+1] <= e.Offset {
		i++
	}
	at := min(pieces[i].from+max(0, e.Offset-starts[i]), pieces[i].to)
	return r.place(piece{at, at + 1}).problem(hint, "%s", e.Text)
}

func shorten(s string) string {
	if runes := []rune(s); len(runes) > 60 {
		return string(runes[:59]) + "…"
	}
	return s
}
