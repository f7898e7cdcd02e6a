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
	Nowhere    Place = iota // no variable can stand there, such as in a name or a quoted here-document
	Bare                    // outside of quotes
	Double                  // in "…", in a here-document, in arithmetic: no quotes of its own
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

// placeOf follows the nodes that the span lies in, from the outside to the inside.
func placeOf(file *syntax.File, s Span) Place {
	place := Nowhere
	syntax.Walk(file, func(n syntax.Node) bool {
		if r, is := n.(*syntax.Redirect); is && r.Hdoc != nil && covers(r.Hdoc, s) { // which the statement does not cover
			if place = Double; r.Word.Lit() == "" { // a quoted delimiter: nothing is expanded
				place = Nowhere
			}
			return place != Nowhere
		}
		if n != nil && covers(n, s) {
			place = within(n, s, place)
		}
		return true
	})
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
	case *syntax.DblQuoted, *syntax.ArithmExp, *syntax.ArithmCmd, *syntax.Comment:
		return Double
	case *syntax.SglQuoted:
		if n.Dollar {
			return AnsiSingle
		}
		return Single
	case *syntax.ParamExp:
		if n.Param != nil && covers(n.Param, s) {
			return Nowhere
		}
	}
	return place
}

func covers(n syntax.Node, s Span) bool {
	return int(n.Pos().Offset()) <= s.From && int(n.End().Offset()) >= s.To
}
