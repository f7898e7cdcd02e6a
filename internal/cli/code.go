package cli

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"unicode/utf8"

	"bench/runner/results"
	"bench/runner/spec"
)

const (
	mostCode = 256 << 10 // B: a longer file is known by its digest only
	mostHash = 64 << 20  // B: a longer one is not read
	mostFile = 1000      // files of an experiment
)

// codeOf are the files that the workloads of a plan are, as far as the plan names them: the file of a function, and each
// word of a command that is one. What these load in turn is not known.
func codeOf(plan *spec.Plan) (code []results.Code) {
	seen := map[[2]string]bool{}
	add := func(workload, dir, name string) {
		if name == "" || len(code) >= mostFile {
			return
		}
		if !filepath.IsAbs(name) {
			name = filepath.Join(dir, name)
		}
		if key := [2]string{workload, name}; !seen[key] {
			seen[key] = true
			if c, ok := digest(name); ok {
				c.Workload = workload
				code = append(code, c)
			}
		}
	}
	seenCommand := map[*spec.Command]bool{} // cells share them
	for i := range plan.Cells {
		c := &plan.Cells[i]
		if c.Workload.File != "" {
			add(c.Workload.Name, "", c.Workload.File)
		}
		words := func(dir string, argv []string) {
			for _, word := range argv {
				add(c.Workload.Name, dir, word)
			}
		}
		words(c.Dir, c.Program)
		for _, command := range c.Commands {
			if !seenCommand[command] {
				seenCommand[command] = true
				words(command.Dir, command.Argv)
				add(c.Workload.Name, "", command.Stdin)
			}
		}
		for _, steps := range [][]*spec.Step{c.Prepare, c.Cleanup, {c.Proof}} {
			for _, s := range steps {
				if s != nil {
					words(s.Command.Dir, s.Command.Argv)
				}
			}
		}
	}
	return code
}

// digest reads a regular file; what is none, or cannot be read, is left out.
func digest(path string) (c results.Code, ok bool) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > mostHash {
		return c, false
	}
	f, err := os.Open(path)
	if err != nil {
		return c, false
	}
	defer f.Close()
	sum := sha256.New()
	var text []byte
	if info.Size() <= mostCode {
		if text, err = io.ReadAll(io.LimitReader(f, mostCode+1)); err == nil {
			sum.Write(text)
		}
	} else {
		_, err = io.Copy(sum, io.LimitReader(f, mostHash))
	}
	if err != nil {
		return c, false
	}
	c = results.Code{Path: path, Digest: hex.EncodeToString(sum.Sum(nil))}
	if utf8.Valid(text) && isSource(path, text) {
		c.Text = string(text)
	}
	return c, true
}

// isSource tells whether a file is a program that somebody wrote. Others are known by their digest: what a command reads may
// be a secret, and a stored run is passed on.
func isSource(path string, text []byte) bool {
	switch filepath.Ext(path) {
	case ".py", ".sh", ".bash", ".js", ".mjs", ".rb", ".pl", ".lua", ".awk", ".go", ".c", ".r", ".R", ".jl", ".php", ".tcl":
		return true
	}
	return bytes.HasPrefix(text, []byte("#!"))
}
