package results

import "fmt"

// Difference is a fact of two machines that is known of both, and not the same.
type Difference struct {
	What    string
	Was, Is string
	Machine bool // it is another machine then: times of the two cannot be compared
}

func (d Difference) String() string {
	return fmt.Sprintf("%s: %s, now %s", d.What, d.Was, d.Is)
}

// Differences are those between two states of a machine, or two machines, that measurements may depend on. What changes
// from minute to minute, such as the load, is none.
func Differences(was, is Environment) (all []Difference) {
	add := func(what, was, is string, machine bool) {
		if was != is && was != "" && is != "" { // what could not be read once, for want of descriptors say, tells nothing
			all = append(all, Difference{what, was, is, machine})
		}
	}
	add("system", was.OS, is.OS, true)
	add("architecture", was.Arch, is.Arch, true)
	add("processor", was.CPU, is.CPU, true)
	add("usable cores", count(int64(was.Cores), ""), count(int64(is.Cores), ""), true)
	add("virtual machine", was.Virtual, is.Virtual, true)
	add("memory", count(was.Memory>>20, " MiB"), count(is.Memory>>20, " MiB"), false)
	add("host", was.Host, is.Host, false)
	add("kernel", was.Kernel, is.Kernel, false)
	add("Go", was.Go, is.Go, false)
	add("governor", was.Governor, is.Governor, false)
	add("boost", was.Boost, is.Boost, false)
	add("SMT", was.SMT, is.SMT, false)
	add("clock", was.Clock, is.Clock, false)
	add("commit", commit(was), commit(is), false)
	return all
}

// count is "" for 0, which stands for what is not known.
func count(n int64, unit string) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n) + unit
}

func commit(e Environment) string {
	short := e.Commit[:min(len(e.Commit), 12)]
	if e.Dirty {
		return short + ", changed since"
	}
	return short
}
