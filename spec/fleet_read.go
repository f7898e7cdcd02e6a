package spec

import (
	"slices"
	"strings"
	"unicode/utf8"

	"bench/runner/internal/matrix"
)

// fleets reads `fleet` and `placement`, before the matrix asks for fleets by their names.
func (r *reader) fleets() {
	r.exp.Fleets = map[string]Fleet{}
	if all := r.root.get("fleet"); all.is(isMap) {
		for _, e := range all.keys {
			r.exp.Fleets[e.name] = r.fleet(e)
		}
	}
	named := r.namedFleets()
	place := r.root.get("placement")
	if len(r.exp.Fleets) == 0 && (len(named) > 0 || place.is(isMap)) {
		r.exp.Fleets[defaultFleet] = newFleet(defaultFleet)
	}
	delete(named, "")
	r.several = len(named) > 1
	if place.is(isMap) {
		r.placement(place)
	}
}

func (r *reader) fleet(e entry) Fleet {
	f := newFleet(e.name)
	f.Pos = e.pos
	v := e.value
	connect, join := v.get("connect"), v.get("join")
	f.Servers = serversOf(connect)
	if join.is(isText) {
		f.Join = fileBeside(r.dirOf(join), join.text)
	}
	for i, s := range f.Servers {
		if slices.Contains(f.Servers[:i], s) {
			r.fail(connect, "name each server once", "server %s is there twice", shorten(s))
			break
		}
	}
	if len(f.Servers) > maxServers {
		r.fail(connect, "name some: the others are heard of from these", "fleet %s has more than %d servers", e.name, maxServers)
	}
	if connect != nil && join != nil {
		r.fail(join, "keep one of them: a join file names the servers itself", "fleet %s has both connect and join", e.name)
	}
	if n := v.get("replicas"); n.is(isInt) {
		if f.Replicas = n.data.(int); f.Replicas > 1 && f.Embedded() {
			r.fail(n, "start three with `runner broker`, and name them with connect or join", "the broker that runner embeds is one server: it cannot keep %d replicas", f.Replicas)
		}
	}
	f.Lease = durationOf(v.get("lease"), f.Lease)
	if n := v.get("max_attempts"); n.is(isInt) {
		f.Attempts = n.data.(int)
	}
	if hosts := v.get("hosts"); hosts.is(isMap) {
		f.Provider = r.provider(hosts)
	}
	return f
}

// provider reads `hosts`.
func (r *reader) provider(v *value) Provider {
	p := Provider{Kind: "static"}
	if kind := v.get("provider"); kind.is(isText) && slices.Contains(providers, kind.text) {
		p.Kind = kind.text
	} else if kind != nil {
		return p // it was reported
	}
	settings := providerSettings[p.Kind]
	for _, e := range v.keys {
		if e.name == "provider" || hostsShape.key(e.name) == nil || slices.Contains(settings, e.name) {
			continue
		}
		var of []string
		for _, kind := range providers {
			if slices.Contains(providerSettings[kind], e.name) {
				of = append(of, kind)
			}
		}
		r.list.Add(e.pos, utf8.RuneCountInString(e.name), p.Kind+" has "+strings.Join(settings, ", "), "%s is a setting of %s, not of %s", e.name, strings.Join(of, " and "), p.Kind)
	}
	if n := v.get("count"); n.is(isInt) {
		p.Count = n.data.(int)
	} else if p.Kind == "slurm" {
		p.Count = 1
	}
	if args := v.get("sbatch"); args.is(isList) {
		if len(args.list) > maxSbatch {
			r.fail(args, "put the rest into a script: SBATCH_… variables do as well", "sbatch has more than %d arguments", maxSbatch)
		}
		p.Sbatch, _ = textsOf(args)
	}
	if p.Kind != "static" {
		p.Command = "runner"
		if c := v.get("command"); c.is(isText) {
			p.Command = c.text
		}
	}
	if p.Kind == "ssh" {
		r.sshHosts(v, &p)
	}
	return p
}

func (r *reader) sshHosts(v *value, p *Provider) {
	hosts := v.get("hosts")
	if hosts == nil {
		r.fail(v.get("provider"), "add hosts: [a, b]", "ssh has no hosts to go to")
		return
	}
	p.Hosts, _ = textsOf(hosts)
	p.Count = len(p.Hosts)
	if p.Count > maxHosts {
		r.fail(hosts, "use fewer", "more than %d hosts", maxHosts)
		return
	}
	seen := make(map[string]bool, len(p.Hosts))
	for _, item := range hosts.list {
		if seen[item.text] {
			r.fail(item, "a host has one agent: take one of them out", "host %s is there twice", shorten(item.text))
		}
		seen[item.text] = true
	}
}

// textsOf are the texts of a list; false if something else is in it.
func textsOf(v *value) (texts []string, all bool) {
	for _, item := range v.list {
		if item.is(isText) {
			texts = append(texts, item.text)
		}
	}
	return texts, len(texts) == len(v.list)
}

func (r *reader) placement(v *value) {
	p := &Placement{Exclusive: "host", Unit: "block", Calibrate: true, Pos: v.pos}
	p.Fleet = r.fleetNamed(v.get("fleet"), v, "placement")
	if c := v.get("calibrate"); c.is(isBool) {
		p.Calibrate = c.data.(bool)
	}
	r.exp.Placement = p
	if f := r.root.get("fixtures"); f.is(isMap) && len(f.keys) > 0 {
		e := f.keys[0]
		r.list.Add(e.pos, utf8.RuneCountInString(e.name), "take it out, or measure here: -D placement=none",
			"placement does not go with fixtures: %s would be on this machine alone, and the trials on others", e.name)
	}
}

// fleetNamed is the fleet that a value names, or the only one there is where it is nil: then at is where one was needed. It
// is "" where that was a problem.
func (r *reader) fleetNamed(v, at *value, who string) string {
	known := sorted(keysOf(r.exp.Fleets))
	switch {
	case v == nil && len(known) == 1:
		return known[0]
	case v == nil:
		r.fail(at, suggest("", known), "%s does not say which fleet, and there are %d", who, len(known))
	case !v.is(isText):
		// its shape or its type was reported
	case slices.Contains(known, v.text):
		return v.text
	case r.root.get("fleet") == nil:
		r.fail(v, "add fleet: {"+shorten(v.text)+": {}}", "unknown fleet %q: the spec has none", shorten(v.text))
	default:
		r.fail(v, suggest(v.text, known), "unknown fleet %q", shorten(v.text))
	}
	return ""
}

// namedFleets are the fleets that the executor axis asks for, "" for the one that goes without saying.
func (r *reader) namedFleets() map[string]bool {
	named := map[string]bool{}
	axis, _ := splitAxis(r.root.get("matrix").get(matrix.Executor))
	for _, item := range axis.items() {
		if !item.is(isMap) {
			continue
		}
		for _, e := range item.keys {
			if info, known := r.exp.names.executors[e.name]; !known || info.Name != clusterExecutor {
				continue
			}
			given := e.value.get(fleetOption)
			if given == nil {
				named[""] = true
			}
			for _, name := range given.items() {
				named[name.text] = true
			}
		}
	}
	return named
}

// fleetOptions are the values of the option fleet: names of fleets that are there. They are part of a cell only where the
// matrix has several: the one fleet of a spec says nothing of how its cells differ.
func (r *reader) fleetOptions(o ParamInfo, at, given *value) (values []any, shown bool) {
	if given == nil {
		if name := r.fleetNamed(nil, at, clusterExecutor); name != "" {
			values = append(values, name)
		}
		return values, false
	}
	for _, item := range given.items() {
		if !r.typed(item, "value of "+o.Name) {
			continue
		}
		if !item.is(isText) {
			r.fail(item, "", "fleet takes the name of a fleet, not %s", item.describe())
		} else if name := r.fleetNamed(item, at, clusterExecutor); name != "" {
			values = append(values, name)
		}
	}
	return values, r.several
}
