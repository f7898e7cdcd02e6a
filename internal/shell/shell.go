// Package shell reads shell texts without running them: it finds their errors, and where in them a value may be put so
// that nothing in it is ever taken for syntax.
package shell

import (
	"errors"
	"fmt"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// Span is a part of a text, in bytes.
type Span struct{ From, To int }

// Place is how a span stands in a text: it says how a variable is written there.
type Place int

const (
	Nowhere    Place = iota // no variable can stand there: in a name, in arithmetic, in a quoted here-document
	Bare                    // outside of quotes
	Double                  // in "…", in a here-document: no quotes of its own
	Single                  // in '…'
	AnsiSingle              // in $'…'
)

// Variable writes the value of a variable so that it stays one piece at that place. It must not be Nowhere.
func (p Place) Variable(name string) string {
	switch p {
	case Double:
		return "${" + name + "}"
	case Single:
		return `'"${` + name + `}"'`
	case AnsiSingle:
		return `'"${` + name + `}"$'`
	}
	return `"${` + name + `}"`
}

// Error says what is wrong with a text. Offset counts bytes.
type Error struct {
	Offset int
	Text   string
}

func (e *Error) Error() string { return e.Text }

// Places reads a text for bash in which spans stand for values that are not known yet, and tells how each stands. The
// error is an *Error.
func Places(text string, spans []Span) ([]Place, error) {
	masked := []byte(text)
	for _, s := range spans {
		copy(masked[s.From:s.To], strings.Repeat("x", s.To-s.From))
	}
	file, err := parse(string(masked))
	if err != nil {
		return nil, err
	}
	places := make([]Place, len(spans))
	for i, s := range spans {
		places[i] = placeOf(file, s)
	}
	return places, nil
}

func parse(text string) (*syntax.File, error) {
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash), syntax.KeepComments(true)).Parse(strings.NewReader(text), "")
	if err == nil {
		return file, nil
	}
	var (
		broken syntax.ParseError
		lang   syntax.LangError
	)
	switch {
	case errors.As(err, &broken):
		return nil, &Error{int(broken.Pos.Offset()), broken.Text}
	case errors.As(err, &lang):
		return nil, &Error{int(lang.Pos.Offset()), fmt.Sprintf("bash has no %s", lang.Feature)}
	}
	return nil, &Error{0, err.Error()}
}

// inParam is a place inside of ${…} in double quotes, in which no further quotes can be told from their ends.
const inParam Place = -1

// placeOf follows the nodes that the span lies in, from the outside to the inside.
func placeOf(file *syntax.File, s Span) Place {
	place, never := Nowhere, false
	syntax.Walk(file, func(n syntax.Node) bool {
		if r, is := n.(*syntax.Redirect); is && r.Hdoc != nil && covers(r.Hdoc, s) { // which the statement does not cover
			place = Double
			never = never || r.Word.Lit() == "" // a quoted delimiter: nothing is expanded
			return true
		}
		if n != nil && covers(n, s) {
			never = never || place == inParam && isQuoted(n)
			place = within(n, s, place)
			never = never || evaluates(n, s)
		}
		return true
	})
	switch {
	case never:
		return Nowhere
	case place == inParam:
		return Bare
	}
	return place
}

// within is the place in a node, where place is that around it.
func within(n syntax.Node, s Span, place Place) Place {
	switch n := n.(type) {
	case *syntax.Word:
		if place == Nowhere {
			return Bare
		}
	case *syntax.CmdSubst, *syntax.ProcSubst, *syntax.FuncDecl:
		return Nowhere // until the next word
	case *syntax.DblQuoted, *syntax.Comment:
		return Double
	case *syntax.SglQuoted:
		if n.Dollar {
			return AnsiSingle
		}
		return Single
	case *syntax.ParamExp:
		switch {
		case n.Param != nil && covers(n.Param, s):
			return Nowhere
		case place == Double:
			return inParam
		}
	}
	return place
}

func isQuoted(n syntax.Node) bool {
	_, single := n.(*syntax.SglQuoted)
	_, double := n.(*syntax.DblQuoted)
	return single || double
}

// evaluates tells whether the shell would evaluate a value there, as an expression that may run commands: in arithmetic, an
// index, a slice, a comparison of numbers.
func evaluates(n syntax.Node, s Span) bool {
	switch n := n.(type) {
	case *syntax.ArithmExp, *syntax.ArithmCmd, *syntax.LetClause, *syntax.CStyleLoop:
		return true
	case *syntax.ParamExp:
		return n.Index != nil && covers(n.Index, s) ||
			n.Slice != nil && (n.Slice.Offset != nil && covers(n.Slice.Offset, s) || n.Slice.Length != nil && covers(n.Slice.Length, s))
	case *syntax.Assign:
		return n.Index != nil && covers(n.Index, s)
	case *syntax.ArrayElem:
		return n.Index != nil && covers(n.Index, s)
	case *syntax.BinaryTest:
		return n.Op >= syntax.TsEql && n.Op <= syntax.TsGtr
	case *syntax.UnaryTest:
		return n.Op == syntax.TsVarSet || n.Op == syntax.TsRefVar
	}
	return false
}

func covers(n syntax.Node, s Span) bool {
	return int(n.Pos().Offset()) <= s.From && int(n.End().Offset()) >= s.To
}
