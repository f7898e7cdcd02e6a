package expression

import (
	"errors"
	"fmt"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/compiler"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"

	"bench/runner/internal/diag"
)

// memoryBudget bounds how many elements one evaluation may create, and so how long its loops can take. A list that is
// given as a variable allows as much again.
const memoryBudget = 10_000

// maxSteps bounds how often one evaluation may come to a predicate: two of them over a list of a thousand, one in the
// other, do so a million times, and three would go on for minutes. It is about a second's worth.
const maxSteps = 5_000_000

// Program is a compiled expression. It is not safe for use by several goroutines at once.
type Program struct {
	text      diag.Text
	calls     []Call
	variables []string
	wantBool  bool

	root   ast.Node
	source file.Source
	config *conf.Config
	facts  *facts
	bound  map[*ast.CallNode]*boundCall

	code        *vm.Program
	machine     vm.VM
	steps       int // of predicates in the last evaluation
	caller      Caller
	parts       []part       // made by the first Parts
	comparisons []Comparison // made by the first Comparisons
}

// Text is the source it was compiled from.
func (p *Program) Text() diag.Text { return p.text }

// Calls are the calls of the scope's functions, in order of writing.
func (p *Program) Calls() []Call { return p.calls }

// Variables are the names of the scope's variables that the expression uses, sorted.
func (p *Program) Variables() []string { return p.variables }

// Eval is the expression's value. The error is the caller's own where call failed, otherwise it says what could not be
// computed. A program compiled with Scope.Bool gives a bool or an error.
func (p *Program) Eval(vars map[string]any, call Caller) (any, error) {
	v, err := p.run(p.code, vars, call)
	if err != nil {
		return nil, err
	}
	if _, isBool := v.(bool); p.wantBool && !isBool {
		return nil, fmt.Errorf("the expression is %s, not true or false", kindOf(v))
	}
	return v, nil
}

func (p *Program) run(code *vm.Program, vars map[string]any, call Caller) (any, error) {
	p.caller, p.steps = call, 0
	defer func() { p.caller = nil }() // a program lives longer than the data behind its calls
	p.machine.MemoryBudget = memoryBudget
	for _, name := range p.variables {
		if list, ok := vars[name].([]any); ok {
			p.machine.MemoryBudget += 10 * uint(len(list))
		}
	}
	v, err := p.machine.Run(code, vars)
	if err == nil {
		return v, nil
	}
	var failed *callError
	if errors.As(err, &failed) {
		return nil, failed.err
	}
	var located *file.Error
	if errors.As(err, &located) {
		return nil, errors.New(plainWords(located.Message))
	}
	return nil, err
}

// Steps is how often the last evaluation came to a predicate.
func (p *Program) Steps() int { return p.steps }

// step counts one.
func (p *Program) step() error {
	if p.steps++; p.steps > maxSteps {
		return fmt.Errorf("the predicates take more than %d steps", maxSteps)
	}
	return nil
}

// callError marks what a Caller returned, so that it comes out of Eval as it was.
type callError struct{ err error }

func (e *callError) Error() string { return e.err.Error() }

func (p *Program) compile(node ast.Node) (*vm.Program, error) {
	return compiler.Compile(&parser.Tree{Node: node, Source: p.source}, p.config)
}
