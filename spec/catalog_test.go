package spec

import "time"

// catalog is a small one with everything a catalog can have.
func catalog() Catalog {
	return Catalog{
		Cores: 4,
		Executors: []ExecutorInfo{
			{Name: "serial", Doc: "one task after the other"},
			{Name: "threads", Doc: "locked threads", Workers: true},
			{Name: "procs", Aliases: []string{"processes"}, Doc: "a process a worker", Workers: true},
			{Name: "pool", Doc: "processes that take tasks from a queue", Workers: true, Options: []ParamInfo{
				{Name: "chunksize", Doc: "tasks handed out at once", Default: 1},
				{Name: "start", Doc: "how workers begin", Default: "fork", Choices: []string{"fork", "spawn"}},
			}},
			{Name: "scripted", Doc: "replays declared times", Workers: true, Options: []ParamInfo{
				{Name: "times", Doc: "seconds by cell", Map: true},
			}},
			{Name: "cluster", Doc: "workers on many hosts", Workers: true, Options: []ParamInfo{
				{Name: "chunksize", Doc: "tasks a message", Default: 1, Min: 1},
				{Name: "per_host", Doc: "workers a host at most", Default: 0},
				{Name: "fleet", Doc: "of which hosts", Default: ""},
			}},
			{Name: "goroutines", Doc: "light threads", Workers: true, Runtimes: []string{"go"}},
			{Name: "fork", Doc: "children of one process", Workers: true, Runtimes: []string{"python"}, Options: []ParamInfo{
				{Name: "chunksize", Doc: "tasks handed out at once", Default: 1},
			}},
			{Name: "crew", Doc: "workers", Workers: true, Options: []ParamInfo{
				{Name: "begin", Doc: "how workers begin", Default: "fork", Choices: []string{"fork", "spawn"}, Runtimes: []string{"python"}},
			}},
		},
		Builtins: []BuiltinInfo{
			{Name: "pi", Doc: "terms of a sum for pi", Params: []ParamInfo{
				{Name: "lo", Doc: "first term", Default: 0, Required: true},
				{Name: "hi", Doc: "after the last term", Default: 0, Required: true},
				{Name: "n", Doc: "terms in all", Default: 20_000_000},
			}},
			{Name: "primes", Doc: "sum of the primes up to n", Params: []ParamInfo{
				{Name: "n", Doc: "bound", Default: 0, Required: true},
				{Name: "method", Doc: "how", Default: "sieve", Choices: []string{"sieve", "trial"}},
			}},
			{Name: "sleep", Doc: "wait", Params: []ParamInfo{
				{Name: "seconds", Doc: "how long", Default: 0.1, Required: true},
				{Name: "quiet", Doc: "say nothing", Default: true},
			}},
			{Name: "copy", Doc: "copy memory", Params: []ParamInfo{
				{Name: "size", Doc: "bytes", Default: 1024},
			}},
			{Name: "fetch", Doc: "get a page", Runtimes: []string{"go"}, Params: []ParamInfo{
				{Name: "url", Doc: "of the page", Default: "", Required: true},
			}},
		},
		Languages: []LanguageInfo{
			{Name: "python", Versions: `^((pypy)?[23](\.[0-9]{1,3}){0,2}|3(\.[0-9]{1,3}){0,2}t|.*/.*)$`, Default: "3", Example: "3.12"},
			{Name: "node", Versions: `^([0-9]{1,3}(\.[0-9]{1,4}){0,2}|.*/.*)$`, Example: "20"},
		},
		Fixtures: []FixtureInfo{
			{Name: "server", Doc: "a program that serves", Values: []ValueInfo{{"port", "its port"}}, Settings: []SettingInfo{
				{Name: "command", Doc: "its arguments", Default: []string(nil), Required: true},
				{Name: "dir", Doc: "where it runs", Default: "", Path: true},
			}},
			{Name: "dir", Doc: "the run's directory", Values: []ValueInfo{{"", "its path"}}, Settings: []SettingInfo{
				{Name: "from", Doc: "what it is a copy of", Default: "", Path: true},
			}},
			{Name: "http", Doc: "a server", Values: []ValueInfo{{"url", "of the server"}}, Settings: []SettingInfo{
				{Name: "latency", Doc: "before it answers", Default: 10 * time.Millisecond},
				{Name: "body", Doc: "of an answer", Default: int64(1024)},
				{Name: "doors", Doc: "how many", Default: 1},
			}},
		},
	}
}
