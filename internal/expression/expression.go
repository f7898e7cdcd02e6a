// Package expression compiles and evaluates the conditions of a spec: expr-lang with named arguments, positions in the
// file, and the value of every sub-expression. It does not know what the functions mean.
package expression

// Scope is what an expression may name.
type Scope struct {
	Variables map[string]any // an example value each, which gives the type; nil means any type
	Functions []Function
	Bool      bool // the expression must be true or false
}

// Function is one that an expression may call, with named arguments.
type Function struct {
	Name     string
	Doc      string
	Unit     string // of what it returns: s, B, 1, tasks/s
	Any      bool   // returns anything; otherwise a float64
	Selector bool   // takes, besides Params, named arguments of any name, cell keys as strings, or bare executor names
	Params   []Param
}

// Param is a named argument with a default.
type Param struct {
	Name    string
	Doc     string
	Default any      // string, int or float64; gives the type
	Choices []string // of a string
}

// Call is one call of a Function in an expression. From and To are rune offsets of the call in the text.
type Call struct {
	Function string
	From, To int
	Args     []Arg // the selector's, in order of writing
	Params   []any // the values of Function.Params where they are known before anything runs, else nil
}

// Arg is one argument of a selector. Name is "" for a cell key given as a string or a bare name.
type Arg struct {
	Name     string
	From, To int // of the name, or of the string
	Const    any // its value where that is known before anything runs, else nil
	ValueAt  int // rune offset of the value
	ValueTo  int // of its end, exclusive
}

// Caller answers the calls of an expression: call is an index into Program.Calls, selector holds the values of
// Call.Args, params those of Function.Params in their order.
type Caller func(call int, selector []any, params []any) (any, error)

// Part is a sub-expression and what it came to. Parts inside a predicate have no value of their own and are left out.
type Part struct {
	From, To int
	Value    any
	Unit     string
	Err      error
}
