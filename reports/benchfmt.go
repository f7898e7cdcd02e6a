package reports

import (
	"fmt"
	"io"
	"strings"
	"unicode"
)

func init() {
	register(Format{Name: "benchfmt", Ext: "txt", Doc: "Go's benchmark format, a line for each counted trial, for benchstat", Render: renderBenchfmt})
}

// renderBenchfmt writes what benchstat groups by as lines of configuration. What differs from run to run stands in a line
// that it ignores, or it would show each run in a table of its own.
func renderBenchfmt(w io.Writer, r *Report, _ Style) error {
	var out strings.Builder
	e := &r.Run.Environment
	for _, line := range [][2]string{{"goos", e.OS}, {"goarch", e.Arch}, {"cpu", e.CPU}, {"experiment", r.Run.Experiment}} {
		if line[1] != "" {
			fmt.Fprintf(&out, "%s: %s\n", line[0], Visible(line[1]))
		}
	}
	fmt.Fprintf(&out, "# run %s", Visible(r.Run.ID))
	if e.Commit != "" {
		fmt.Fprintf(&out, ", commit %s", Visible(e.Commit))
	}
	out.WriteByte('\n')
	names := distinct(each(r.Cells, r.benchName), "_%d")
	for i := range r.Cells {
		for _, t := range r.Cells[i].counted() {
			fmt.Fprintf(&out, "%s-%d 1 %d ns/op", names[i], max(e.Cores, 1), t.Phases.Total.Nanoseconds())
			if t.Usage.Memory > 0 {
				fmt.Fprintf(&out, " %d B/peak", t.Usage.Memory)
			}
			out.WriteByte('\n')
		}
	}
	if _, err := io.WriteString(w, out.String()); err != nil {
		return fmt.Errorf("write the benchmarks: %w", err)
	}
	return nil
}

// benchName begins with what all cells have, so that each can be a row or a column. The -N that follows it is what Go
// writes for the cores in use; without it, a level that ends in -2 would be read as such.
func (r *Report) benchName(c *Cell) string {
	name := []rune(benchWord(r.Run.Experiment))
	name[0] = unicode.ToUpper(name[0])
	text := "Benchmark" + string(name)
	add := func(key, value string) { text += "/" + benchWord(key) + "=" + benchWord(value) }
	add("workload", c.Workload)
	add("runtime", c.Runtime)
	add("executor", c.Executor)
	add("procs", fmt.Sprint(c.Workers))
	for _, f := range c.Cell.Facets() {
		if !everywhere(f.Name) {
			add(f.Name, levelText(f.Value))
		}
	}
	return Clip(text, 1000)
}

// benchWord keeps what cannot be taken for a separator: letters, digits and a few signs; "_" stands for all else.
func benchWord(s string) string {
	word := strings.Map(func(r rune) rune {
		if r != unicode.ReplacementChar && unicode.In(r, unicode.L, unicode.N) || strings.ContainsRune("._-+,@", r) {
			return r
		}
		return '_'
	}, s)
	if word == "" {
		return "_"
	}
	return word
}
