package cli

import (
	"runner/executors"
	"runner/spec"
	"runner/workloads"
)

// catalog is what specs may name, from the registries.
func catalog(cores int) spec.Catalog {
	c := spec.Catalog{Cores: cores}
	for _, e := range executors.All() {
		info := spec.ExecutorInfo{Name: e.Name, Aliases: e.Aliases, Doc: e.Doc, Workers: e.Workers}
		for _, o := range e.Options {
			info.Options = append(info.Options, spec.ParamInfo{Name: o.Name, Doc: o.Doc, Default: o.Default, Choices: o.Choices, Min: float64(o.Min), Map: o.Map})
		}
		c.Executors = append(c.Executors, info)
	}
	for _, w := range workloads.All() {
		info := spec.BuiltinInfo{Name: w.Name, Doc: w.Doc}
		for _, p := range w.Params {
			info.Params = append(info.Params, spec.ParamInfo{Name: p.Name, Doc: p.Doc, Default: p.Default, Required: p.Required, Choices: p.Choices, Min: p.Min, Max: p.Max})
		}
		c.Builtins = append(c.Builtins, info)
	}
	return c
}

// aliases maps the other names of executors to their own.
func aliases() map[string]string {
	m := map[string]string{}
	for _, e := range executors.All() {
		for _, a := range e.Aliases {
			m[a] = e.Name
		}
	}
	return m
}
