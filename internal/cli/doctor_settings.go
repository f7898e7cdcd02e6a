package cli

import (
	"fmt"
	"slices"
	"strings"

	"bench/runner/reports"
)

// The settings of the processor, which virtual machines hide as a rule.

func (e *examined) governor() reports.Finding {
	v := e.vitals
	if v.Governor == "" {
		return unknown("frequency", unseen("who chooses it"))
	}
	text := v.Governor
	if v.Driver != "" {
		text += " (" + v.Driver + ")"
	}
	if v.Slowest != nil && v.Fastest != nil {
		if *v.Slowest == *v.Fastest {
			return ok("frequency", "fixed at %s", gigahertz(*v.Fastest))
		}
		text += fmt.Sprintf(", %s to %s", gigahertz(*v.Slowest), gigahertz(*v.Fastest))
	}
	if v.Governor != "performance" {
		return warn("frequency", "sudo cpupower frequency-set -g performance", "%s: a short trial runs before the clock has risen", text)
	}
	return ok("frequency", "%s", text)
}

func gigahertz(hz int64) string { return fmt.Sprintf("%.2f GHz", float64(hz)/1e9) }

func size(bytes int64) string {
	return strings.ReplaceAll(reports.Quantity(float64(bytes), "B"), "\u00a0", " ")
}

func (e *examined) boost() reports.Finding {
	switch v := e.vitals; v.Boost {
	case "off":
		return ok("boost", "off")
	case "on":
		value := 0
		if strings.HasSuffix(v.BoostFile, "no_turbo") {
			value = 1
		}
		return warn("boost", fmt.Sprintf("echo %d | sudo tee %s", value, v.BoostFile), "on: the more cores work, the slower each, so that speedups come out too small")
	default:
		return unknown("boost", hidden)
	}
}

func (e *examined) smt() reports.Finding {
	v := e.vitals
	switch {
	case v.Siblings > 0:
		return warn("SMT", "echo off | sudo tee /sys/devices/system/cpu/smt/control", "%d of %d processors are threads that share a core: two of them do less than twice the work of one", v.Siblings, v.Allowed)
	case v.SMT == "":
		return unknown("SMT", unseen("whether processors share a core"))
	case e.machine.Virtual != "":
		return unknown("SMT", v.SMT+", but a virtual processor may be half a core all the same")
	default:
		return ok("SMT", "no usable processor shares its core with another")
	}
}

func (e *examined) heat() reports.Finding {
	switch n := e.vitals.Hot; {
	case n == nil:
		return unknown("heat", hidden)
	case *n > 0:
		return warn("heat", "sensors", "cores have slowed down for their heat %d times since the system began", *n)
	default:
		return ok("heat", "no core has slowed down since the system began")
	}
}

func (e *examined) swap() reports.Finding {
	v := e.vitals
	switch {
	case v.Swap == nil || v.Swapped == nil:
		return unknown("swap", hidden)
	case *v.Swap == 0:
		return ok("swap", "none")
	case *v.Swapped > 0:
		return warn("swap", "sudo swapoff -a", "%s of %s are in use: memory may be on a disk when a trial wants it",
			size(*v.Swapped), size(*v.Swap))
	default:
		return ok("swap", "%s, not in use", size(*v.Swap))
	}
}

func (e *examined) clock() reports.Finding {
	name := e.vitals.Clock
	text := fmt.Sprintf("a reading takes %d ns", e.reading.Nanoseconds())
	if name != "" {
		text = name + ", " + text
	}
	if e.reading > fitReading || slices.Contains([]string{"hpet", "acpi_pm", "jiffies"}, name) {
		return warn("clock", "cat /sys/devices/system/clocksource/clocksource0/available_clocksource", "%s: it adds to short tasks", text)
	}
	if name == "" {
		return unknown("clock", unseen("what it is; "+text))
	}
	return ok("clock", "%s", text)
}

func (e *examined) languages() reports.Finding {
	return ok("runtimes", "%s", strings.Join(append([]string{"go " + e.machine.Go}, e.runtimes...), "; "))
}
