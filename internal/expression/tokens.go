package expression

import (
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser/lexer"
)

// tokens are the words of an expression, with the partner of each bracket.
type tokens struct {
	list    []lexer.Token
	partner map[int]int // index of a bracket -> index of the one that opens or closes it
	at      map[int]int // rune offset -> index
}

// scan reads the words, and refuses what is too long, too deep, empty, or not closed.
func (c *compilation) scan() {
	if n := utf8.RuneCountInString(c.text.String); n > maxLength {
		c.add(0, 1, "split it into several", "the expression is too long: %d characters, at most %d", n, maxLength)
		return
	}
	lex := lexer.New()
	lex.DisableIfOperator = true
	lex.Reset(file.NewSource(c.text.String))
	c.tokens = tokens{partner: map[int]int{}, at: map[int]int{}}
	for {
		t, err := lex.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			c.addLexical(asFileError(err))
			return
		}
		if t.Kind == lexer.EOF {
			continue
		}
		c.tokens.at[t.From] = len(c.tokens.list)
		c.tokens.list = append(c.tokens.list, t)
	}
	if len(c.tokens.list) == 0 {
		c.add(0, 1, "write a condition, such as speedup(procs=2) > 1.3", "the expression is empty")
		return
	}
	c.brackets()
}

var closing = map[string]string{"(": ")", "[": "]", "{": "}"}

func (c *compilation) brackets() {
	var open []int
	for i, t := range c.tokens.list {
		switch {
		case t.Kind != lexer.Bracket:
		case closing[t.Value] != "":
			if open = append(open, i); len(open) > maxDepth {
				c.add(t.From, t.To, "split it into several", "the brackets are nested deeper than %d", maxDepth)
				return
			}
		case len(open) == 0:
			c.add(t.From, t.To, "take it away, or open it before", "%q closes nothing", t.Value)
			return
		default:
			last := c.tokens.list[open[len(open)-1]]
			if closing[last.Value] != t.Value {
				c.add(last.From, last.To, "write the missing \""+closing[last.Value]+"\"", "%q is closed by %q", last.Value, t.Value)
				return
			}
			c.tokens.partner[i], c.tokens.partner[open[len(open)-1]] = open[len(open)-1], i
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		t := c.tokens.list[open[len(open)-1]]
		c.add(t.From, t.To, "write the missing \""+closing[t.Value]+"\"", "%q is not closed", t.Value)
	}
}

// own is the range of token indices that belongs to the node itself, not to its operands; empty where the parser's
// location says nothing of use.
func (ts tokens) own(node ast.Node) span {
	if node == nil {
		return span{}
	}
	switch node.(type) {
	case *ast.ConditionalNode, *ast.PairNode, *ast.SequenceNode:
		return span{}
	}
	i, ok := ts.at[node.Location().From]
	if !ok {
		return span{}
	}
	s := span{i, i + 1}
	switch n := node.(type) {
	case *ast.CallNode, *ast.BuiltinNode:
		if i+1 < len(ts.list) && ts.list[i+1].Value == "(" {
			s.to++
		}
	case *ast.PointerNode:
		if n.Name != "" {
			s.to++
		}
	}
	return s
}

// balance widens a range until each bracket in it has its partner in it.
func (ts tokens) balance(s span) span {
	for i := s.from; i < s.to; i++ {
		j, ok := ts.partner[i]
		switch {
		case !ok:
		case j >= s.to:
			s.to = j + 1
		case j < s.from:
			i, s.from = j-1, j
		}
	}
	return s
}

func (ts tokens) runes(s span) span {
	if s.to == 0 || s.to > len(ts.list) {
		return span{}
	}
	return span{ts.list[s.from].From, ts.list[s.to-1].To}
}

// addLexical reports what cannot even be split into words.
func (c *compilation) addLexical(e *file.Error) {
	if strings.Contains(e.Message, "not terminated") {
		from := c.afterLastToken("\"'`")
		quote := string([]rune(c.text.String)[from])
		c.add(from, from+1, "write the missing "+quote, "the text that begins with %s is not closed", quote)
		return
	}
	from := e.From
	if strings.HasPrefix(e.Message, "bad number") {
		from = c.afterLastToken("0123456789.")
	}
	c.add(from, e.To, hintLexical(e.Message), "%s", strings.ToLower(e.Message[:1])+e.Message[1:])
}

// afterLastToken is the offset of the first of some runes after the words that could be read.
func (c *compilation) afterLastToken(of string) int {
	i, runes := 0, []rune(c.text.String)
	if n := len(c.tokens.list); n > 0 {
		i = c.tokens.list[n-1].To
	}
	for i < len(runes)-1 && !strings.ContainsRune(of, runes[i]) {
		i++
	}
	return i
}

func hintLexical(message string) string {
	switch {
	case strings.HasPrefix(message, "bad number"):
		return "write a unit as a factor: 500*ms, 64*MiB"
	case strings.Contains(message, "escape"):
		return `write \\ for a backslash`
	}
	return ""
}
