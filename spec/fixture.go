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

// Named is a plan's text as it was written: {{name}} where Late is.
func Named(text string) string {
	parts := strings.Split(text, "\x00")
	for i := 1; i+1 < len(parts); i += 2 {
		parts[i] = "{{" + parts[i] + "}}"
	}
	return strings.Join(parts, "")
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
		if i < 0 {
			r.list.Add(e.pos, utf8.RuneCountInString(e.name), suggest(e.name, names), "unknown fixture %q", shorten(e.name))
			continue
		}
		r.fixture(e, r.fixed[i])
	}
}

func (r *reader) fixture(e entry, info FixtureInfo) {
	f := Fixture{Name: e.name, Settings: map[string]any{}, Pos: e.pos}
	var known []string
	for _, s := range info.Settings {
		known = append(known, s.Name)
		f.Settings[s.Name] = s.Default
		v := e.value.get(s.Name)
		if text, isText := s.Default.(string); s.Path && isText {
			f.Settings[s.Name] = fileBeside(r.dirOf(e.value), text)
		}
		switch {
		case v != nil:
			f.Settings[s.Name] = r.setting(info, s, v)
		case s.Required:
			r.list.Add(e.pos, utf8.RuneCountInString(e.name), "add "+s.Name+": "+s.Doc, "fixture %s has no %s", e.name, s.Name)
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
		r.exp.names.late[strings.TrimSuffix(e.name+"."+v.Name, ".")] = true
	}
	r.exp.Fixtures = append(r.exp.Fixtures, f)
}

// setting is a value of the type that the default has.
func (r *reader) setting(f FixtureInfo, s SettingInfo, v *value) any {
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
	case []string:
		var argv []string
		for _, item := range v.list {
			argv = append(argv, r.late(item, f))
		}
		argv[0] = beside(r.dirOf(v), argv[0])
		return argv
	case string:
		text := r.late(v, f)
		if s.Path {
			text = fileBeside(r.dirOf(v), text)
		}
		return text
	}
	return v.data
}

// late is a text with Late in place of what earlier fixtures give. What the fixture itself gives, such as {{port}}, it
// puts in.
func (r *reader) late(v *value, own FixtureInfo) string {
	parts, offset, problem := splitTemplate(v.text)
	if problem != "" {
		r.list.Add(v.Text().Pos(offset), 2, "write {{name}}", "%s", problem)
	}
	text := ""
	for _, p := range parts {
		known := slices.ContainsFunc(own.Values, func(x ValueInfo) bool { return x.Name == p.name })
		switch {
		case p.name == "":
			text += p.text
		case known:
			text += "{{" + p.name + "}}"
		default:
			if !r.exp.names.late[p.name] || p.name == "scratch" {
				r.list.Add(v.Text().Pos(p.at), utf8.RuneCountInString(p.name)+4, "fixtures know what those before them give, and dir", "{{%s}} names nothing here", p.name)
			}
			text += Late(p.name)
		}
	}
	return text
}

func settingShape(s SettingInfo) *shape {
	switch s.Default.(type) {
	case time.Duration:
		return durationShape
	case int64:
		return sizeShape
	case []string:
		return argvShape
	case string:
		return textShape
	}
	return positiveShape
}

func fixturesSchema(cat Catalog, m map[string]any) {
	properties := map[string]any{}
	m["properties"] = properties
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
