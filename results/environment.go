package results

import "fmt"

// Difference is a fact of two machines that is not the same; "" is a value that is not known.
type Difference struct {
	What    string
	Was, Is string
	Machine bool // it is another machine then: times of the two cannot be compared
}

func (d Difference) String() string {
	return fmt.Sprintf("%s: %s, now %s", d.What, orUnknown(d.Was), orUnknown(d.Is))
}

func orUnknown(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}

// Differences are those between two states of a machine, or two machines, that measurements may depend on. What changes
// from minute to minute, such as the load, is none.
func Differences(was, is Environment) (all []Difference) {
	add := func(what, was, is string, machine bool) {
		if was != is {
			all = append(all, Difference{what, was, is, machine})
		}
	}
	add("system", was.OS+"/"+was.Arch, is.OS+"/"+is.Arch, true)
	add("processor", was.CPU, is.CPU, true)
	add("usable cores", fmt.Sprint(was.Cores), fmt.Sprint(is.Cores), true)
	add("virtual machine", was.Virtual, is.Virtual, true)
	add("memory", fmt.Sprintf("%d MiB", was.Memory>>20), fmt.Sprintf("%d MiB", is.Memory>>20), false)
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

func commit(e Environment) string {
	if e.Dirty {
		return e.Commit + ", changed since"
	}
	return e.Commit
}
