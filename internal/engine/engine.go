// Package engine turns a plan into trials: block by block, one trial at a time, each recorded before the next starts. With
// hosts there are several blocks at once, each whole on one of them.
//
// It decides nothing about what the numbers mean, prints nothing and stores nothing itself: a Recorder keeps the trials
// and Notify hears of them.
package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"bench/runner/executors"
	"bench/runner/results"
	"bench/runner/spec"
)

// Recorder keeps a trial durably before it returns.
type Recorder interface {
	Record(context.Context, results.Trial) error
}

// Engine runs one plan.
type Engine struct {
	Plan     *spec.Plan
	Recorder Recorder
	Launch   func(context.Context, executors.Job) executors.Observation // executors.Run, or a fake
	Notify   func(Event)                                                // may be nil; called between trials only, one at a time
	Announce func(step string)                                          // may be nil; called before a preparation or clean-up of the run, with "" after them
	Now      func() time.Time                                           // nil: time.Now
	Find     func(program string) error                                 // nil: looks on PATH
	Scratch  string                                                     // where trials get their private directories; "": the system's

	// More is asked after the warm-up, and again after each block, which cells the next block is to have: indices in
	// Plan.Cells, none to end the run. nil: all cells, as often as Repeats.Min says. With hosts it is asked for each block that
	// is handed out, whatever is on its way; that there is enough it has to say once more when all of that is recorded.
	More func() []int

	// Contamination begins to watch what else takes part of the machine; what it returns is called after the trial, with the
	// number of workers that ran at once, 0 if that is not known, and says what did, or "". nil: nothing is ever said.
	Contamination func() func(workers int) string

	// Before is what the run has recorded already, if it is resumed: it goes on after that, in the order of its plan.
	Before []results.Trial
	Spent  time.Duration // of the budget, before

	// Turn waits until no other runner measures on this machine, and keeps others from it until done is called. It is asked
	// before each trial, with its steps, and each preparation of the run. nil: nobody is waited for.
	Turn func(context.Context) (done func())

	// Await waits until what a cell needs besides this machine is there, before its trial waits for its turn; nil: it needs nothing.
	Await func(context.Context, *spec.PlannedCell)

	// Stage makes what trials need besides their plan, in a private directory of the run; nil: nothing.
	Stage func(ctx context.Context, dir string) (*Stage, error)

	// Hosts are where blocks are run, as many at once as there are hosts; nil: here. Launch, Find, Turn and Contamination are
	// not asked then, and of the stage there is only what it says of values: hosts have programs of their own.
	Hosts Hosts
	// Calibrate measures a host before its first block and after its last (results.Begin, results.End). An error ends the run.
	// nil: nothing is measured.
	Calibrate func(ctx context.Context, h Host, when string) error
}

// Event says that a trial was recorded.
type Event struct {
	Trial results.Trial
	Again bool // it was recorded before the run was resumed
	Cell  int  // index in Plan.Cells
	Done  int  // trials so far
	Total int  // trials that are to be expected, at most if AtMost
	Block int  // from 0, warm-up blocks first
	Of    int  // blocks that are to be expected, at most if AtMost; it may grow

	AtMost bool  // the run ends when enough is known
	Cells  []int // that this block has, as indices in Plan.Cells; nil: all. Only to be read
}

// Outcome says how the run ended.
type Outcome struct {
	Trials      int
	Interrupted bool  // the context was cancelled; the trial in flight was not recorded
	OutOfBudget bool  // the time budget was used up before the planned number of blocks
	Undone      error // what was set up for the run and could not be undone as it should: a clean-up, a server that had died
	Lost        error // the hosts that were lost while they had a block, each with the reason; nil: none was
}

// Run executes the plan. An error means that a trial could not be recorded, or that what the run needs could not be set
// up; what workloads do wrong is in the trials.
func (e *Engine) Run(ctx context.Context) (out Outcome, err error) {
	if e.Now == nil {
		e.Now = time.Now
	}
	before, err := newPast(e.Plan, e.Before)
	if err != nil {
		return out, err
	}
	start := e.Now().Add(-e.Spent)
	room, err := newScratch(e.Scratch)
	if err != nil {
		return out, err
	}
	defer room.remove()
	stage, err := e.stage(ctx, room)
	if err != nil {
		return out, err
	}
	defer func() {
		executors.Dismiss() // before the fixtures end, which leave nothing behind that is not known to them
		out.Undone = errors.Join(out.Undone, stage.close())
	}()
	c := course{Engine: e, proof: newProof(e.Plan), past: before, absent: make([]bool, len(e.Plan.Cells)), began: start}
	if e.Hosts != nil {
		err = c.onHosts(ctx, stage, room)
		return c.out, err
	}
	around := newSteps(e, stage, here{e, room}, room.next)
	defer func() { out.Undone = around.cleanup(ctx) }()
	if around.prepare(ctx); ctx.Err() != nil {
		out.Interrupted = true
		return out, nil
	}
	err = c.blocks(ctx, around)
	return c.out, err
}

// blockSlots is the order of a block. It begins with the baselines whose result is still unknown: until they have run
// there is nothing to prove the others with.
func (e *Engine) blockSlots(block int, proof *proof) []spec.Slot {
	slots := e.Plan.Block(block)
	slices.SortStableFunc(slots, func(a, b spec.Slot) int { return rank(proof, a) - rank(proof, b) })
	return slots
}

func rank(proof *proof, s spec.Slot) int {
	if proof.waits(s.Cell) {
		return 0
	}
	return 1
}

// trial runs one slot until it is measured. While it waits for others, it keeps nobody from measuring.
func (c *course) trial(ctx context.Context, around *steps, slot spec.Slot, r *round, position int) (results.Trial, error) {
	for {
		if c.Await != nil {
			c.Await(ctx, &c.Plan.Cells[slot.Cell])
		}
		trial, unmeasured, err := c.attempt(ctx, around, slot, r, position)
		if !unmeasured || err != nil || ctx.Err() != nil {
			return trial, err
		}
	}
}

// attempt runs one slot and stamps what was seen.
func (c *course) attempt(ctx context.Context, around *steps, slot spec.Slot, r *round, position int) (_ results.Trial, unmeasured bool, err error) {
	cell := &c.Plan.Cells[slot.Cell]
	defer around.engine.turn(ctx)()
	dir, err := around.dir()
	if err != nil {
		return results.Trial{}, false, fmt.Errorf("make the trial's directory: %w", err)
	}
	defer around.host.Free(dir)
	quieten()
	started := c.Now()
	seen, contaminated := around.during(ctx, slot.Cell, job(c.Plan, cell, r.number, dir))
	if seen.Unmeasured != "" {
		return results.Trial{}, true, nil
	}
	trial := results.Trial{
		Cell: cell.Cell, Workload: cell.Workload.Name,
		Block: r.number, Position: position, Control: slot.Control, Warmup: r.warmup,
		Status: seen.Status, Reason: seen.Reason,
		Started: started, Wall: seen.Wall, Phases: seen.Phases, Usage: seen.Usage, Runtime: seen.Runtime,
		Workers: cell.Workers, Tasks: len(cell.Tasks), Spans: seen.Spans, Results: seen.Results,
		Stdout: seen.Stdout, Stderr: seen.Stderr, Warnings: seen.Warnings, Contaminated: contaminated,
		Hosts: seen.Hosts,
	}
	if name := around.host.Name(); name != "" {
		trial.Hosts = []string{name}
		if told := "on " + name + ": "; trial.Status == results.Unavailable && !strings.HasPrefix(trial.Reason, told) {
			trial.Reason = told + trial.Reason
		}
	}
	if trial.Status == results.OK || trial.Status == results.Leaked {
		if problem := c.wrong(ctx, around, slot.Cell, &trial, dir); problem != nil {
			trial.Status, trial.Reason = results.Wrong, problem.Error()
		}
	}
	trial.Warnings = append(trial.Warnings, around.after(ctx, slot.Cell, dir)...)
	return trial, false, nil
}

// wrong says what is wrong with the work of a trial; nil if nothing is.
func (c *course) wrong(ctx context.Context, around *steps, index int, trial *results.Trial, dir string) error {
	var files map[string]any
	if c.Plan.Cells[index].Workload.AsksFor("files") {
		var err error
		if files, err = around.host.Files(ctx, dir); err != nil {
			return err
		}
	}
	if err := c.proof.check(index, trial, files); err != nil {
		return err
	}
	return around.prove(ctx, index, dir)
}

func (e *Engine) turn(ctx context.Context) (done func()) {
	if e.Turn == nil {
		return func() {}
	}
	return e.Turn(ctx)
}

func job(plan *spec.Plan, cell *spec.PlannedCell, block int, dir string) executors.Job {
	j := executors.Job{
		Cell: cell.Cell, Block: block, Runtime: cell.Runtime.Name,
		Executor: cell.Executor, Workers: cell.Workers, Options: cell.Options,
		Workload: cell.Workload.Builtin, Env: cell.Env, Dir: dir,
		Pin: plan.Experiment.Pin, Timeout: cell.Timeout,
		Limits: executors.Limits(plan.Experiment.Limits),
	}
	for _, args := range cell.Tasks {
		j.Tasks = append(j.Tasks, args)
	}
	j.WorkDir = cell.Dir
	if cell.Program != nil {
		j.Program, j.Workload = cell.Program, cell.Workload.Name
	}
	made := map[*spec.Command]*executors.Command{}
	for _, c := range cell.Commands {
		if made[c] == nil {
			made[c] = command(c)
		}
		j.Commands, j.WorkDir = append(j.Commands, made[c]), c.Dir
	}
	j.Output = cell.Commands != nil && cell.Workload.AsksFor("stdout")
	return j
}
