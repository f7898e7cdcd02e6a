package spec

import "strings"

// stepForm is `prepare` or `cleanup` as written.
type stepForm struct {
	each string
	form *commandForm
}

// step reads one: a shell text, a list of arguments, or a mapping that also says when.
func (r *reader) step(v *value) *stepForm {
	switch {
	case v.is(isText | isList):
		return &stepForm{"run", r.commandForm(v, nil)}
	case !v.is(isMap):
		return nil
	}
	s := &stepForm{each: "run"}
	if e := v.get("each"); e.is(isText) {
		s.each = e.text
	}
	given := []*value{}
	for _, key := range []string{"command", "shell"} {
		if c := v.get(key); c != nil {
			given = append(given, c)
		}
	}
	if len(given) != 1 {
		r.fail(v, "such as {each: trial, shell: rm -f out}", "the step has %d of command and shell, not one", len(given))
		return nil
	}
	s.form = r.commandForm(given[0], nil)
	if s.each != "trial" {
		r.early(s.form)
	}
	return s
}

// early refuses the trial's directory in what is done when there is no trial.
func (r *reader) early(c *commandForm) {
	c.names(func(v *value, p part) {
		if p.name == "scratch" {
			r.list.Add(v.Text().Pos(p.at), len(p.name)+4, "use {{dir}}, the run's directory, or each: trial", "{{scratch}} is there for trials only")
		}
	})
}

// step fills one in for a cell; nil for none.
func (w *filling) step(form *Workload, s *stepForm) *Step {
	if s == nil || s.form == nil {
		return nil
	}
	c := w.command(s.form, w.get)
	if c.Dir = w.dir(form); c.Dir == "" {
		c.Dir = form.base
	}
	if strings.HasPrefix(c.Dir, Late("scratch")) && s.each != "trial" {
		c.Dir = form.base
	}
	return &Step{Each: s.each, Command: c}
}
