package cli

import (
	"slices"
	"strings"

	"bench/runner/executors"
	"bench/runner/executors/cluster"
	"bench/runner/executors/shims"
	"bench/runner/internal/fixtures"
	"bench/runner/spec"
	"bench/runner/workloads"
	_ "bench/runner/workloads/network"
	"bench/runner/workloads/scripts"
)

// catalog is what specs may name, from the registries.
func catalog(cores int) spec.Catalog {
	c := spec.Catalog{Cores: cores}
	for _, e := range allExecutors() {
		info := spec.ExecutorInfo{Name: e.Name, Aliases: e.Aliases, Doc: e.Doc, Workers: e.Workers, Runtimes: e.runtimes}
		for _, o := range e.options {
			info.Options = append(info.Options, spec.ParamInfo{Name: o.Name, Doc: o.Doc, Default: o.Default, Choices: o.Choices, Min: float64(o.Min), Map: o.Map, Runtimes: o.runtimes})
		}
		c.Executors = append(c.Executors, info)
	}
	for _, w := range workloads.All() {
		info := spec.BuiltinInfo{Name: w.Name, Doc: w.Doc, Runtimes: []string{"go"}}
		if scripts.Has(w.Name) {
			info.Runtimes = append(info.Runtimes, "python")
		}
		for _, p := range w.Params {
			info.Params = append(info.Params, spec.ParamInfo{Name: p.Name, Doc: p.Doc, Default: p.Default, Required: p.Required, Choices: p.Choices, Min: p.Min, Max: p.Max})
		}
		c.Builtins = append(c.Builtins, info)
	}
	for _, l := range shims.All() {
		c.Languages = append(c.Languages, spec.LanguageInfo{Name: l.Runtime, Versions: l.Versions, Default: l.Default, Example: l.Example})
	}
	for _, f := range fixtures.All() {
		info := spec.FixtureInfo{Name: f.Name, Doc: f.Doc}
		for _, p := range f.Params {
			info.Settings = append(info.Settings, spec.SettingInfo{Name: p.Name, Doc: p.Doc, Default: p.Default, Required: p.Required, Path: p.Kind == "path"})
		}
		for _, v := range f.Values {
			info.Values = append(info.Values, spec.ValueInfo{Name: v.Name, Doc: v.Doc})
		}
		c.Fixtures = append(c.Fixtures, info)
	}
	return c
}

// executor is one name with what all runtimes together have under it.
type executor struct {
	executors.Info
	runtimes []string
	options  []option
}

type option struct {
	executors.Option
	runtimes []string
}

// allExecutors are those of Go and of the shims, by name.
func allExecutors() []executor {
	var all []executor
	add := func(kind string, infos []executors.Info) {
		for _, info := range infos {
			i := slices.IndexFunc(all, func(e executor) bool { return e.Name == info.Name })
			if i < 0 {
				i = len(all)
				all = append(all, executor{Info: info})
			}
			all[i].runtimes = append(all[i].runtimes, kind)
			for _, o := range info.Options {
				all[i].option(o, kind)
			}
		}
	}
	add("go", executors.All())
	add(executors.RuntimeCommand, executors.CommandInfos())
	others, _ := executors.Lookup(cluster.Name) // hands tasks to whatever runs them
	add(executors.RuntimeCommand, []executors.Info{others.Info()})
	for _, s := range shims.All() {
		add(s.Runtime, append(s.Executors, others.Info()))
	}
	slices.SortFunc(all, func(a, b executor) int { return strings.Compare(a.Name, b.Name) })
	return all
}

func (e *executor) option(o executors.Option, kind string) {
	i := slices.IndexFunc(e.options, func(known option) bool { return known.Name == o.Name })
	if i < 0 {
		i = len(e.options)
		e.options = append(e.options, option{Option: o})
	}
	e.options[i].runtimes = append(e.options[i].runtimes, kind)
}

// aliases maps the other names of executors to their own.
func aliases() map[string]string {
	m := map[string]string{}
	for _, e := range allExecutors() {
		for _, a := range e.Aliases {
			m[a] = e.Name
		}
	}
	return m
}
