package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"bench/runner/internal/host"
)

// mostFiles is how many files of one trial are looked at.
const mostFiles = 10_000

// FilesIn lists what a trial left in its directory, by path: {size: B, sha256: hex}, of a symbolic link {link: target}.
// No link is followed.
func FilesIn(ctx context.Context, dir string) (map[string]any, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	files := map[string]any{}
	err = fs.WalkDir(root.FS(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if len(files) == mostFiles {
			return fmt.Errorf("more than %d files", mostFiles)
		}
		files[path], err = fileIn(ctx, root, path, d)
		return err
	})
	return files, err
}

func fileIn(ctx context.Context, root *os.Root, path string, d fs.DirEntry) (map[string]any, error) {
	switch {
	case d.Type()&fs.ModeSymlink != 0:
		target, err := root.Readlink(path)
		return map[string]any{"link": target}, err
	case !d.Type().IsRegular():
		return map[string]any{"type": d.Type().String()}, nil
	}
	f, err := root.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	sum := sha256.New()
	size, err := io.Copy(sum, host.Reader(ctx, f))
	return map[string]any{"size": int(size), "sha256": hex.EncodeToString(sum.Sum(nil))}, err
}

// sameOutput compares what commands wrote to stdout, and the files that they left.
func sameOutput(want, got outcome) error {
	if len(want.results) != len(got.results) {
		return fmt.Errorf("the baseline ran %d commands, this trial %d: their output cannot be compared", len(want.results), len(got.results))
	}
	for i := range want.results {
		if !same(want.results[i], got.results[i]) {
			return fmt.Errorf("task %d: the baseline gave %s, this trial %s", i, wrote(want.results[i]), wrote(got.results[i]))
		}
	}
	all := maps.Clone(want.files)
	if all == nil {
		all = map[string]any{}
	}
	maps.Copy(all, got.files)
	for _, path := range slices.Sorted(maps.Keys(all)) {
		a, here := want.files[path]
		b, there := got.files[path]
		switch name := filepath.ToSlash(path); {
		case !here:
			return fmt.Errorf("the file %s: this trial made it, the baseline did not", short(name))
		case !there:
			return fmt.Errorf("the file %s: the baseline made it, this trial did not", short(name))
		case !same(a, b):
			return fmt.Errorf("the file %s: the baseline made %s, this trial %s", short(name), sizeOf(a), sizeOf(b))
		}
	}
	return nil
}

// wrote says what one command wrote to stdout.
func wrote(result any) string {
	m, isMap := result.(map[string]any)
	text, isText := m["stdout"].(string)
	switch {
	case !isMap:
		return short(result)
	case isText && len(text) <= 100:
		return short(text)
	}
	return fmt.Sprintf("%v B (sha256 %.12v…)", m["bytes"], m["sha256"])
}

func sizeOf(file any) string {
	m, _ := file.(map[string]any)
	if m["sha256"] == nil {
		return short(file)
	}
	return fmt.Sprintf("%v B (sha256 %.12v…)", m["size"], m["sha256"])
}
