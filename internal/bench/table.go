package main

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"

	"bench/runner/internal/host"
	"bench/runner/internal/stats"
)

const head = `# What runner costs

Made by ` + "`make bench`" + `; do not edit. Runner and its peers are measured in turn, in one run, and nearly all of it by runner itself: the specs are in
[experiments/bench](../experiments/bench), and each stands alone too (that of the cluster with ` + "`--agents 2`" + `), as in ` + "`runner run experiments/bench/start.yaml`" + `. A ratio is one of blocks in
which both sides took part, with its 95 %% interval over n of them ([methodology](methodology.md)); a row is inconclusive where they do not decide, or where
the machine was busy with something else. Figures are medians of one machine (%s, %d usable cores,
%s %s, %s, the file system %s). They drift with what else it does; the ratios hardly do. What counts instead of timing is in [counts](costs.md).

A peer that is not there is left out, and its row says so. On Debian and its kin all of them come with this, before ` + "`make bench`" + `:

` + "```" + `sh
apt-get install hyperfine parallel time gcc python3 python3-venv linux-perf
python3 -m venv .venv && . .venv/bin/activate && pip install pyperf rebench numpy scipy
` + "```" + `

Measured were: %s.

| what | runner | peer | ratio | target | met |
|---|---|---|---|---|---|
`

func table(rows []row) string {
	m := host.Environment()
	var b strings.Builder
	fmt.Fprintf(&b, head, known(m.CPU), m.Cores, m.OS, known(m.Kernel), runtime.Version(), keptOn(os.TempDir()), versions())
	for _, r := range rows {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", r.what, r.ours, r.peer, r.ratio, r.target, r.met)
	}
	missed := slices.DeleteFunc(slices.Clone(rows), func(r row) bool { return r.why == "" || r.met == "yes" })
	if len(missed) > 0 {
		b.WriteString("\n## Why rows miss\n\n")
	}
	for _, r := range missed {
		fmt.Fprintf(&b, "- %s (%s): %s\n", r.what, r.target, r.why)
	}
	return b.String()
}

func known(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}

func milliseconds(sample []float64) string { return quantity(stats.Median(sample), "s") }

func write(path, text string) error { return os.WriteFile(path, []byte(text), 0o600) }
