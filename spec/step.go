package spec

import (
	"slices"
	"strings"
)

// stepForm is one thing of `prepare`, `cleanup` or `verify` as written.
type stepForm struct {
	each string
	form *commandForm
}

// steps reads `prepare` or `cleanup`: a shell text, a list of arguments, a mapping that also says when, or a list of such
// mappings. more are names beside those of the matrix.
func (r *reader) steps(v *value, more []string) (all []*stepForm) {
	mapped := func(v *value) bool { return v.is(isMap) }
	switch {
	case v.is(isList) && slices.ContainsFunc(v.list, mapped):
		for _, item := range v.list {
			if !item.is(isMap) {
				r.fail(item, "write {command: […]} or {shell: …} for each, or a list of arguments", "a list of steps holds mappings")
				continue
			}
			all = append(all, r.step(item, more))
		}
	case v.is(isText | isList):
		all = []*stepForm{r.plainStep(v, more)}
	case v.is(isMap):
		all = []*stepForm{r.step(v, more)}
	}
	return slices.DeleteFunc(all, func(s *stepForm) bool { return s == nil })
}

func (r *reader) plainStep(v *value, more []string) *stepForm {
	s := &stepForm{"run", r.commandForm(v, more)}
	r.early(s.form)
	return s
}

func (r *reader) step(v *value, more []string) *stepForm {
	s := &stepForm{each: "run"}
	if e := v.get("each"); e.is(isText) {
		s.each = e.text
	}
	if s.form = r.done(v, "the step", more); s.form == nil {
		return nil
	}
	if s.each != "trial" {
		r.early(s.form)
	}
	return s
}

// done reads the one of command and shell that a mapping has.
func (r *reader) done(v *value, what string, more []string) *commandForm {
	given := []*value{}
	for _, k := range doneKeys {
		if c := v.get(k.name); c != nil {
			given = append(given, c)
		}
	}
	if len(given) != 1 {
		r.fail(v, "such as {shell: test -s out}", "%s has %d of command and shell, not one", what, len(given))
		return nil
	}
	return r.commandForm(given[0], more)
}

// early refuses the trial's directory in what is done when there is no trial.
func (r *reader) early(c *commandForm) {
	c.names(func(v *value, p part) {
		if p.name == "scratch" {
			r.list.Add(v.Text().Pos(p.at), len(p.name)+4, "use {{dir}}, the run's directory, or each: trial", "{{scratch}} is there for trials only")
		}
	})
}

// steps fills them in for a cell. args are the workload's, under their names.
func (w *filling) steps(form *Workload, all []*stepForm, args map[string]any) (out []*Step) {
	get := func(name string) (any, bool) {
		if v, ok := args[name]; ok {
			return v, true
		}
		return w.get(name)
	}
	for _, s := range all {
		c := w.command(s.form, get)
		if c.Dir = w.dir(form); c.Dir == "" || strings.HasPrefix(c.Dir, Late("scratch")) && s.each != "trial" {
			c.Dir = form.base
		}
		out = append(out, &Step{Each: s.each, Command: c})
	}
	return out
}
