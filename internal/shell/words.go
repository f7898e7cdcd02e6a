package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// Word is one word of a command line.
type Word struct {
	Text    string // without its quotes
	Offset  int    // in bytes
	Expands bool   // a shell would put something else for it, or for a part; Text has that part as it is written
}

// Words splits a command line as a shell would, and expands nothing. It gives no words for what is not one simple
// command: assignments, redirections, pipes and all that. The error is an *Error.
func Words(line string) ([]Word, error) {
	file, err := parse(line)
	if err != nil || len(file.Stmts) != 1 {
		return nil, err
	}
	stmt := file.Stmts[0]
	call, simple := stmt.Cmd.(*syntax.CallExpr)
	if !simple || len(call.Assigns) > 0 || len(stmt.Redirs) > 0 || stmt.Negated || stmt.Background || stmt.Coprocess {
		return nil, nil
	}
	var words []Word
	for _, w := range call.Args {
		words = append(words, wordOf(line, w))
	}
	return words, nil
}

func wordOf(line string, w *syntax.Word) Word {
	var b strings.Builder
	out := Word{Offset: int(w.Pos().Offset())}
	source := func(n syntax.Node) {
		out.Expands = true
		b.WriteString(line[n.Pos().Offset():n.End().Offset()])
	}
	for i, part := range w.Parts {
		switch part := part.(type) {
		case *syntax.Lit:
			out.Expands = out.Expands || pattern(part.Value, i == 0)
			b.WriteString(unescape(part.Value, ""))
		case *syntax.SglQuoted:
			if part.Dollar {
				source(part)
			} else {
				b.WriteString(part.Value)
			}
		case *syntax.DblQuoted:
			for _, inner := range part.Parts {
				if lit, isLit := inner.(*syntax.Lit); isLit && !part.Dollar {
					b.WriteString(unescape(lit.Value, "$`\"\\\n"))
				} else {
					source(inner)
				}
			}
		default:
			source(part)
		}
	}
	out.Text = b.String()
	return out
}

// pattern tells whether a shell would look for files, for a home directory, or make several words of a literal.
func pattern(lit string, first bool) bool {
	var bare strings.Builder // without what is escaped
	for i := 0; i < len(lit); i++ {
		if lit[i] == '\\' {
			i++
			continue
		}
		bare.WriteByte(lit[i])
	}
	s := bare.String()
	_, after, open := strings.Cut(s, "{")
	inside, _, closed := strings.Cut(after, "}")
	braces := open && closed && (strings.Contains(inside, ",") || strings.Contains(inside, ".."))
	return braces || strings.ContainsAny(s, "*?[") || first && strings.HasPrefix(s, "~")
}

// unescape takes the backslashes out that stand before one of special, or before anything if it is "". One at the end of
// a line joins the lines.
func unescape(s, special string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && (special == "" || strings.IndexByte(special, s[i+1]) >= 0) {
			if i++; s[i] == '\n' {
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
