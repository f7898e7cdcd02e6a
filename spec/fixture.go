package spec

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Late stands for what a fixture gives, such as http.url, in the arguments and the environment of a plan: it is not known
// before the fixture runs. See Filled.
func Late(name string) string { return "\x00" + name + "\x00" }

// Filled puts values of fixtures, by their names, where a plan's text has Late.
func Filled(text string, values map[string]string) string {
	if !strings.Contains(text, "\x00") {
		return text
	}
	for name, v := range values {
		text = strings.ReplaceAll(text, Late(name), v)
	}
	return text
}

// fixtures reads the settings, and makes known what workloads may ask for.
func (r *reader) fixtures() {
	all := r.root.get("fixtures")
	if !all.is(isMap) {
		return
	}
	var names []string
	for _, f := range r.fixed {
		names = append(names, f.Name)
	}
	for _, e := range all.keys {
		i := slices.Index(names, e.name)
		switch {
		case e.name == "server": // and reported
		case i < 0:
			r.list.Add(e.pos, utf8.RuneCountInString(e.name), suggest(e.name, names), "unknown fixture %q", shorten(e.name))
		default:
			r.fixture(e, r.fixed[i])
		}
	}
}

func (r *reader) fixture(e entry, info FixtureInfo) {
	f := Fixture{Name: e.name, Settings: map[string]any{}, Pos: e.pos}
	var known []string
	for _, s := range info.Settings {
		known = append(known, s.Name)
		f.Settings[s.Name] = s.Default
		if v := e.value.get(s.Name); v != nil {
			f.Settings[s.Name] = r.setting(s, v)
		}
	}
	if e.value.is(isMap) {
		for _, child := range e.value.keys {
			if !slices.Contains(known, child.name) {
				r.list.Add(child.pos, utf8.RuneCountInString(child.name), suggest(child.name, known), "fixture %s has no setting %q", e.name, shorten(child.name))
			}
		}
	}
	for _, v := range info.Values {
		r.exp.names.late[e.name+"."+v.Name] = true
	}
	r.exp.Fixtures = append(r.exp.Fixtures, f)
}

// setting is a value of the type that the default has.
func (r *reader) setting(s SettingInfo, v *value) any {
	shape := settingShape(s)
	before := len(*r.list)
	shape.check(v, s.Name, r.list)
	if len(*r.list) > before {
		return s.Default
	}
	switch s.Default.(type) {
	case time.Duration:
		d, _ := parseDuration(v.text)
		return d
	case int64:
		n, _ := parseSize(v.text)
		return int64(n)
	}
	return v.data
}

func settingShape(s SettingInfo) *shape {
	switch s.Default.(type) {
	case time.Duration:
		return durationShape
	case int64:
		return sizeShape
	}
	return positiveShape
}

func fixturesSchema(cat Catalog, m map[string]any) {
	properties := m["properties"].(map[string]any)
	for _, f := range cat.Fixtures {
		settings := map[string]any{}
		for _, s := range f.Settings {
			p := settingShape(s).jsonSchema(cat)
			p["description"] = s.Doc
			settings[s.Name] = p
		}
		properties[f.Name] = map[string]any{"type": []string{"object", "null"}, "description": f.Doc, "properties": settings, "additionalProperties": false}
	}
	m["additionalProperties"] = false
}
