package reports

import (
	"fmt"
	"slices"
	"strings"

	"bench/runner/results"
)

// Host is a machine that trials of the run ran on, and how many did.
type Host struct {
	results.Host
	Blocks int // in which it had a trial, warm-up too
	Trials int // that ran there, wholly or in part
}

// hosts are those of the run, and those that trials name besides, by name.
func hosts(run *results.Run, trials []results.Trial) []Host {
	var all []Host
	for _, h := range run.Hosts {
		all = append(all, Host{Host: h})
	}
	at := make(map[string]int, len(all))
	for i := range all {
		at[all[i].Name] = i
	}
	seen := map[string]map[int]bool{}
	for i := range trials {
		t := &trials[i]
		for k, name := range t.Hosts {
			if slices.Contains(t.Hosts[:k], name) {
				continue
			}
			if _, known := at[name]; !known {
				at[name] = len(all)
				all = append(all, Host{Host: results.Host{Name: name}})
			}
			if seen[name] == nil {
				seen[name] = map[int]bool{}
			}
			seen[name][t.Block] = true
			all[at[name]].Trials++
		}
	}
	for i := range all {
		all[i].Blocks = len(seen[all[i].Name])
	}
	slices.SortFunc(all, func(a, b Host) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// mostHosts that a table tells of.
const mostHosts = 100

var hostColumns = []column{
	{head: "host", left: true},
	{head: "processor", left: true, drop: 1},
	{head: "cores", drop: 4},
	{head: "blocks", drop: 5},
	{head: "trials", drop: 2},
	{head: "reference at the beginning", drop: 3},
	{head: "at the end", drop: 3},
	{head: "drift"},
}

// hostRows are the hosts as hostColumns have them, as many as a table takes.
func (r *Report) hostRows() [][]string {
	var rows [][]string
	for i := range r.Hosts[:min(len(r.Hosts), mostHosts)] {
		h := &r.Hosts[i]
		begin, end := h.Calibrated()
		row := []string{Visible(h.Name), or(Visible(h.Environment.CPU), missing), missing, fmt.Sprint(h.Blocks), fmt.Sprint(h.Trials), calibrated(begin), calibrated(end), missing}
		if h.Environment.Cores > 0 {
			row[2] = fmt.Sprint(h.Environment.Cores)
		}
		if d := h.Drift(); measured(d) {
			row[7] = signed(*d)
		}
		rows = append(rows, row)
	}
	return rows
}

// hostsLeft tells of those that the table has no room for; "" if it has all.
func (r *Report) hostsLeft() string {
	if left := len(r.Hosts) - mostHosts; left > 0 {
		return fmt.Sprintf("and %d more of %d hosts: the JSON report has them all", left, len(r.Hosts))
	}
	return ""
}

// calibrated is what the reference took, with half of its spread around it.
func calibrated(c *results.Calibration) string {
	if c == nil {
		return missing
	}
	text := Quantity(c.Median.Seconds(), "s")
	if half := c.Spread / 2; half > 0 && measured(&half) {
		text += " ± " + percent(half)
	}
	return text
}

// hosts are a table of their own, where there are any.
func (t *teller) hosts() {
	if len(t.Hosts) == 0 {
		return
	}
	t.sheet(hostColumns, t.hostRows(), t.width)
	if left := t.hostsLeft(); left != "" {
		t.line(left)
	}
}

func (r *Report) htmlHosts() *tableHTML {
	if len(r.Hosts) == 0 {
		return nil
	}
	g := gridOf(hostColumns, r.hostRows())
	s := sheet{Rows: g.rows}
	for _, c := range g.columns {
		s.Head = append(s.Head, c.head)
		if c.left {
			s.Text++
		}
	}
	table := htmlSheet(s)
	return &table
}

func (r *Report) markdownHosts() section {
	if len(r.Hosts) == 0 {
		return section{}
	}
	g := markdownGrid(gridOf(hostColumns, r.hostRows()))
	p := folded("hosts", inMarkdown(countOf(len(r.Hosts), "host")), g.rows)
	p.head += g.head
	if left := r.hostsLeft(); left != "" {
		p.tail = "\n" + inMarkdown(left) + "\n" + p.tail
	}
	return p
}

type hostJSON struct {
	Name         string            `json:"name"`
	Version      string            `json:"version,omitempty"`
	Blocks       int               `json:"blocks"`
	Trials       int               `json:"trials"`
	Environment  *envJSON          `json:"environment,omitempty"`
	Calibrations []calibrationJSON `json:"calibrations,omitempty"`
	Drift        *float64          `json:"drift,omitempty"`
}

type calibrationJSON struct {
	When   string   `json:"when"`
	At     string   `json:"at,omitempty"`
	Median float64  `json:"median_s"`
	N      int      `json:"n"`
	Spread *float64 `json:"spread,omitempty"`
}

func jsonHost(h *Host) hostJSON {
	out := hostJSON{Name: h.Name, Version: h.Version, Blocks: h.Blocks, Trials: h.Trials, Drift: finite(h.Drift())}
	if h.Environment != (results.Environment{}) {
		e := jsonEnvironment(h.Environment)
		out.Environment = &e
	}
	for _, c := range h.Calibrations {
		out.Calibrations = append(out.Calibrations, calibrationJSON{c.When, moment(c.At), c.Median.Seconds(), c.N, finite(&c.Spread)})
	}
	return out
}

// hostNames are the hosts of a trial, each once.
func hostNames(t *results.Trial) (names []string) {
	for _, h := range t.Hosts {
		if !slices.Contains(names, h) {
			names = append(names, h)
		}
	}
	return names
}
