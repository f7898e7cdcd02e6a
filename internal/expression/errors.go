package expression

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/expr-lang/expr/parser/lexer"
)

// addSyntax reports what the parser refused. Quotes and brackets were found in order before.
func (c *compilation) addSyntax(err error) {
	e := asFileError(err)
	list := c.tokens.list
	i, found := c.tokens.at[e.From]
	switch {
	case strings.Contains(e.Message, "maximum allowed nodes"):
		c.add(0, 1, "split it into several", "the expression is too large: more than %d parts", maxNodes)
	case strings.Contains(e.Message, "unexpected token EOF"):
		last := list[len(list)-1]
		hint := "something is missing after it"
		if last.Value == "%" {
			hint = "write 0.05 for 5 %"
		}
		c.add(last.From, last.To, hint, "the expression ends too early, after %s", quoted(last))
	case strings.Contains(e.Message, "literal"):
		c.add(e.From-1, e.To, "", "the number before cannot be read: it is too large, or not well formed")
	case found && strings.Contains(e.Message, "unexpected token "):
		c.add(list[i].From, list[i].To, c.hintUnexpected(i), "unexpected %s", quoted(list[i]))
	default:
		c.add(e.From, e.To, "", "%s", plainWords(e.Message))
	}
}

func quoted(t lexer.Token) string {
	if t.Kind == lexer.String {
		return fmt.Sprintf("the text %q", t.Value)
	}
	return `"` + t.Value + `"`
}

func (c *compilation) hintUnexpected(i int) string {
	list := c.tokens.list
	t := list[i]
	value := func(k lexer.Kind) bool { return k == lexer.Identifier || k == lexer.Number || k == lexer.String }
	switch {
	case t.Value == "&":
		return "use and, or &&"
	case t.Value == "=>" || t.Value == "=<":
		return "use >= or <="
	case t.Value == "let":
		return "write the value where it is used"
	case i > 0 && list[i-1].Value == "%":
		return "write 0.05 for 5 %"
	case i > 0 && value(list[i-1].Kind) && value(t.Kind):
		return "an operator or a comma is missing before it"
	}
	return ""
}

var (
	mismatchedTypes = whenNeeded(`^invalid operation: (\S+) \(mismatched types (.+) and (.+)\)$`)
	mismatchedType  = whenNeeded(`^invalid operation: (\S+) \(mismatched type (.+)\)$`)
)

// whenNeeded compiles a regular expression when it is first used, not at the start of every process.
func whenNeeded(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}

// addType reports what the checker refused.
func (c *compilation) addType(err error) {
	e := asFileError(err)
	message := strings.Replace(plainWords(e.Message), "builtin ", "", 1)
	hint := ""
	if m := mismatchedTypes().FindStringSubmatch(message); m != nil {
		message = fmt.Sprintf("%s does not go with %s and %s", m[1], m[2], m[3])
		if (m[1] == "and" || m[1] == "or" || m[1] == "&&" || m[1] == "||") && strings.Contains(m[2]+m[3], "number") {
			hint = "compare the number with something"
		}
	} else if m := mismatchedType().FindStringSubmatch(message); m != nil {
		message = fmt.Sprintf("%s does not go with %s", m[1], m[2])
	} else if strings.HasSuffix(message, "is undefined") {
		message = "this has no elements"
	}
	c.add(e.From, e.To, hint, "%s", message)
}
