package spec

import (
	"slices"
)

// merge lays b over a: mappings key by key, everything else replaced. Neither is changed.
func merge(s *shape, a, b *value) *value {
	if a == nil || !a.is(isMap) || !b.is(isMap) || s == nil {
		return b
	}
	f := s.form(isMap)
	if f == nil || f.whole {
		return b
	}
	out := *b
	out.keys = slices.Clone(a.keys)
	place := make(map[string]int, len(a.keys))
	for i, e := range a.keys {
		place[e.name] = i
	}
	for _, e := range b.keys {
		i, both := place[e.name]
		if !both {
			out.keys = append(out.keys, e)
			continue
		}
		switch {
		case f == matrixShape:
			e.value = mergeAxis(out.keys[i].value, e.value)
		case f.key(e.name) != nil:
			e.value = merge(f.key(e.name).shape, out.keys[i].value, e.value)
		case f.others != nil:
			e.value = merge(f.others, out.keys[i].value, e.value)
		}
		out.keys[i] = e
	}
	return &out
}

// mergeAxis replaces the levels. The default stays: it says what history goes by, not what is run.
func mergeAxis(old, above *value) *value {
	levels, def := splitAxis(above)
	oldLevels, oldDefault := splitAxis(old)
	if levels == nil {
		levels = oldLevels
	}
	if def == nil {
		def = oldDefault
	}
	if def == nil || levels == nil {
		return above
	}
	out := *above
	out.kind, out.list, out.text, out.data = isMap, nil, "", nil
	out.keys = []entry{{"levels", levels.pos, levels}, {"default", def.pos, def}}
	return &out
}

// splitAxis takes {levels, default} apart; anything else is levels.
func splitAxis(v *value) (levels, def *value) {
	if v.is(isMap) && v.get("label") == nil && (v.get("levels") != nil || v.get("default") != nil) {
		return v.get("levels"), v.get("default")
	}
	return v, nil
}
