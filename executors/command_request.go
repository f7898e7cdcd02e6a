package executors

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"bench/runner/workloads"
)

// orders are what a request says of a job of commands. Arguments, variables and paths may be any bytes, which JSON
// takes in base64 only. A command that many tasks share is there once.
type orders struct {
	Commands []order `json:"commands"`
	Tasks    []int   `json:"tasks"` // which of the commands each is
	Dir      []byte  `json:"dir"`
	WorkDir  []byte  `json:"work_dir"`
	Output   bool    `json:"output"`
	Env      pairs   `json:"env"` // of all commands, over what the trial's process has
}

// pairs are names and values of variables.
type pairs [][2][]byte

type order struct {
	Argv    [][]byte `json:"argv"`
	Env     pairs    `json:"env,omitempty"`
	Stdin   []byte   `json:"stdin,omitempty"`
	Success []int    `json:"success,omitempty"`
}

func ordersOf(job Job) *orders {
	o := &orders{Tasks: make([]int, len(job.Commands)), Dir: []byte(job.Dir), WorkDir: []byte(job.WorkDir), Output: job.Output,
		Env: append(pairsOf(tuning()), pairsOf(job.variables())...)}
	place := map[*Command]int{}
	for i, c := range job.Commands {
		at, known := place[c]
		if !known {
			at = len(o.Commands)
			place[c] = at
			o.Commands = append(o.Commands, orderOf(c))
		}
		o.Tasks[i] = at
	}
	return o
}

func orderOf(c *Command) order {
	o := order{Stdin: []byte(c.Stdin), Success: c.Success, Env: pairsOf(c.Env)}
	for _, arg := range c.Argv {
		o.Argv = append(o.Argv, []byte(arg))
	}
	return o
}

func pairsOf(env map[string]string) (p pairs) {
	for _, name := range slices.Sorted(maps.Keys(env)) {
		p = append(p, [2][]byte{[]byte(name), []byte(env[name])})
	}
	return p
}

func (p pairs) variables() map[string]string {
	if len(p) == 0 {
		return nil
	}
	env := make(map[string]string, len(p))
	for _, variable := range p {
		env[string(variable[0])] = string(variable[1])
	}
	return env
}

// fill is the way back: it makes the job of a request one of commands.
func (o *orders) fill(job *Job) error {
	distinct := make([]Command, len(o.Commands))
	for i := range o.Commands {
		distinct[i] = o.Commands[i].command()
		if err := distinct[i].check(); err != nil {
			return fmt.Errorf("command %d: %w", i, err)
		}
	}
	job.Commands = make([]*Command, len(o.Tasks))
	job.Tasks = make([]workloads.Args, len(o.Tasks))
	for i, at := range o.Tasks {
		if at < 0 || at >= len(distinct) {
			return fmt.Errorf("task %d is command %d, and there are %d", i, at, len(distinct))
		}
		job.Commands[i] = &distinct[at]
	}
	job.Dir, job.WorkDir, job.Output, job.Env = string(o.Dir), string(o.WorkDir), o.Output, o.Env.variables()
	return nil
}

func (o *order) command() Command {
	c := Command{Stdin: string(o.Stdin)}
	if len(o.Success) > 0 {
		c.Success = o.Success
	}
	for _, arg := range o.Argv {
		c.Argv = append(c.Argv, string(arg))
	}
	c.Env = o.Env.variables()
	return c
}

// check refuses what the system could not start, or would understand otherwise.
func (c *Command) check() error {
	if c == nil || len(c.Argv) == 0 || c.Argv[0] == "" {
		return errors.New("it has no program: give a name")
	}
	for i, arg := range c.Argv {
		if strings.Contains(arg, "\x00") {
			return fmt.Errorf("argument %d has a zero byte, which no program can be given", i)
		}
	}
	for name, value := range c.Env {
		if name == "" || strings.ContainsAny(name, "=\x00") || strings.Contains(value, "\x00") {
			return fmt.Errorf("the variable %q cannot be set: a name is not empty and has no =, and neither has a zero byte", name)
		}
	}
	if strings.Contains(c.Stdin, "\x00") {
		return fmt.Errorf("the path of its stdin has a zero byte: %q", c.Stdin)
	}
	return nil
}

// refuseCommands says why the commands of a job cannot be run at all; "" if they can.
func refuseCommands(job Job) string {
	switch _, known := commandInfo(job.Executor); {
	case len(job.Commands) == 0:
		return ""
	case len(job.Program) > 0:
		return "the job has a program and commands: give one of them"
	case !known:
		return fmt.Sprintf("there is no executor %q for commands", job.Executor)
	case len(job.Commands) != len(job.Tasks):
		return fmt.Sprintf("%d commands for %d tasks: give one a task", len(job.Commands), len(job.Tasks))
	case job.Dir == "":
		return "commands need a directory of the trial's own"
	}
	checked := map[*Command]bool{}
	for i, c := range job.Commands {
		if checked[c] {
			continue
		}
		checked[c] = true
		if err := c.check(); err != nil {
			return fmt.Sprintf("task %d: %v", i, err)
		}
	}
	return ""
}
