package fleet

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"bench/runner/executors"
)

const (
	mostFiles = 1000     // of a job
	mostSize  = 64 << 20 // B, of all of them together
)

// Need puts the files that a job names into the broker's store, so that hosts that do not have them can fetch them: those
// below one of the roots, which are the directories of the experiment. All others are taken to be on every host, as
// interpreters and libraries are. With a file of a language go those of the same kind beside it, which it may load.
func (f *Fleet) Need(ctx context.Context, job executors.Job, work Work, roots ...string) ([]File, error) {
	var paths []string
	add := func(path string) {
		if filepath.IsAbs(path) && !slices.Contains(paths, path) && slices.ContainsFunc(roots, func(root string) bool { return below(path, root) }) {
			if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
				paths = append(paths, path)
			}
		}
	}
	if work.File != "" {
		beside, _ := filepath.Glob(filepath.Join(escaped(filepath.Dir(work.File)), "*"+filepath.Ext(work.File)))
		for _, path := range append([]string{work.File}, beside...) {
			add(path)
		}
	}
	for _, c := range job.Commands {
		for _, word := range append(slices.Clone(c.Argv), c.Stdin) {
			add(word)
		}
		if len(paths) > mostFiles {
			break
		}
	}
	if len(job.Program) > 0 && work.Kind == "" {
		for _, word := range job.Program {
			add(word)
		}
	}
	if len(paths) > mostFiles {
		return nil, fmt.Errorf("the job names more than %d files: put them on the hosts, under the same paths", mostFiles)
	}
	var files []File
	size := int64(0)
	for _, path := range paths {
		file, n, err := f.keep(ctx, path)
		if err != nil {
			return nil, fmt.Errorf("the file %s for other hosts: %w", path, err)
		}
		if size += n; size > mostSize {
			return nil, fmt.Errorf("the files of the job are larger than %d MiB: put them on the hosts, under the same paths", mostSize>>20)
		}
		files = append(files, file)
	}
	return files, nil
}

// escaped is a directory as a pattern that means itself.
func escaped(dir string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(dir)
}

func below(path, root string) bool {
	rel, err := filepath.Rel(root, path)
	return err == nil && filepath.IsLocal(rel)
}

// keep puts a file into the store, unless it is there as it is now.
func (f *Fleet) keep(ctx context.Context, path string) (File, int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return File{}, 0, err
	}
	if info.Size() > mostSize {
		return File{}, 0, fmt.Errorf("it is larger than %d MiB: put it on the hosts, under the same path", mostSize>>20)
	}
	state := fmt.Sprint(path, info.Size(), info.ModTime().UnixNano(), info.Mode())
	f.mu.Lock()
	file, known := f.files[state]
	f.mu.Unlock()
	if known && f.blobs.has(ctx, file.Digest) { // the broker may have lost what it had
		return file, info.Size(), nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return File{}, 0, err
	}
	sum := sha256.Sum256(data)
	file = File{Path: path, Digest: hex.EncodeToString(sum[:]), Mode: uint32(info.Mode().Perm())}
	if _, err := f.blobs.put(ctx, data); err != nil {
		return File{}, 0, err
	}
	f.mu.Lock()
	f.files[state] = file
	f.mu.Unlock()
	return file, info.Size(), nil
}
