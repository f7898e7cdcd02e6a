package results

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Host is a machine that trials of a run ran on, beside or instead of runner's own. Its name is what whoever started its
// agent calls it.
type Host struct {
	Name         string        `json:"name"`              // one in its run: see ValidHost
	Version      string        `json:"version,omitempty"` // of runner there
	Environment  Environment   `json:"environment"`       // when it joined
	Calibrations []Calibration `json:"calibrations,omitempty"`
}

// Calibration is a reference cell measured on a host, at the start or at the end of its work for a run.
type Calibration struct {
	When   string        `json:"when"` // begin or end
	At     time.Time     `json:"at"`
	Median time.Duration `json:"median"` // ns of Total
	N      int           `json:"n"`      // trials behind it
	Spread float64       `json:"spread"` // quartile distance as a share of the median
}

// When a calibration is taken.
const (
	Begin = "begin"
	End   = "end"
)

// What a run can have of hosts.
const (
	MostHosts        = 10_000
	MostCalibrations = 50_000 // of all of them: two each time that one joins
	longestHost      = 253    // B, as in DNS
)

// ValidHost says what is wrong with the name of a host: it is printed in one line, and found again by it.
func ValidHost(name string) error {
	switch {
	case name == "":
		return fmt.Errorf("a host without a name")
	case len(name) > longestHost:
		return fmt.Errorf("the name of a host is longer than %d bytes", longestHost)
	case !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }):
		return fmt.Errorf("the name of a host, %q, has characters that cannot be printed", name)
	case strings.TrimSpace(name) != name:
		return fmt.Errorf("the name of a host, %q, begins or ends with a blank", name)
	}
	return nil
}

// ValidHosts says what is wrong with the hosts of a run: none twice, and no number that cannot be.
func ValidHosts(hosts []Host) error {
	if len(hosts) > MostHosts {
		return fmt.Errorf("%d hosts are more than %d", len(hosts), MostHosts)
	}
	seen, calibrations := make(map[string]bool, len(hosts)), 0
	for i := range hosts {
		h := &hosts[i]
		if err := ValidHost(h.Name); err != nil {
			return err
		}
		if seen[h.Name] {
			return fmt.Errorf("host %s is there twice", h.Name)
		}
		seen[h.Name] = true
		if calibrations += len(h.Calibrations); calibrations > MostCalibrations {
			return fmt.Errorf("its hosts were calibrated more than %d times", MostCalibrations)
		}
		for _, c := range h.Calibrations {
			if err := c.valid(); err != nil {
				return fmt.Errorf("host %s: %w", h.Name, err)
			}
		}
	}
	return nil
}

func (c Calibration) valid() error {
	switch {
	case c.When != Begin && c.When != End:
		return fmt.Errorf("a calibration is at its %s or %s, not at %.100q", Begin, End, c.When)
	case c.Median < 0 || c.N < 0 || c.N > math.MaxInt32 || math.IsNaN(c.Spread) || math.IsInf(c.Spread, 0) || c.Spread < 0:
		return fmt.Errorf("a calibration of %v, of %d trials with a spread of %v, cannot be", c.Median, c.N, c.Spread)
	}
	return nil
}

// Calibrated are the first calibration at a beginning and the last one at an end; nil where there is none.
func (h *Host) Calibrated() (begin, end *Calibration) {
	for i := range h.Calibrations {
		switch c := &h.Calibrations[i]; {
		case c.N == 0 || c.Median == 0:
		case c.When == Begin && begin == nil:
			begin = c
		case c.When == End:
			end = c
		}
	}
	return begin, end
}

// Drift is by how much of it the reference took longer at the end than at the beginning: 0.02 is 2 % longer. nil where one
// of the two is not known.
func (h *Host) Drift() *float64 {
	begin, end := h.Calibrated()
	if begin == nil || end == nil {
		return nil
	}
	d := float64(end.Median)/float64(begin.Median) - 1
	return &d
}

// HostOf is the host that a worker of a trial ran on, from 0; "" is runner's own machine.
func (t *Trial) HostOf(worker int) string {
	switch {
	case len(t.Hosts) == 1:
		return t.Hosts[0]
	case worker < 0 || worker >= len(t.Hosts):
		return ""
	}
	return t.Hosts[worker]
}

// HostDifferences are those between the hosts that two runs ran on. Where the runs have none their own machine counts, which
// Differences tells of.
func HostDifferences(was, is Run) (all []Difference) {
	if len(was.Hosts) == 0 && len(is.Hosts) == 0 {
		return nil
	}
	if a, b := hostNames(was.Hosts), hostNames(is.Hosts); a != b {
		all = append(all, Difference{What: "hosts", Was: a, Is: b})
	}
	for i := range is.Hosts {
		h := &is.Hosts[i]
		same := slices.IndexFunc(was.Hosts, func(o Host) bool { return o.Name == h.Name })
		if same >= 0 {
			for _, d := range Differences(was.Hosts[same].Environment, h.Environment) {
				d.What = "host " + h.Name + ": " + d.What
				all = append(all, d)
			}
			if then, now := was.Hosts[same].Version, h.Version; then != now && then != "" && now != "" {
				all = append(all, Difference{What: "host " + h.Name + ": runner", Was: then, Is: now})
			}
		} else if !was.hasLike(h.Environment) {
			all = append(all, Difference{What: "host " + h.Name, Was: "no machine like it", Is: h.Environment.Make(), Machine: true})
		}
	}
	return all
}

// hasLike tells whether a machine of the run is of that make.
func (r *Run) hasLike(e Environment) bool {
	like := func(o Environment) bool {
		return !slices.ContainsFunc(Differences(o, e), func(d Difference) bool { return d.Machine })
	}
	if len(r.Hosts) == 0 {
		return like(r.Environment)
	}
	return slices.ContainsFunc(r.Hosts, func(h Host) bool { return like(h.Environment) })
}

// Make is the processor, the usable cores and the system of a machine, as far as they are known.
func (e *Environment) Make() string {
	var parts []string
	for _, p := range []string{e.CPU, count(int64(e.Cores), " cores"), strings.Trim(e.OS+"/"+e.Arch, "/")} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, ", ")
}

// hostNames are some of them: a fleet can be large.
func hostNames(hosts []Host) string {
	if len(hosts) == 0 {
		return "runner's own machine"
	}
	var names []string
	for _, h := range hosts {
		names = append(names, h.Name)
	}
	slices.Sort(names)
	if more := len(names) - 8; more > 0 {
		names = append(names[:8], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}
