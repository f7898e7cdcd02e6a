package main

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"bench/runner/internal/host"
	"bench/runner/internal/stats"
)

func table(rows []row) string {
	m := host.Environment()
	var b strings.Builder
	fmt.Fprintf(&b, `# What runner costs

Made by `+"`make bench`"+`; do not edit. Figures of one machine (%s, %d usable cores, %s %s, %s) drift with what else it does; the ratios
were measured pair by pair in this run. An interval is the distribution-free one of the median at 95 %% or more.

| what | runner | peer | ratio | target | met |
|---|---|---|---|---|---|
`, known(m.CPU), m.Cores, m.OS, known(m.Kernel), runtime.Version())
	for _, r := range rows {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", r.what, r.ours, r.peer, r.ratio, r.target, r.met)
	}
	return b.String()
}

func known(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}

// ratio is the median of the ratios of neighbours, with its interval.
func ratio(ours, peers []float64) (median float64, text string) {
	ratios := make([]float64, len(ours))
	for i := range ours {
		ratios[i] = ours[i] / peers[i]
	}
	median = stats.Median(ratios)
	text = fmt.Sprintf("%.3f (n=%d)", median, len(ratios))
	if i, ok := stats.MedianInterval(ratios, 0.95); ok {
		text = fmt.Sprintf("%.3f [%.3f, %.3f] (n=%d)", median, i[0], i[1], len(ratios))
	}
	return median, text
}

func yes(met bool) string {
	if met {
		return "yes"
	}
	return "**no**"
}

func milliseconds(sample []float64) string {
	return fmt.Sprintf("%.2f ms", 1000*stats.Median(sample))
}

// python is an interpreter to compare with; "" if there is none.
func python() string {
	path, err := exec.LookPath("python3")
	if err != nil {
		return ""
	}
	// A version manager's stand-in starts a shell first: ask the interpreter itself where it is.
	out, err := exec.Command(path, "-c", "import sys; print(sys.executable)").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

func rate(perSecond float64) string {
	if perSecond >= 1e6 {
		return fmt.Sprintf("%.2f M/s", perSecond/1e6)
	}
	return fmt.Sprintf("%.0f k/s", math.Round(perSecond/1e3))
}

func write(path, text string) error { return os.WriteFile(path, []byte(text), 0o600) }
