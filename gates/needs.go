package gates

import (
	"fmt"
	"slices"
	"strings"

	"bench/runner/internal/expression"
	"bench/runner/results"
)

// unmet is the reason why a check is skipped before it is looked at: its needs are not met, they or the check use what
// is not known of this machine, or its cells are excluded. An error says why it cannot be told.
func (m *measured) unmet(c *Check) (string, error) {
	a := c.assertion
	if a.needs != nil {
		vars, unknown := m.known(c, a.needs)
		if unknown != "" {
			return fmt.Sprintf("needs %s: %s is not known here", oneLine(a.needs.Text().String), unknown), m.silent(c, unknown)
		}
		met, err := a.needs.Eval(vars, plainCaller(a.needs))
		if err != nil {
			return "", fmt.Errorf("needs %s: %w", oneLine(a.needs.Text().String), err)
		}
		if met != true {
			var values []string
			for _, name := range a.needs.Variables() {
				values = append(values, name+" is "+hostValue(name, vars[name]))
			}
			return fmt.Sprintf("needs %s: %s", oneLine(a.needs.Text().String), cmpOr(strings.Join(values, ", "), "that is never so")), nil
		}
	}
	if c.skip != "" {
		return c.skip, nil
	}
	if _, unknown := m.known(c, a.program); unknown != "" {
		return unknown + " is not known here", m.silent(c, unknown)
	}
	return "", nil
}

// hostValue is what a variable of the machine came to, with no more digits than it is known to.
func hostValue(name string, v any) string {
	f, isFloat := v.(float64)
	switch {
	case name == "memory" && isFloat:
		return fmt.Sprintf("%.3g*GiB", f/(1<<30))
	case isFloat:
		return fmt.Sprintf("%.3g", f)
	}
	return fmt.Sprint(v)
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// known gives the variables, and the first that the program uses although it is not known here.
func (m *measured) known(c *Check, program *expression.Program) (vars map[string]any, unknown string) {
	vars = map[string]any{}
	if m.Host.Cores > 0 {
		vars["cores"] = m.Host.Cores
	}
	if p := m.Host.Parallelism; p != nil && finite(*p) {
		vars["parallelism"] = *p
	}
	if m.Host.Memory > 0 {
		vars["memory"] = float64(m.Host.Memory)
	}
	texts := map[string]string{"os": m.Host.OS, "arch": m.Host.Arch,
		"version": m.runtime(c, func(r results.RuntimeInfo) string { return r.Version }),
		"gil":     m.runtime(c, func(r results.RuntimeInfo) string { return r.GIL })}
	for name, text := range texts {
		if text != "" {
			vars[name] = text
		}
	}
	if program == nil {
		return vars, ""
	}
	for _, name := range program.Variables() {
		if _, ok := vars[name]; !ok {
			return vars, name
		}
	}
	return vars, ""
}

// silent is an error where the runtime said nothing of itself because no trial got that far: that is no excuse.
func (m *measured) silent(c *Check, variable string) error {
	if variable != "version" && variable != "gil" {
		return nil
	}
	for _, cell := range c.asked {
		if m.missed[cell] || m.absent[cell] == "" && !slices.ContainsFunc(m.counted[cell], func(t *results.Trial) bool { return t.Status == results.OK }) {
			return m.noOK(cell)
		}
	}
	return nil
}

// runtime is what the trials of the check's cells say of their runtime; "" if nothing, or not all the same.
func (m *measured) runtime(c *Check, field func(results.RuntimeInfo) string) string {
	var said []string
	for _, cell := range c.asked {
		for _, t := range m.seen[cell] {
			if s := field(t.Runtime); s != "" && !slices.Contains(said, s) {
				said = append(said, s)
			}
		}
	}
	if len(said) != 1 {
		return ""
	}
	return said[0]
}

// plainCaller answers the calls of functions that ask about no cell.
func plainCaller(p *expression.Program) expression.Caller {
	return func(call int, _, params []any) (any, error) {
		return registry[p.Calls()[call].Function].value(&query{params: params})
	}
}
