package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"bench/runner/internal/diag"
	"bench/runner/internal/shell"
	"bench/runner/internal/starter"
)

// beginning is what the flags of init say.
type beginning struct {
	kind, from string
	nth        int
	force      bool
}

func (a *app) initCommand() *cobra.Command {
	var b beginning
	c := &cobra.Command{
		Use:   "init [FILE]",
		Short: "Write a first spec, or one that does what a hyperfine command line asks for",
		Long: `Init writes a commented spec that runs as it is. FILE is experiments/first.yaml unless given; - is stdout. It asks
nothing, and overwrites nothing without --force.

With --from it turns a call of hyperfine into a spec: given as a text, in a script, or with - on stdin. What has no
counterpart is said, and stands in the spec as a comment; a word that a shell would expand is refused.`,
		Example: `  runner init
  runner init --kind command experiments/sort.yaml
  runner init --from "hyperfine -w 3 -P threads 1 4 'make -j {threads}'" experiments/make.yaml
  runner init --from bench.sh --nth 2 - | less`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			file := "experiments/first.yaml"
			if len(args) == 1 {
				file = args[0]
			}
			if err := b.valid(c.Flags().Changed); err != nil {
				return err
			}
			files, err := a.begin(b, file, c.InOrStdin())
			if err != nil {
				return err
			}
			return a.place(files, b.force)
		},
	}
	f := c.Flags()
	f.StringVar(&b.kind, "kind", "builtin", "begin with `KIND`: "+strings.Join(starter.Kinds, ", "))
	f.StringVar(&b.from, "from", "", "do what `HYPERFINE` does: a command line, a script that has it, or - for stdin")
	f.IntVar(&b.nth, "nth", 0, "the `N`th call of hyperfine in the script, from 1")
	f.BoolVar(&b.force, "force", false, "overwrite what is there")
	return c
}

func (b beginning) valid(given func(string) bool) error {
	switch {
	case given("kind") && given("from"):
		return errors.New("--kind and --from are two ways to begin: give one")
	case given("nth") && !given("from"):
		return errors.New("--nth needs --from FILE")
	case given("nth") && b.nth < 1:
		return errors.New("--nth must be at least 1")
	}
	return nil
}

// written is a file that init makes.
type written struct{ path, text string }

// begin makes the texts. The spec is the first.
func (a *app) begin(b beginning, file string, stdin io.Reader) ([]written, error) {
	name := starter.Name(strings.TrimSuffix(filepath.Base(file), filepath.Ext(file)))
	if b.from != "" {
		text, err := a.convert(b, file, name, stdin)
		return []written{{file, text}}, err
	}
	spec, beside, function, err := starter.First(b.kind, name)
	if err != nil {
		if hint := diag.DidYouMean(b.kind, starter.Kinds); hint != "" {
			return nil, fmt.Errorf("--kind: %w\n  hint: %s", err, hint)
		}
		return nil, fmt.Errorf("--kind: %w", err)
	}
	files := []written{{file, spec}}
	if beside != "" {
		if file == "-" {
			return nil, fmt.Errorf("--kind %s writes two files, and stdout is one\n  hint: name a file: runner init --kind %s experiments/first.yaml", b.kind, b.kind)
		}
		files = append(files, written{filepath.Join(filepath.Dir(file), beside), function})
	}
	return files, nil
}

// convert makes a spec of a call of hyperfine.
func (a *app) convert(b beginning, file, name string, stdin io.Reader) (string, error) {
	source, text, err := hyperfineText(b.from, stdin)
	if err != nil {
		return "", err
	}
	dir, err := wayBack(file)
	if err != nil {
		return "", err
	}
	spec, err := starter.Hyperfine{Text: text, Nth: b.nth, Name: name, Dir: dir}.Spec()
	var p *starter.Problem
	if errors.As(err, &p) {
		return "", a.refuseText(source, text, p)
	}
	for _, n := range spec.Notes {
		fmt.Fprintf(a.stderr, "note: %s\n", diag.Printable(n))
	}
	return spec.Text, err
}

// refuseText prints a problem with its line.
func (a *app) refuseText(source, text string, p *starter.Problem) error {
	if hint := diag.DidYouMean(p.Word, p.Among); hint != "" {
		p.Hint = hint
	}
	var problems diag.List
	problems.Add(diag.Pos{File: source, Line: p.Line, Col: p.Col}, p.Width, p.Hint, "%s", p.Message)
	lines := strings.Split(text, "\n")
	diag.Print(a.stderr, problems, func(_ string, n int) (string, bool) {
		if n < 1 || n > len(lines) {
			return "", false
		}
		return lines[n-1], true
	})
	return errReported
}

// mostText is what a script may have, in bytes.
const mostText = 1 << 20

// hyperfineText is the text that --from means, and what to call it in messages.
func hyperfineText(from string, stdin io.Reader) (source, text string, err error) {
	if from == "-" {
		text, err = readText(stdin)
		return "stdin", text, err
	}
	if !strings.ContainsAny(from, "\n\x00") {
		if info, err := os.Stat(from); err == nil && !info.IsDir() {
			f, err := os.Open(from)
			if err != nil {
				return "", "", fmt.Errorf("--from %s: %w", from, reason(err))
			}
			defer f.Close()
			text, err = readText(f)
			return from, text, err
		}
	}
	if !strings.Contains(from, "hyperfine") {
		return "", "", fmt.Errorf("--from %s: there is no such file, and it is no call of hyperfine\n  hint: such as --from \"hyperfine 'sleep 0.3'\"", from)
	}
	return "--from", from, nil
}

func readText(r io.Reader) (string, error) {
	b, err := io.ReadAll(io.LimitReader(r, mostText+1))
	if err != nil {
		return "", fmt.Errorf("--from: %w", reason(err))
	}
	if len(b) > mostText {
		return "", fmt.Errorf("--from: there is more than 1 MiB of it\n  hint: give it the call of hyperfine only")
	}
	return string(b), nil
}

// wayBack is the current directory as seen from that of the spec, with slashes. A spec on stdout is taken to end up here.
func wayBack(file string) (string, error) {
	if file == "-" {
		return "", nil
	}
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	dir, err := filepath.Abs(filepath.Dir(file))
	if err != nil {
		return "", err
	}
	back, err := filepath.Rel(straight(dir), straight(here))
	return filepath.ToSlash(back), err
}

// straight is a path without symbolic links, as far as it exists: `..` means what is above the real directory.
func straight(path string) string {
	if whole, err := filepath.EvalSymlinks(path); err == nil {
		return whole
	}
	if parent := filepath.Dir(path); parent != path {
		return filepath.Join(straight(parent), filepath.Base(path))
	}
	return path
}

// place writes the files, all or none as far as can be known before, and says what to type next.
func (a *app) place(files []written, force bool) error {
	if files[0].path == "-" {
		_, err := io.WriteString(a.stdout, files[0].text)
		return err
	}
	for _, f := range files {
		info, err := os.Lstat(f.path)
		switch {
		case err == nil && info.IsDir():
			return fmt.Errorf("%s is a directory\n  hint: name the file: %s", f.path, filepath.Join(f.path, "first.yaml"))
		case err == nil && !force:
			return fmt.Errorf("%s is there already\n  hint: name another file, or overwrite it with --force", f.path)
		}
	}
	for _, f := range files {
		if err := os.MkdirAll(filepath.Dir(f.path), 0o755); err != nil {
			return fmt.Errorf("make the directory of %s: %w", f.path, reason(err))
		}
	}
	for _, f := range files {
		if err := f.write(force); err != nil {
			return err
		}
		if !a.quiet {
			fmt.Fprintf(a.stdout, "wrote %s\n", diag.Printable(f.path))
		}
	}
	if !a.quiet {
		file := shell.Quote(diag.Printable(files[0].path))
		fmt.Fprintf(a.stdout, "next:\n  runner check %s\n  runner run %s\n", file, file)
	}
	return nil
}

func (f written) write(force bool) error {
	put := func(w io.Writer) error {
		_, err := io.WriteString(w, f.text)
		return err
	}
	if force {
		return writeFile(f.path, put)
	}
	made, err := os.OpenFile(f.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) // what came since is not overwritten either
	if err != nil {
		return fmt.Errorf("write %s: %w", f.path, reason(err))
	}
	if err = errors.Join(put(made), made.Close()); err != nil {
		os.Remove(f.path)
		return fmt.Errorf("write %s: %w", f.path, err)
	}
	return nil
}
