package spec

import (
	"fmt"
	"unicode/utf8"

	"bench/runner/internal/diag"
	"bench/runner/internal/matrix"
)

// executorLevels reads one element of the executor axis: a name, or a mapping of names to worker counts or to workers
// and options.
func (r *reader) executorLevels(_ string, v *value) (levels []Level) {
	switch {
	case v.is(isMap):
		for _, e := range v.keys {
			named := &value{kind: isText, text: e.name, pos: e.pos, width: utf8.RuneCountInString(e.name)}
			if info, ok := r.executor(named); ok {
				levels = append(levels, r.countedLevels(info, named, e.value)...)
			}
		}
	case v.is(isText):
		info, ok := r.executor(v)
		if ok && info.Workers {
			r.fail(v, fmt.Sprintf("write {%s: [1, 2]} or {%s: cores}", v.text, v.text), "%s needs a worker count", v.text)
		} else if ok {
			levels = r.optionLevels(info, v, v.pos, 0, nil)
		}
	default:
		r.fail(v, "such as serial or {threads: [1, 2]}", "an executor is a name or a mapping, not %s", v.describe())
	}
	return levels
}

// executor looks a name up, and makes its options known.
func (r *reader) executor(v *value) (ExecutorInfo, bool) {
	n := &r.exp.names
	info, ok := n.executors[v.text]
	if !ok {
		r.fail(v, suggest(v.text, sorted(keysOf(n.executors))), "unknown executor %q", shorten(v.text))
		return info, false
	}
	n.running[info.Name] = true
	for _, o := range info.Options {
		if !o.Map {
			n.options[o.Name] = true
		}
	}
	return info, true
}

// countedLevels reads what stands behind an executor's name.
func (r *reader) countedLevels(info ExecutorInfo, at, v *value) (levels []Level) {
	counts, options := v, (*value)(nil)
	if v.is(isMap) {
		counts, options = v.get("workers"), v
	}
	switch {
	case !info.Workers && counts.is(isScalar|isList):
		r.fail(counts, "write "+at.text+" alone", "%s takes no worker count", at.text)
		return nil
	case !info.Workers:
		return r.optionLevels(info, at, at.pos, 0, options)
	case counts == nil || counts.is(isNull):
		r.fail(at, fmt.Sprintf("write {%s: [1, 2]} or {%s: cores}", at.text, at.text), "%s needs a worker count", at.text)
		return nil
	}
	if counts.is(isList) && len(counts.list) == 0 {
		r.fail(counts, "write at least one worker count", "%s has an empty list of worker counts", at.text)
	}
	for _, item := range counts.items() {
		for _, n := range r.counts(item) {
			levels = append(levels, r.optionLevels(info, at, item.pos, n, options)...)
			if len(levels) > maxVariants {
				return levels // axis reports it
			}
		}
	}
	return levels
}

// counts reads a worker count: 4, cores, or a range such as 1..cores.
func (r *reader) counts(v *value) (counts []int) {
	from, to, isRange := parseRange(v.text, r.exp.Cores)
	switch {
	case v.is(isInt) && v.data.(int) >= 1 && v.data.(int) <= maxCells:
		return []int{v.data.(int)}
	case v.is(isText) && v.text == "cores":
		return []int{r.exp.Cores}
	case v.is(isText) && isRange && from >= 1:
		r.spread(v, from, to, func(n int) Level { counts = append(counts, n); return Level{} })
		return counts
	}
	r.fail(v, "a whole number from 1, cores, or a range such as 1..cores", "%s is no worker count", v.describe())
	return nil
}

// optionLevels makes the levels of one worker count (0: the executor has none): one for each combination of the options
// that the spec mentions. Options that it does not mention stay at their defaults and out of the key. at is the executor's
// name.
func (r *reader) optionLevels(info ExecutorInfo, at *value, pos diag.Pos, workers int, v *value) []Level {
	base := Level{Facets: []matrix.Facet{{Name: matrix.Executor, Value: info.Name}}, Options: map[string]any{}, Pos: pos}
	if workers > 0 {
		base.Facets = append(base.Facets, matrix.Facet{Name: matrix.Workers, Value: workers})
	}
	levels := []Level{base}
	for _, o := range info.Options {
		given := v.get(o.Name)
		switch {
		case info.Name == clusterExecutor && o.Name == fleetOption:
			values, shown := r.fleetOptions(o, at, given)
			levels = cross(levels, o.Name, shown, values)
		case given == nil && o.Map:
		case given == nil:
			levels = cross(levels, o.Name, false, []any{o.Default})
		case o.Map && given.is(isMap):
			levels = cross(levels, o.Name, false, []any{given.native()})
		case o.Map:
			r.fail(given, "", "%s of %s takes a mapping, not %s", o.Name, info.Name, given.describe())
		default:
			levels = cross(levels, o.Name, true, r.optionValues(o, given))
		}
		if len(levels) > maxVariants {
			return levels
		}
	}
	if v != nil {
		r.unknownOptions(info, v)
	}
	return levels
}

// cross multiplies levels by the values of an option; shown says that it is part of the key.
func cross(levels []Level, name string, shown bool, values []any) (out []Level) {
	for _, l := range levels {
		for _, v := range values {
			next := Level{Facets: append([]matrix.Facet{}, l.Facets...), Options: map[string]any{name: v}, Pos: l.Pos}
			for k, other := range l.Options {
				next.Options[k] = other
			}
			if shown {
				next.Facets = append(next.Facets, matrix.Facet{Name: name, Value: v})
			}
			out = append(out, next)
		}
	}
	return out
}

func (r *reader) optionValues(o ParamInfo, v *value) (values []any) {
	for _, item := range v.items() {
		if !r.typed(item, "value of "+o.Name) {
			continue
		}
		bound, problem, hint := o.bind(item.data)
		if problem != "" {
			r.fail(item, hint, "%s", problem)
			continue
		}
		values = append(values, bound)
	}
	return values
}

func (r *reader) unknownOptions(info ExecutorInfo, v *value) {
	known := []string{}
	if info.Workers {
		known = append(known, "workers")
	}
	for _, o := range info.Options {
		known = append(known, o.Name)
	}
	for _, e := range v.keys {
		found := false
		for _, name := range known {
			found = found || name == e.name
		}
		switch hint := suggest(e.name, known); {
		case found:
		case e.name == "workers":
			r.list.Add(e.pos, len(e.name), "take it out", "%s takes no worker count", info.Name)
		case len(known) == 0:
			r.list.Add(e.pos, utf8.RuneCountInString(e.name), "take it out", "%s has no options", info.Name)
		default:
			r.list.Add(e.pos, utf8.RuneCountInString(e.name), hint, "%s has no option %q", info.Name, shorten(e.name))
		}
	}
}
