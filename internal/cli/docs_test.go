package cli

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"bench/runner/internal/diag"
	"bench/runner/results"
	"bench/runner/workloads"
)

// pages are README.md and every page below docs, by their paths from here.
func pages(t *testing.T) map[string]string {
	t.Helper()
	files := []string{"../../README.md"}
	err := filepath.WalkDir("../../docs", func(path string, _ fs.DirEntry, err error) error {
		if filepath.Ext(path) == ".md" {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts[file] = string(text)
	}
	return texts
}

// fence is one block of code on a page.
type fence struct {
	line int
	info []string // what stands behind the backticks: yaml, fragment, refused
	text string
}

func (f fence) is(word string) bool { return slices.Contains(f.info, word) }

func fences(page string) (all []fence) {
	var open *fence
	for i, line := range strings.SplitAfter(page, "\n") {
		switch info, isFence := strings.CutPrefix(strings.TrimSpace(line), "```"); {
		case isFence && open == nil:
			open = &fence{line: i + 1, info: strings.Fields(info)}
		case isFence:
			all, open = append(all, *open), nil
		case open != nil:
			open.text += line
		}
	}
	return all
}

// spliced is the base with the keys that the fragment has taken out, and the fragment behind it.
func spliced(base, fragment string) (string, error) {
	var keys map[string]any
	if err := yaml.Unmarshal([]byte(fragment), &keys); err != nil {
		return "", err
	}
	var out strings.Builder
	keep := true
	for _, line := range strings.SplitAfter(base, "\n") {
		if name, _, isKey := strings.Cut(line, ":"); isKey && line[0] != ' ' {
			_, replaced := keys[name]
			keep = !replaced
		}
		if keep {
			out.WriteString(line)
		}
	}
	return out.String() + fragment, nil
}

// loadText loads, plans and compiles a spec; whatever it extends is base.
func loadText(text, base, profile string) diag.List {
	_, problems := load("doc.yaml", results.Options{Profile: profile, Cores: 4}, 1, func(path string) ([]byte, error) {
		switch {
		case path == "doc.yaml":
			return []byte(text), nil
		case filepath.Ext(path) == ".py":
			return []byte("def sum_primes(n):\n    return n\n"), nil
		}
		return []byte(base), nil
	})
	return problems
}

// Every ```yaml block of the pages is a spec that loads, plans and compiles, in each of its profiles, or is refused where
// the page says so. A `fragment` replaces keys of the page's `base`.
func TestSpecsInThePages(t *testing.T) {
	specs := 0
	for file, page := range pages(t) {
		blocks := fences(page)
		base := ""
		for _, f := range blocks {
			if f.is("base") {
				base = f.text
			}
		}
		for _, f := range blocks {
			if !f.is("yaml") {
				continue
			}
			specs++
			t.Run(fmt.Sprintf("%s:%d", filepath.Base(file), f.line), func(t *testing.T) { tryFence(t, f, base) })
		}
	}
	if specs < 20 {
		t.Errorf("only %d specs found in the pages", specs)
	}
}

func tryFence(t *testing.T, f fence, base string) {
	text := f.text
	if f.is("fragment") {
		var err error
		if text, err = spliced(base, text); err != nil {
			t.Fatal(err)
		}
	}
	var keys struct {
		Profiles map[string]any `yaml:"profiles"`
	}
	if err := yaml.Unmarshal([]byte(text), &keys); err != nil {
		t.Fatal(err)
	}
	profiles := []string{""}
	for name := range keys.Profiles {
		profiles = append(profiles, name)
	}
	for _, profile := range profiles {
		problems := loadText(text, base, profile)
		if f.is("refused") && len(problems) != 1 { // one, so that a slip elsewhere in it does not pass for what the page shows
			t.Errorf("profile %q: one problem is expected, not %d: %v\n%s", profile, len(problems), problems, text)
		}
		if !f.is("refused") && len(problems) > 0 {
			t.Errorf("profile %q: %v\n%s", profile, problems, text)
		}
	}
}

var linkPattern = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// Every relative link leads to a file, and every #anchor to a heading of it.
func TestLinksInThePages(t *testing.T) {
	all := pages(t)
	for file, page := range all {
		for _, match := range linkPattern.FindAllStringSubmatch(page, -1) {
			link, err := url.Parse(match[1])
			if err != nil || link.Scheme != "" {
				continue
			}
			target := file
			if link.Path != "" {
				target = filepath.Join(filepath.Dir(file), link.Path)
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s, which is not there", file, match[1])
			} else if text, isPage := all[target]; isPage && link.Fragment != "" && !slices.Contains(anchors(text), link.Fragment) {
				t.Errorf("%s links to %s, and there is no such heading", file, match[1])
			}
		}
	}
}

var notInAnchors = regexp.MustCompile(`[^\p{L}\p{N} _-]`)

// anchors are the headings as links name them.
func anchors(page string) (names []string) {
	for _, line := range strings.Split(page, "\n") {
		if heading, isHeading := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); isHeading && strings.HasPrefix(line, "#") {
			name := notInAnchors.ReplaceAllString(strings.ToLower(heading), "")
			names = append(names, strings.ReplaceAll(name, " ", "-"))
		}
	}
	return names
}

var (
	inlineCode  = regexp.MustCompile("`([^`\n]+)`")
	commandLine = regexp.MustCompile(`(?:^|[\s/])runner ([a-z][a-z-]*.*)`)
	shellWord   = regexp.MustCompile(`"[^"]*"|'[^']*'|[^\s'"]+`)
)

// Every `runner VERB …` in the pages is a command with these flags, topics and formats.
func TestCommandsInThePages(t *testing.T) {
	commands := 0
	for file, page := range pages(t) {
		try := func(line string, whole bool) {
			if found := commandLine.FindStringSubmatch(line); found != nil {
				commands++
				if err := tryCommand(found[1], whole); err != nil {
					t.Errorf("%s: runner %s: %v", file, found[1], err)
				}
			}
		}
		for _, f := range fences(page) {
			for _, line := range strings.Split(f.text, "\n") {
				if f.is("sh") {
					try(line, true)
				}
			}
		}
		for _, code := range inlineCode.FindAllStringSubmatch(page, -1) {
			try(code[1], false)
		}
	}
	if commands < 10 {
		t.Errorf("only %d commands found in the pages", commands)
	}
}

// tryCommand parses a command line without running it. One that is not whole, as in a sentence, may lack its arguments.
func tryCommand(line string, whole bool) error {
	var words []string
	for _, word := range shellWord.FindAllString(line, -1) {
		if strings.HasPrefix(word, "#") || word == ">" || word == "|" || word == "…" {
			break
		}
		words = append(words, strings.Trim(word, `"'`))
	}
	a := &app{ctx: context.Background(), stdout: io.Discard, stderr: io.Discard, getenv: func(string) string { return "" }}
	command, rest, err := a.root().Find(words)
	if err != nil {
		return err
	}
	if err := command.ParseFlags(rest); err != nil {
		return err
	}
	if f := command.Flags().Lookup("format"); f != nil && f.Changed {
		if _, err := format(f.Value.String()); err != nil {
			return err
		}
	}
	if args := command.Flags().Args(); whole || len(args) > 0 {
		return command.ValidateArgs(args)
	}
	return nil
}

// The pages list every executor and every built-in workload, and none besides.
func TestNamesInThePages(t *testing.T) {
	var ways, works []string
	for _, e := range allExecutors() {
		ways = append(ways, e.Name)
		ways = append(ways, e.Aliases...)
	}
	for _, w := range workloads.All() {
		works = append(works, w.Name)
	}
	all := pages(t)
	for lead, want := range map[string][]string{"Executors today:": ways, "Workloads today:": works} {
		listed := leaders(all["../../docs/spec.md"], lead)
		if slices.Sort(want); !slices.Equal(listed, want) {
			t.Errorf("docs/spec.md: %s %v; there are %v", lead, listed, want)
		}
	}
	concepts := leaders(all["../../docs/concepts.md"], "| executor |")
	if len(concepts) == 0 {
		t.Error("docs/concepts.md names no executor")
	}
	for _, name := range concepts {
		if !slices.Contains(ways, name) {
			t.Errorf("docs/concepts.md: there is no executor %q", name)
		}
	}
}

// leaders are the names in backticks of the paragraph, or the row of a table, that begins with lead, sorted and without
// doubles.
func leaders(page, lead string) (names []string) {
	inside := false
	for _, line := range strings.Split(page, "\n") {
		begins := strings.HasPrefix(line, lead)
		if inside = begins || inside && line != "" && lead[0] != '|'; !inside {
			continue
		}
		for _, code := range inlineCode.FindAllStringSubmatch(line, -1) {
			names = append(names, code[1])
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
