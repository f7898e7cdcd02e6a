package spec

import (
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"
)

var (
	fleetShape = &shape{what: "a mapping such as {hosts: {provider: slurm, count: 8}}", kinds: isMap | isNull, keys: []key{
		{name: "connect", doc: "embed (default): runner brings the broker; or the servers of one's own, tls://HOST:PORT, as a list or with commas between them; nats:// only on loopback", shape: connectShape},
		{name: "join", doc: "the join file of a broker of one's own, instead of connect; from the spec's own directory", shape: wordsShape("a path", 4096)},
		{name: "hosts", doc: "where the hosts come from", shape: hostsShape},
		{name: "replicas", doc: "servers that keep each message: 1 (default) or 3", shape: &shape{what: "1 or 3", kinds: isInt,
			valid: func(v *value) (string, bool) {
				return "three servers go on without one of them; two cannot", v.data == 1 || v.data == 3
			},
			schema: func(_ Catalog, m map[string]any) { m["enum"] = []int{1, 3} }}},
		{name: "lease", doc: "a task whose worker is silent for that long is given to another one (default 30s)", shape: &shape{what: "a duration such as 30s", kinds: isText, schema: durationShape.schema, valid: validLease}},
		{name: "max_attempts", doc: "how often a task is given out before its trial is given up (default 3)", shape: &shape{what: "a whole number, 1 or more", kinds: isInt, valid: between(1, maxAttempts), schema: least(1)}},
	}}

	connectShape = &shape{what: "embed or tls://HOST:PORT", kinds: isText, valid: validServers,
		or: &shape{what: "a list of tls://HOST:PORT", kinds: isList, valid: notEmpty, item: &shape{what: "tls://HOST:PORT", kinds: isText, valid: func(v *value) (string, bool) { return serverHint(v.text) }}}}

	hostsShape = &shape{what: "a mapping such as {provider: static}", kinds: isMap, keys: []key{
		{name: "provider", doc: "static (default): you start the agents; ssh: runner starts one on each of hosts; slurm: runner submits count jobs that start them", shape: oneOf(providers...)},
		{name: "count", doc: "how many hosts to wait for (static), or jobs to submit (slurm)", shape: &shape{what: "a whole number, 1 or more", kinds: isInt, valid: between(1, maxHosts), schema: least(1)}},
		{name: "hosts", doc: "of ssh: names as ssh takes them, HOST or USER@HOST", shape: &shape{what: "a list of hosts", kinds: isList, valid: notEmpty,
			item: &shape{what: "HOST or USER@HOST", kinds: isText, valid: validHost, schema: pattern(hostPattern.text)}}},
		{name: "sbatch", doc: "of slurm: further arguments of sbatch, such as --exclusive", shape: &shape{what: "a list of arguments", kinds: isList,
			item: &shape{what: "an argument such as --exclusive or --partition=short", kinds: isText, valid: validSbatch, schema: pattern(sbatchPattern.text)}}},
		{name: "command", doc: "of ssh and slurm: the runner on those hosts, a name or a path (default runner)", shape: &shape{what: "the name or the path of a program", kinds: isText, valid: validCommand, schema: pattern(programPattern.text)}},
	}}

	placementShape = &shape{what: "a mapping such as {fleet: lab}", kinds: isMap, keys: []key{
		{name: "fleet", doc: "whose hosts; by itself where there is only one", shape: wordsShape("the name of a fleet", maxName)},
		{name: "exclusive", doc: "host (default): one block at a time on a host, and nothing else of runner's", shape: oneOf("host")},
		{name: "unit", doc: "block (default): all cells of a block run on one host", shape: oneOf("block")},
		{name: "calibrate", doc: "true (default): a reference cell is run at the start and at the end of a host's work", shape: flagShape},
	}, or: oneOf("none")}
)

// providers of hosts, and which of their settings each has.
var (
	providers        = []string{"static", "ssh", "slurm"}
	providerSettings = map[string][]string{"static": {"count"}, "ssh": {"hosts", "command"}, "slurm": {"count", "sbatch", "command"}}
)

// What these texts may be: they become arguments of ssh and sbatch, and a shell at the other end reads some of them.
var (
	fleetPattern   = form{text: `^[A-Za-z0-9_-]{1,64}$`}
	hostPattern    = form{text: `^([A-Za-z0-9_][A-Za-z0-9_.-]*@)?[A-Za-z0-9_][A-Za-z0-9_.:-]*$`}
	sbatchPattern  = form{text: `^-(-[a-z][a-z0-9-]*(=[ -~]*)?|[A-Za-z][!-~]*)$`}
	programPattern = form{text: `^[A-Za-z0-9_./~][A-Za-z0-9_./~+-]*$`}
	namedHost      = form{text: `^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$`}
)

// fleetMap is a mapping of names to fleets. A name begins the subjects and streams of its fleet, so it is a word.
var fleetMap = &shape{what: "a mapping of names to fleets", kinds: isMap, others: fleetShape,
	named: func(name string) string {
		if fleetPattern.matches(name) {
			return ""
		}
		return "a word of letters, digits, _ and -, 64 at most"
	},
	schema: func(_ Catalog, m map[string]any) { m["propertyNames"] = map[string]any{"pattern": fleetPattern.text} }}

// wordsShape is a text of one line that is not empty.
func wordsShape(what string, most int) *shape {
	return &shape{what: what, kinds: isText, schema: func(_ Catalog, m map[string]any) { m["minLength"], m["maxLength"] = 1, most },
		valid: func(v *value) (string, bool) {
			return fmt.Sprintf("one line, %d bytes at most", most), v.text != "" && len(v.text) <= most && !strings.ContainsAny(v.text, "\x00\n\r")
		}}
}

func validLease(v *value) (string, bool) {
	d, err := parseDuration(v.text)
	if err != nil {
		return validDuration(v)
	}
	return "from 1s to 1h: a heartbeat comes every quarter of it", time.Second <= d && d <= time.Hour
}

func validHost(v *value) (string, bool) {
	switch {
	case strings.HasPrefix(v.text, "-"):
		return "ssh would read it as an option", false
	case len(v.text) > maxHostName:
		return fmt.Sprintf("at most %d characters", maxHostName), false
	}
	return "letters, digits, and . _ - : between them; ports and keys belong into ~/.ssh/config", hostPattern.matches(v.text)
}

func validSbatch(v *value) (string, bool) {
	name, _, _ := strings.Cut(v.text, "=")
	switch {
	case len(v.text) > maxLevel:
		return fmt.Sprintf("at most %d bytes", maxLevel), false
	case name == "--wrap":
		return "the job is runner's own: what else a host needs is done by a script that hosts.command names", false
	case name == "--array" || strings.HasPrefix(v.text, "-a"):
		return "count says how many jobs there are", false
	}
	return "it begins with - and has its value in the same text, --partition=short", sbatchPattern.matches(v.text)
}

func validCommand(v *value) (string, bool) {
	if len(v.text) > maxLevel {
		return fmt.Sprintf("at most %d bytes", maxLevel), false
	}
	return "one program, without arguments: write a script that starts runner, and name that", programPattern.matches(v.text)
}

// validServers takes embed, or servers with commas between them.
func validServers(v *value) (string, bool) {
	if v.text == "embed" {
		return "", true
	}
	for _, s := range serversOf(v) {
		if hint, ok := serverHint(s); !ok {
			return hint, false
		}
	}
	return "", true
}

// serversOf are those of a list, or of a text with commas; nil for embed.
func serversOf(v *value) (servers []string) {
	switch {
	case v.is(isList):
		for _, item := range v.list {
			servers = append(servers, item.text)
		}
	case v.is(isText) && v.text != "embed":
		for s := range strings.SplitSeq(v.text, ",") {
			servers = append(servers, strings.TrimSpace(s))
		}
	}
	return servers
}

// serverHint says what is wrong with the address of a server.
func serverHint(text string) (hint string, ok bool) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return "such as tls://a.lab:4222", false
	}
	host := u.Hostname()
	ip := net.ParseIP(host)
	port, portErr := strconv.ParseUint(u.Port(), 10, 16)
	switch {
	case u.Scheme != "tls" && u.Scheme != "nats":
		return "tls://, or nats:// on loopback", false
	case u.User != nil:
		return "a name or a key stands in a join file: join: PATH", false
	case u.Path != "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "take out what follows the port", false
	case portErr != nil || port == 0:
		return "add the port, 1 to 65535: tls://a.lab:4222", false
	case len(host) > maxHostName || ip == nil && !namedHost.matches(host):
		return fmt.Sprintf("a host is a name or an address, of %d characters at most", maxHostName), false
	case u.Scheme == "nats" && host != "localhost" && (ip == nil || !ip.IsLoopback()):
		return "tls://: nats:// is not encrypted, and only for loopback", false
	}
	return "", true
}
