package spec

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"bench/runner/internal/diag"
)

const oneWorkload = "version: 1\nname: x\nworkloads: {sum: {builtin: primes, args: {n: 9}}}\n"

// planned loads and plans a spec that is right.
func planned(t *testing.T, text string, opt Options) Plan {
	t.Helper()
	opt.Read = func(string) ([]byte, error) { return []byte(text), nil }
	exp, list := Load("specs/x.yaml", catalog(), opt)
	var plan Plan
	if len(list) == 0 {
		plan, list = exp.Plan(catalog(), 1, opt)
	}
	if len(list) > 0 {
		t.Fatalf("%v", list)
	}
	return plan
}

func TestFleetsAsWritten(t *testing.T) {
	p := planned(t, oneWorkload+`
fleet:
  near: {connect: "tls://a.lab:4222, tls://b:4222", replicas: 3, lease: 5s, max_attempts: 7}
  far: {join: keys/far.join, hosts: {provider: ssh, hosts: [node-1, me@node-2]}}
  slow: {join: /keys/slow.join, hosts: {provider: slurm, sbatch: [--exclusive, -pshort], command: ./bin/runner}}
  own: {connect: embed, hosts: {count: 2}}
  bare:
`, Options{})
	want := map[string]Fleet{
		"near": {Servers: []string{"tls://a.lab:4222", "tls://b:4222"}, Replicas: 3, Lease: 5 * time.Second, Attempts: 7, Provider: Provider{Kind: "static"}},
		"far":  {Join: "specs/keys/far.join", Provider: Provider{Kind: "ssh", Count: 2, Hosts: []string{"node-1", "me@node-2"}, Command: "runner"}},
		"slow": {Join: "/keys/slow.join", Provider: Provider{Kind: "slurm", Count: 1, Sbatch: []string{"--exclusive", "-pshort"}, Command: "./bin/runner"}},
		"own":  {Provider: Provider{Kind: "static", Count: 2}},
		"bare": {Provider: Provider{Kind: "static"}},
	}
	got := p.Experiment.Fleets
	if len(got) != len(want) {
		t.Errorf("%d fleets", len(got))
	}
	for name, w := range want {
		f := got[name]
		if f.Pos.Line == 0 || f.Name != name {
			t.Errorf("%s: named %q, at %v", name, f.Name, f.Pos)
		}
		if w.Replicas == 0 {
			w.Replicas, w.Lease, w.Attempts = 1, 30*time.Second, 3
		}
		w.Name, w.Pos = f.Name, f.Pos
		if !reflect.DeepEqual(f, w) {
			t.Errorf("%s:\n got %+v\nwant %+v", name, f, w)
		}
		if f.Embedded() != (name == "own" || name == "bare") {
			t.Errorf("%s: embedded %v", name, f.Embedded())
		}
	}
	if len(p.Fleets()) != 0 {
		t.Errorf("a plan without cells of cluster needs %v", p.Fleets())
	}
}

func TestFleetOfACell(t *testing.T) {
	names := func(p Plan) (names []string) {
		for i := range p.Cells {
			f, _ := p.Fleet(i)
			names = append(names, f.Name)
		}
		return names
	}
	const cells = "matrix: {executor: [serial, {cluster: {workers: 1, fleet: [a, b]}}, {cluster: {workers: 2, fleet: b}}]}\n"
	for _, c := range []struct {
		name, text string
		opt        Options
		want, all  string
	}{
		{"none", "", Options{}, "", ""},
		{"placed", "placement: {}", Options{}, "default", "default"},
		{"placed on the only one", "fleet: {lab: }\nplacement: {}", Options{}, "lab", "lab"},
		{"of the only one", "fleet: {lab: }\nmatrix: {executor: [serial, {cluster: 1}]}", Options{}, " lab", "lab"},
		{"without any", "matrix: {executor: [{cluster: 1}, serial]}", Options{}, "default ", "default"},
		{"several", "fleet: {a: , b: , c: }\n" + cells, Options{}, " a b b", "a b"},
		{"some", "fleet: {a: , b: }\n" + cells, Options{Only: []string{"cluster=2"}}, " b", "b"},
		{"placed by a profile", "profiles: {p: {placement: {}}}", Options{Profile: "p"}, "default", "default"},
		{"not placed by a profile", "placement: {}\nprofiles: {p: {placement: none}}", Options{Profile: "p"}, "", ""},
		{"not placed by the command line", "placement: {}", Options{Define: map[string]string{"placement": "none"}}, "", ""},
		{"only what can be placed", "placement: {}\nmatrix: {executor: [serial, {cluster: 1}]}", Options{Only: []string{"serial"}}, "default", "default"},
	} {
		p := planned(t, oneWorkload+c.text, c.opt)
		var all []string
		for _, f := range p.Fleets() {
			all = append(all, f.Name)
		}
		if got := strings.Join(names(p), " "); got != c.want || strings.Join(all, " ") != c.all {
			t.Errorf("%s: %q of %q, want %q of %q", c.name, got, all, c.want, c.all)
		}
	}
}

// A fleet is part of a cell only where the matrix has several.
func TestFleetIsNoFacetWhereThereIsOne(t *testing.T) {
	for text, want := range map[string]string{
		"fleet: {a: , b: }\nmatrix: {executor: [{cluster: {workers: 1, fleet: a}}]}":                                                   "cluster=1",
		"fleet: {a: }\nmatrix: {executor: [{cluster: {workers: 1, fleet: a, per_host: 1}}]}":                                           "cluster=1 per_host=1",
		"fleet: {a: , b: }\nmatrix: {executor: [{cluster: {workers: 1, fleet: [a, b]}}]}":                                              "cluster=1 fleet=a, cluster=1 fleet=b",
		"fleet: {a: , b: }\nmatrix: {executor: [{cluster: {workers: 1, fleet: a}}, {cluster: {workers: 1, fleet: b}}]}":                "cluster=1 fleet=a, cluster=1 fleet=b",
		"fleet: {a: }\nmatrix: {executor: {levels: [{cluster: {workers: 1, fleet: a}}, {cluster: 1}], default: {cluster: 1}}}":         "cluster=1",
		"fleet: {a: , b: }\nmatrix: {executor: {levels: [{cluster: {workers: 1, fleet: [a, b]}}, {cluster: {workers: 2, fleet: b}}]}}": "cluster=1 fleet=a, cluster=1 fleet=b, cluster=2 fleet=b",
	} {
		var keys []string
		for _, c := range planned(t, oneWorkload+text, Options{}).Cells {
			keys = append(keys, c.Cell.Key())
		}
		if got := strings.Join(keys, ", "); got != want {
			t.Errorf("%s:\n got %s\nwant %s", text, got, want)
		}
	}
}

func TestPlacementAndAnotherBuild(t *testing.T) {
	text := "version: 1\nname: x\nworkloads: {a: {command: [./bin/a]}}\nplacement: {}\n"
	opt := Options{AgainstBuild: "../base", Dir: "/here", Read: func(string) ([]byte, error) { return []byte(text), nil }}
	exp, list := Load("x.yaml", catalog(), opt)
	if len(list) > 0 {
		t.Fatal(list)
	}
	_, list = exp.Plan(catalog(), 1, opt)
	if len(list) != 1 || !strings.Contains(list[0].Message, "placement does not go with --against-build") || list[0].Pos.Line != 4 {
		t.Errorf("%+v", list)
	}
}

// What is too much is refused, and fast.
func TestFleetBounds(t *testing.T) {
	many := func(n int, f func(int) string) string {
		var parts []string
		for i := range n {
			parts = append(parts, f(i))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	digits := func(i int) string { return strings.Repeat("x", 3) + string(rune('a'+i%26)) + strings.Repeat("y", i/26) }
	for text, tells := range map[string]string{
		"fleet: {a: {connect: " + many(maxServers+1, func(i int) string { return "'tls://" + digits(i) + ":1'" }) + "}}":       "more than 16 servers",
		"fleet: {a: {hosts: {provider: slurm, sbatch: " + many(maxSbatch+1, func(int) string { return "--exclusive" }) + "}}}": "more than 100 arguments",
		"fleet: {a: {hosts: {provider: ssh, hosts: " + many(maxHosts+1, func(int) string { return "a" }) + "}}}":               "more than 10000 hosts",
		"fleet: {a: {hosts: {provider: ssh, hosts: [" + strings.Repeat("a", maxHostName+1) + "]}}}":                            "HOST or USER@HOST",
		"fleet: {a: {join: " + strings.Repeat("a", 4097) + "}}":                                                                "join takes a path",
		"fleet: {a: {connect: 'tls://" + strings.Repeat("a", maxHostName+1) + ":1'}}":                                          "connect takes embed or tls://HOST:PORT",
		"fleet: {" + strings.Repeat("a", 65) + ": {}}":                                                                         "is not a word of letters",
		"fleet: {a: {hosts: {provider: slurm, command: " + strings.Repeat("a", maxLevel+1) + "}}}":                             "command takes the name or the path",
	} {
		_, list := Load("x.yaml", catalog(), Options{Read: func(string) ([]byte, error) { return []byte(oneWorkload + text), nil }})
		if len(list) == 0 || !slices.ContainsFunc(list, func(d diag.Diagnostic) bool {
			return strings.Contains(d.Message, tells) && d.Hint != "" && d.Pos.Line > 0
		}) {
			t.Errorf("%.60s…: %d problems, none tells %q", text, len(list), tells)
		}
	}
}
