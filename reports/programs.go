package reports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"bench/runner/gates"
	"bench/runner/internal/matrix"
	"bench/runner/results"
)

// What the formats for programs share.

// writeJSON writes one JSON document; name is what it is called in an error.
func writeJSON(w io.Writer, document any, name string) error {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(document)
	if err == nil {
		_, err = w.Write(escaped(text.Bytes()))
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// distinct makes names that can be told apart: the second "a" gets the suffix, with a number for its verb.
func distinct(names []string, suffix string) []string {
	out := make([]string, len(names))
	taken := map[string]int{} // with the number that comes next
	for i, name := range names {
		out[i] = name
		for n := taken[name]; taken[out[i]] > 0; n++ {
			out[i] = name + fmt.Sprintf(suffix, n)
			taken[name] = n + 1
		}
		taken[out[i]] = max(taken[out[i]], 2)
	}
	return out
}

// cellNames are the keys of the cells behind a prefix, each once.
func (r *Report) cellNames(prefix string) []string {
	return distinct(each(r.Cells, func(c *Cell) string { return Clip(Visible(prefix+key(c.Cell, len(r.Cells))), 1000) }), " (%d)")
}

// checkNames are the names of the checks on one line, each once.
func (r *Report) checkNames() []string {
	return distinct(each(r.Verdicts, func(v *gates.Verdict) string {
		name, _ := fold(v.Name)
		if told := inert(strings.TrimSpace(string(name))); told != "" {
			return told
		}
		return inert(claim(v))
	}), " (%d)")
}

// account tells a verdict in lines of text: what was seen, against which limit, why, where, and what each part of the
// check came to, which shows the check as well.
func account(v *gates.Verdict) string {
	lines := []string{plainSpaces(seen(v))}
	if len(v.Evidence) == 0 {
		lines = []string{claim(v), lines[0]}
	}
	if measured(v.Limit) {
		lines = append(lines, "limit "+plainSpaces(strip(*v.Limit, v.Unit())))
	}
	if explained(v) {
		lines = append(lines, v.Reason)
	}
	if v.Published != "" {
		lines = append(lines, "published: "+v.Published)
	}
	if v.Because != "" {
		lines = append(lines, "because: "+v.Because)
	}
	if at := place(v); at != "" {
		lines = append(lines, "at "+plainSpaces(at))
	}
	var told []string
	for _, line := range lines {
		if line = strings.TrimSpace(Visible(line)); line != "" {
			told = append(told, line)
		}
	}
	if len(v.Evidence) > 0 {
		told = append(told, "")
		for _, line := range diagram(v.Check, v.Evidence, 120) {
			told = append(told, strings.TrimRight(inert(line), " "))
		}
	}
	return strings.TrimRight(strings.Join(told, "\n"), "\n")
}

// summary is a verdict in one line of text, without its name.
func summary(v *gates.Verdict) string {
	told := plainSpaces(seen(v))
	if explained(v) && v.Reason != "" {
		told = strings.TrimPrefix(told+": "+v.Reason, ": ")
	}
	return Visible(told)
}

// file is where a check stands, as services want to have it: relative, with slashes, without a leading dot. It is the
// spec's where the check stands in no file.
func (r *Report) file(v *gates.Verdict) string {
	name := v.Pos.File
	if name == "" {
		name = r.Run.Spec
	}
	if name == "" {
		return ""
	}
	return Visible(path.Clean(strings.ReplaceAll(name, `\`, "/")))
}

// everywhere tells of the facets that each cell has a name for, be they in its key or not.
func everywhere(facet string) bool {
	return facet == matrix.Workload || facet == matrix.Runtime || facet == matrix.Executor || facet == matrix.Workers
}

// levelText is a facet's value without the quotes that a key would need, "" where there is none.
func levelText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	return matrix.Format(v)
}

// rounded writes a number with three significant digits and without an exponent.
func rounded(v float64) string {
	short, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'e', 2, 64), 64)
	return plainNumber(short)
}

// plainNumber writes a number with as many digits as it takes, and without an exponent.
func plainNumber(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// counted are the trials that the numbers of a cell rest on, in the order of the run: those that had the machine to
// themselves, unless gates had to count the others too.
func (c *Cell) counted() []*results.Trial {
	var all, alone []*results.Trial
	for _, t := range c.Trials {
		if !t.Counts() {
			continue
		}
		all = append(all, t)
		if t.Contaminated == "" {
			alone = append(alone, t)
		}
	}
	if len(all) == c.N {
		return all
	}
	return alone
}
