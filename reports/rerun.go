package reports

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"bench/runner/internal/shell"
	"bench/runner/results"
)

// rerun are the commands that do it again. Texts are quoted for a shell; what could not be typed is replaced.
func rerun(run *results.Run) []string {
	var all []string
	if commit := run.Environment.Commit; isHex(commit) {
		line := "git checkout " + commit
		if run.Environment.Dirty {
			line += "   # and what was changed since, which is not in it"
		}
		all = append(all, line)
	}
	o := &run.Options
	words := []string{"runner", "run"}
	flag := func(name, value string) {
		if value != "" {
			words = append(words, name, word(value))
		}
	}
	flag("--profile", o.Profile)
	for _, only := range o.Only {
		flag("--only", only)
	}
	for _, k := range slices.Sorted(maps.Keys(o.Define)) {
		flag("-D", k+"="+o.Define[k])
	}
	if o.Repeats > 0 {
		flag("--repeats", fmt.Sprint(o.Repeats))
	}
	if o.UntilDecided {
		words = append(words, "--until-decided")
	}
	if o.Budget > 0 {
		flag("--budget", o.Budget.String())
	}
	if o.NoConfirm {
		words = append(words, "--no-confirm")
	}
	flag("--against", o.Against)
	flag("--against-build", o.AgainstBuild)
	if o.AnyMachine {
		words = append(words, "--any-machine")
	}
	if o.Agents > 0 {
		flag("--agents", fmt.Sprint(o.Agents))
	}
	flag("--seed", fmt.Sprint(run.Seed))
	if run.Spec != "" {
		words = append(words, pathWord(run.Spec))
		all = append(all, strings.Join(words, " "))
	}
	if run.ID != "" {
		all = append(all, "runner report "+pathWord(run.ID)+"   # tells this run again")
	}
	return all
}

// word is a text as one word for a shell; what could not be typed is replaced.
func word(s string) string { return shell.Quote(Visible(s)) }

// pathWord is word for the name of a file, which must not read as a flag.
func pathWord(s string) string {
	if strings.HasPrefix(s, "-") {
		s = "./" + s
	}
	return word(s)
}

func isHex(s string) bool { return s != "" && strings.Trim(s, "0123456789abcdef") == "" }
