package fleet

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"bench/runner/internal/link"
)

// slurm are agents in jobs of Slurm: pilots, which hold their nodes for as long as the run lasts. Cells are never jobs, since
// the queue would take longer than most of them.
type slurm struct {
	join    link.Join
	dir     string // shared with the nodes
	n       int
	command string
	sbatch  []string

	file string
	job  string
	lost error // submitted, and nobody knows as what: it is not to be submitted again
}

// Slurm is n agents, each in a job of its own that sbatch submits with these further arguments. Their join file comes into dir,
// which their nodes must share with this machine.
func Slurm(join link.Join, dir string, n int, command string, sbatch []string) Provider {
	return &slurm{join: join, dir: dir, n: n, command: command, sbatch: sbatch}
}

func (s *slurm) Ensure() error {
	if s.job != "" || s.lost != nil {
		return s.lost // Slurm itself starts them again, or does not
	}
	dir, err := filepath.Abs(s.dir)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".runner-join-*") // mode 0600
	if err != nil {
		return fmt.Errorf("the join file for the nodes: %w", err)
	}
	s.file = f.Name()
	if err := errors.Join(f.Close(), s.join.Write(s.file)); err != nil {
		return err
	}
	argv := append([]string{"--parsable", "--job-name=runner-agent", "--output=/dev/null", fmt.Sprintf("--array=1-%d", s.n)}, s.sbatch...)
	submit := exec.Command("sbatch", argv...)
	name := "node-$SLURM_ARRAY_TASK_ID"
	if !s.join.Passing { // other runs may have agents at the same broker
		name = "node-$SLURM_ARRAY_JOB_ID-$SLURM_ARRAY_TASK_ID"
	}
	submit.Stdin = strings.NewReader("#!/bin/sh\nexec " + quoted(s.command) + " agent --join " + quoted(s.file) + " --name \"" + name + "\"\n")
	out, err := submit.Output()
	if err != nil {
		var failed *exec.ExitError
		if errors.As(err, &failed) {
			err = fmt.Errorf("%w: %s", err, strings.TrimSpace(string(failed.Stderr)))
		}
		return fmt.Errorf("sbatch: %w", err)
	}
	if s.job, _, _ = strings.Cut(strings.TrimSpace(string(out)), ";"); s.job == "" {
		s.lost = fmt.Errorf("sbatch gave no number of a job, but %q: squeue --name=runner-agent shows what was submitted, and scancel ends it", strings.TrimSpace(string(out)))
	}
	return s.lost
}

// quoted is a word of a shell.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

func (s *slurm) Stop() {
	if s.job != "" {
		cancel := exec.Command("scancel", "--", s.job)
		cancel.WaitDelay = 5 * time.Second
		_ = cancel.Run()
	}
	if s.file != "" {
		_ = os.Remove(s.file)
	}
}
