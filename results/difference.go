package results

import (
	"fmt"
	"slices"
)

// RunDifferences are those between two runs that a comparison may rest on: of their machines, of runner, of what executed the
// workloads and of what these are made of. Each is said once.
func RunDifferences(was, is Run, before, after []Trial) []Difference {
	all := Differences(was.Environment, is.Environment)
	add := func(what, a, b string) {
		if a != b && a != "" && b != "" {
			all = append(all, Difference{What: what, Was: a, Is: b})
		}
	}
	add("runner", was.Version, is.Version)
	then, now := runtimesOf(before), runtimesOf(after)
	for _, name := range now.names {
		add("runtime "+name, then.told[name], now.told[name])
	}
	for _, c := range is.Code {
		i := slices.IndexFunc(was.Code, func(o Code) bool { return o.Workload == c.Workload && o.Path == c.Path })
		if i >= 0 && was.Code[i].Digest != c.Digest {
			all = append(all, Difference{What: "code of " + c.Workload, Was: fmt.Sprintf("%s was %.12s", c.Path, was.Code[i].Digest), Is: fmt.Sprintf("%.12s", c.Digest)})
		}
	}
	if len(was.Sources) > 0 && len(is.Sources) > 0 && was.Sources[0].Text != is.Sources[0].Text {
		all = append(all, Difference{What: "spec", Was: was.Sources[0].Path, Is: "with other text"})
	}
	return all
}

// runtimes are what executed some trials, by the level of the axis runtime.
type runtimes struct {
	names []string
	told  map[string]string
}

func runtimesOf(trials []Trial) runtimes {
	r := runtimes{told: map[string]string{}}
	for i := range trials {
		info := trials[i].Runtime
		name, _ := trials[i].Cell.Get("runtime").(string)
		if name == "" {
			name = info.Name
		}
		if info.Name == "" || r.told[name] != "" {
			continue
		}
		r.names = append(r.names, name)
		r.told[name] = info.Name + " " + info.Version
		if info.GIL != "" {
			r.told[name] += ", GIL " + info.GIL
		}
	}
	return r
}
