package cli

import (
	"fmt"
	"math"
	"strings"
	"time"

	"bench/runner/internal/stats"
	"bench/runner/reports"
)

// What is told as fit. From a little more than a tenth of a core on a trial may count as contaminated (see host.Monitor).
const (
	fitParallelism = 0.9 // of the cores
	fitNoise       = 0.02
	fitSpread      = 0.05
	fitOthers      = 0.10 // cores
	fitSteal       = 0.01
	fitLoad        = 0.5                   // of the cores
	fitReading     = 500 * time.Nanosecond // of a clock: more is a system call
)

// findings says what was found, in the order of what matters most.
func (e *examined) findings() []reports.Finding {
	return []reports.Finding{e.cores(), e.capacity(), e.noise(), e.company(), e.load(), e.stolen(), e.pressure(), e.virtual(), e.limits(),
		e.governor(), e.boost(), e.smt(), e.heat(), e.swap(), e.clock(), e.languages()}
}

func ok(name, fact string, values ...any) reports.Finding {
	return reports.Finding{Name: name, State: reports.OK, Fact: fmt.Sprintf(fact, values...)}
}

func warn(name, try, fact string, values ...any) reports.Finding {
	return reports.Finding{Name: name, State: reports.Warn, Fact: fmt.Sprintf(fact, values...), Try: try}
}

func unknown(name, fact string) reports.Finding {
	return reports.Finding{Name: name, State: reports.Unknown, Fact: fact}
}

const hidden = "the system does not show it"

func unseen(what string) string { return "the system does not show " + what }

func (e *examined) cores() reports.Finding {
	v := e.vitals
	text := fmt.Sprintf("%d usable", e.machine.Cores)
	if v.Online == nil {
		return unknown("cores", text+"; "+unseen("how many are online, or held back"))
	}
	text += fmt.Sprintf(": %d online, %d allowed here", *v.Online, v.Allowed)
	if q := v.Quota; q != nil {
		text += fmt.Sprintf(", and a quota of %.3g", *q)
		if *q < float64(v.Allowed) {
			return warn("cores", "", "%s, which stops all threads for the rest of each period once it is used up: lend whole cores instead (docker run --cpuset-cpus)", text)
		}
	}
	return ok("cores", "%s", text)
}

func (e *examined) capacity() reports.Finding {
	cores := float64(e.machine.Cores)
	switch p := e.parallelism; {
	case p == nil:
		return unknown("parallelism", "it could not be measured")
	case *p < fitParallelism*cores:
		return warn("parallelism", "", "%.2f on %d cores: no speedup can be more; others use the cores, or they are no whole ones", *p, e.machine.Cores)
	default:
		return ok("parallelism", "%.2f on %d cores", *p, e.machine.Cores)
	}
}

func (e *examined) noise() reports.Finding {
	const name = "noise floor"
	off := stats.Median(e.second)/stats.Median(e.first) - 1
	spread, spreads := stats.RelativeSpread(append(append([]float64(nil), e.first...), e.second...))
	if e.silent != "" || math.IsNaN(off) || !spreads {
		return unknown(name, "it could not be measured: "+orElse(e.silent, "too few trials"))
	}
	text := fmt.Sprintf("the same work, measured %d times under each of two names, differs by %.1f %%; half of all times lie within %.1f %%",
		len(e.first), 100*math.Abs(off), 100*spread)
	if math.Abs(off) > fitNoise || spread > fitSpread {
		return warn(name, "", "%s: only large effects show in few blocks", text)
	}
	return ok(name, "%s", text)
}

func orElse(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// company is who else uses the cores.
func (e *examined) company() reports.Finding {
	const name = "other programs"
	if e.others == nil {
		return unknown(name, unseen("what they use: contaminated trials cannot be told"))
	}
	var who []string
	for i, n := range e.neighbours {
		if i == 3 {
			break
		}
		who = append(who, fmt.Sprintf("%s (%d) %.2f", n.Name, n.PID, n.Cores))
	}
	text := fmt.Sprintf("they use %.2f cores", *e.others)
	if len(who) > 0 {
		text += ": " + strings.Join(who, ", ")
	}
	if *e.others <= fitOthers {
		return ok(name, "%s", text)
	}
	if len(who) == 0 {
		return warn(name, "", "%s; which ones is hidden, as outside of a container", text)
	}
	return warn(name, fmt.Sprintf("ps -fp %d", e.neighbours[0].PID), "%s; end them, or measure when they rest", text)
}

func (e *examined) load() reports.Finding {
	switch l := e.vitals.Load; {
	case l == nil:
		return unknown("load", hidden)
	case *l > fitLoad*float64(e.machine.Cores):
		return warn("load", "", "%.2f over the last minute on %d cores: something was busy before this began", *l, e.machine.Cores)
	default:
		return ok("load", "%.2f over the last minute", *l)
	}
}

func (e *examined) stolen() reports.Finding {
	switch s := e.steal; {
	case s == nil:
		return unknown("steal", hidden)
	case *s > fitSteal:
		return warn("steal", "", "the hypervisor took %.1f %% of the time: the machine is sold more than once; use one with cores of its own", 100**s)
	default:
		return ok("steal", "%.1f %% of the time", 100**s)
	}
}

func (e *examined) pressure() reports.Finding {
	if e.vitals.Pressure == "" {
		if e.machine.OS != "linux" {
			return unknown("watching", unseen("how long threads wait for a core: contaminated trials cannot be told"))
		}
		return warn("watching", "", "the kernel does not tell how long threads wait for a core, so that contaminated trials go unseen: boot it with psi=1")
	}
	return ok("watching", "%s tells how long threads wait for a core, so that contaminated trials are seen", e.vitals.Pressure)
}

func (e *examined) virtual() reports.Finding {
	switch {
	case e.machine.Virtual == "docker", e.machine.Virtual == "podman":
		return warn("virtual", "", "a container (%s): all that runs on its host shares the cores, unseen but for waits and noise", e.machine.Virtual)
	case e.machine.Virtual != "":
		return warn("virtual", "", "%s: other guests share the hardware, unseen but for steal and noise", e.machine.Virtual)
	case e.machine.OS == "linux" && e.machine.Arch == "amd64":
		return ok("virtual", "no hypervisor, no container")
	default:
		return unknown("virtual", hidden)
	}
}

func (e *examined) limits() reports.Finding {
	v := e.vitals
	switch {
	case !v.Grouped:
		return unknown("limits", hidden)
	case e.throttled > 0:
		return warn("limits", "", "the CPU quota stopped this program for %.0f ms", 1000*e.throttled.Seconds())
	case v.MemoryLimit != nil:
		return ok("limits", "memory up to %s", size(*v.MemoryLimit))
	default:
		return ok("limits", "none on memory")
	}
}
