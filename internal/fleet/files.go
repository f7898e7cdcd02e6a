package fleet

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"syscall"
)

// fetch has the files of a job here, and tells by what paths: was, is. Files of one directory belong together, since one may
// load another. Where all of them are here under the same paths with the same contents they are taken as they are: on this
// machine, or where both have one file system. Else they are all brought.
func (a *Agent) fetch(ctx context.Context, files []File) (paths map[string]string, err error) {
	paths, beside := map[string]string{}, map[string][]File{}
	for _, f := range files {
		if filepath.Clean(f.Path) != f.Path || !filepath.IsAbs(f.Path) || f.Path == "/" {
			return nil, fmt.Errorf("the file %q has no absolute path", f.Path)
		}
		dir := filepath.Dir(f.Path)
		beside[dir] = append(beside[dir], f)
	}
	for _, all := range beside {
		if !slices.ContainsFunc(all, func(f File) bool { return !same(f.Path, f.Digest) }) {
			continue
		}
		dir := filepath.Join(a.Dir, "files-"+digestOf(all))
		for _, f := range all {
			path := filepath.Join(dir, filepath.Base(f.Path))
			if err := a.bring(ctx, f, path); err != nil {
				return nil, fmt.Errorf("the file %s: %w", filepath.Base(f.Path), err)
			}
			paths[f.Path] = path
		}
	}
	return paths, nil
}

// digestOf is a name for the files of one directory as they are: when one of them is changed they get another directory, in
// which there is nothing of before.
func digestOf(files []File) string {
	text, _ := json.Marshal(files)
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// bring writes a file, unless it is there.
func (a *Agent) bring(ctx context.Context, f File, path string) error {
	if same(path, f.Digest) {
		return nil
	}
	data, err := a.blobs.get(ctx, f.Digest)
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return err
	}
	_, err = tmp.Write(data)
	err = errors.Join(err, tmp.Chmod(os.FileMode(f.Mode&0o700|0o400)), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	return err
}

// same tells whether a path is a regular file with these contents.
func same(path, digest string) bool {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a pipe that nobody writes to would be waited for
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
