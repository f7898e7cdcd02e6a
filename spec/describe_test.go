package spec

import (
	"encoding/json"
	"fmt"
	"strings"
)

// describePlan writes a plan as text for goldens.
func describePlan(p *Plan) string {
	var b strings.Builder
	e := p.Experiment
	r := e.Repeats
	fmt.Fprintf(&b, "%s: blocks %d to %d, %d warm-up, precision %v, budget %v, timeout %v, control %v, pin %v, sequential %v\n",
		e.Name, r.Min, r.Max, r.Warmup, r.Precision, r.Budget, e.Timeout, e.Control, e.Pin, e.Sequential)
	for i, c := range p.Cells {
		base := "none"
		if c.Baseline >= 0 {
			base = fmt.Sprint(c.Baseline)
		}
		options, _ := json.Marshal(c.Options)
		env, _ := json.Marshal(c.Env)
		fmt.Fprintf(&b, "%d %q id %q %s %s/%s workers %d options %s env %s baseline %s\n", i, c.Cell.Key(), c.Identity, c.Workload.Name, c.Runtime.Name, c.Executor,
			c.Workers, options, env, base)
		for j, task := range c.Tasks {
			if j == 4 {
				fmt.Fprintf(&b, "    … %d tasks\n", len(c.Tasks))
				break
			}
			args, _ := json.Marshal(task)
			fmt.Fprintf(&b, "    %s\n", args)
			if c.Commands != nil {
				fmt.Fprintf(&b, "    %s\n", describeCommand(c.Commands[j]))
			}
		}
		if c.Program != nil || c.Dir != "" {
			fmt.Fprintf(&b, "    program %q in %q\n", c.Program, c.Dir)
		}
		for _, step := range c.Prepare {
			fmt.Fprintf(&b, "    prepare each %s %s\n", step.Each, describeCommand(&step.Command))
		}
		for _, step := range c.Cleanup {
			fmt.Fprintf(&b, "    cleanup each %s %s\n", step.Each, describeCommand(&step.Command))
		}
		if c.Proof != nil {
			fmt.Fprintf(&b, "    verify %s\n", describeCommand(&c.Proof.Command))
		}
	}
	for _, x := range p.Excluded {
		fmt.Fprintf(&b, "- %q %s\n", x.Cell.Key(), x.Reason)
	}
	for _, a := range e.Assertions {
		fmt.Fprintf(&b, "? %s %q at %s", a.Level, a.Check.String, a.Check.Pos(0))
		if a.Name != "" {
			fmt.Fprintf(&b, " name %q", a.Name)
		}
		if a.Where != nil {
			fmt.Fprintf(&b, " where %s", a.Where)
		}
		if a.Needs != nil {
			fmt.Fprintf(&b, " needs %q", a.Needs.String)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func describeCommand(c *Command) string {
	return fmt.Sprintf("%q env %q in %q stdin %q success %v", c.Argv, c.Env, c.Dir, c.Stdin, c.Success)
}
