package fleet

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"bench/runner/executors"
	"bench/runner/workloads"
)

// fetch has the files of a job here, and puts their paths into it. One that is there under the same path with the same
// contents is taken as it is: on this machine, or where both have one file system.
func (a *Agent) fetch(ctx context.Context, files []File, job *executors.Job, work *Work) error {
	for _, f := range files {
		if same(f.Path, f.Digest) {
			continue
		}
		path, err := a.bring(ctx, f)
		if err != nil {
			return fmt.Errorf("the file %s: %w", filepath.Base(f.Path), err)
		}
		substitute(job, f.Path, path)
		if work.File == f.Path {
			work.File = path
		}
	}
	return nil
}

// bring writes a file into the directory here that stands for its directory there: files that were beside one another stay so.
func (a *Agent) bring(ctx context.Context, f File) (path string, err error) {
	base := filepath.Base(f.Path)
	if base == "." || base == ".." || base == "/" || !filepath.IsAbs(f.Path) {
		return "", errors.New("it has no name")
	}
	there := sha256.Sum256([]byte(filepath.Dir(f.Path)))
	dir := filepath.Join(a.Dir, "files-"+hex.EncodeToString(there[:8]))
	path = filepath.Join(dir, base)
	if same(path, f.Digest) {
		return path, nil
	}
	data, err := a.blobs.get(ctx, f.Digest)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	tmp, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return "", err
	}
	_, err = tmp.Write(data)
	err = errors.Join(err, tmp.Chmod(os.FileMode(f.Mode&0o700|0o400)), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	return path, err
}

// same tells whether a path is a regular file with these contents.
func same(path, digest string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() || info.Size() > largestBlob {
		return false
	}
	sum := sha256.New()
	_, err = io.Copy(sum, f)
	return err == nil && hex.EncodeToString(sum.Sum(nil)) == digest
}

// substitute puts one path in place of another wherever a text of the job holds it. What it changes is copied: tasks and
// commands may be shared.
func substitute(job *executors.Job, was, is string) {
	if was == "" {
		return
	}
	text := func(s string) string { return strings.ReplaceAll(s, was, is) }
	vars := func(env map[string]string) map[string]string {
		out := maps.Clone(env)
		for name, v := range out {
			out[name] = text(v)
		}
		return out
	}
	argv := func(all []string) []string {
		out := slices.Clone(all)
		for i := range out {
			out[i] = text(out[i])
		}
		return out
	}
	job.Dir, job.WorkDir, job.Workload = text(job.Dir), text(job.WorkDir), text(job.Workload)
	job.Env, job.Program = vars(job.Env), argv(job.Program)
	job.Tasks = slices.Clone(job.Tasks)
	for i, args := range job.Tasks {
		job.Tasks[i] = exchanged(args, text)
	}
	made := map[*executors.Command]*executors.Command{}
	job.Commands = slices.Clone(job.Commands)
	for i, c := range job.Commands {
		if made[c] == nil {
			made[c] = &executors.Command{Argv: argv(c.Argv), Env: vars(c.Env), Stdin: text(c.Stdin), Success: c.Success}
		}
		job.Commands[i] = made[c]
	}
}

// exchanged is args itself where nothing changes, so that calls that are the same stay one.
func exchanged(args workloads.Args, text func(string) string) workloads.Args {
	var out workloads.Args
	for name, v := range args {
		if s, is := v.(string); is && text(s) != s {
			if out == nil {
				out = maps.Clone(args)
			}
			out[name] = text(s)
		}
	}
	if out == nil {
		return args
	}
	return out
}
