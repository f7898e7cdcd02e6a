package results

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// RunDifferences are those between two runs that a comparison may rest on: of their machines, of runner, of what executed the
// workloads and of what these are made of. Each is said once.
func RunDifferences(was, is Run, before, after []Trial) []Difference {
	all := append(Differences(was.Environment, is.Environment), HostDifferences(was, is)...)
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
	for i, s := range is.Sources {
		if i < len(was.Sources) && was.Sources[i].Text != s.Text {
			all = append(all, Difference{What: "spec", Was: was.Sources[i].Path, Is: "with other text"})
		}
	}
	if a, b := was.Options.chosen(), is.Options.chosen(); a != b {
		all = append(all, Difference{What: "options", Was: a, Is: b})
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

// chosen are the options that change what is measured.
func (o *Options) chosen() string {
	var parts []string
	if o.Profile != "" {
		parts = append(parts, "--profile "+o.Profile)
	}
	for _, only := range o.Only {
		parts = append(parts, "--only "+only)
	}
	for _, key := range slices.Sorted(maps.Keys(o.Define)) {
		parts = append(parts, "-D "+key+"="+o.Define[key])
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, " ")
}
