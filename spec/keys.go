package spec

import (
	"fmt"
	"strings"
)

// statuses are the outcomes of a trial that `allow` may name.
var statuses = []string{"wrong", "crash", "timeout", "limit", "leaked"}

// combines are the values of `combine`.
var combines = []string{"none", "sum", "product", "concat", "sort", "min", "max"}

var (
	textShape       = &shape{what: "text", kinds: isText}
	flagShape       = &shape{what: "true or false", kinds: isBool}
	expressionShape = &shape{what: "an expression", kinds: isText}
	textsShape      = &shape{what: "a list of texts", kinds: isList, item: textShape}
	durationShape   = &shape{what: "a duration such as 60s", kinds: isText, valid: validDuration, schema: pattern(`^([0-9]+(\.[0-9]*)?(ns|us|µs|ms|s|m|h))+$`)}
	sizeShape       = &shape{what: "a size such as 64MiB", kinds: isText, valid: validSize, schema: pattern(sizePattern.text)}
	naturalShape    = &shape{what: "a whole number, 0 or more", kinds: isInt, valid: from(0), schema: least(0)}
	positiveShape   = &shape{what: "a whole number, 1 or more", kinds: isInt, valid: from(1), schema: least(1)}
	nameShape       = &shape{what: "a name of letters, digits, -, _ and .", kinds: isText, valid: validName, schema: pattern(namePattern.text)}
	argvShape       = &shape{what: "a command as a list of texts", kinds: isList, valid: notEmpty, item: &shape{what: "text", kinds: isText | isInt}}
	// environment variables are text; a whole number cannot be misread
	envShape      = &shape{what: "a mapping of names to texts", kinds: isMap, others: &shape{what: "text", kinds: isText | isInt}}
	selectorShape = &shape{what: "a mapping such as {executor: serial}", kinds: isMap, whole: true, schema: selectorSchema}
)

// the catalog says which languages there are
var runtimeShape = &shape{what: `a mapping such as {python: "3"}`, kinds: isMap, schema: runtimeSchema, keys: []key{
	{name: "go", doc: "the Go that runner was built with: any", shape: oneOf("any")},
	{name: "optional", doc: "true: where it is not installed its checks are skipped, not an error", shape: flagShape},
}, others: &shape{what: "a version", kinds: isAny}}

// the catalog says which fixtures there are
var fixturesShape = &shape{what: "a mapping such as {http: {latency: 50ms}}", kinds: isMap, schema: fixturesSchema,
	others: &shape{what: "a mapping of settings", kinds: isMap | isNull, others: &shape{what: "a value", kinds: isScalar | isList}}}

// the catalog says which languages there are: each is a kind of workload too
var workloadShape = &shape{what: "a mapping", kinds: isMap, schema: workloadSchema, keys: []key{
	{name: "builtin", doc: "name of a built-in workload", shape: &shape{what: "the name of a built-in workload", kinds: isText, schema: builtinSchema}},
	{name: "command", doc: "a command and its arguments: each task starts it once", shape: argvShape},
	{name: "shell", doc: "a text for bash, with errexit and pipefail", shape: textShape},
	{name: "program", doc: "a command that speaks the shim protocol", shape: argvShape},
	{name: "args", doc: "arguments, the same for every task", shape: &shape{what: "a mapping of parameters to values", kinds: isMap, schema: argsSchema}},
	{name: "tasks", doc: "the calls that are shared out over the workers", shape: tasksShape},
	{name: "stdin", doc: "the file that a command reads (default: nothing)", shape: textShape},
	{name: "exit", doc: "the exit statuses of a command that are no failure (default 0); any", shape: &shape{what: "any", kinds: isText, valid: oneOf("any").valid, schema: oneOf("any").schema, or: &shape{what: "an exit status", kinds: isInt, valid: between(0, 255), schema: exitSchema,
		or: &shape{what: "a list of them", kinds: isList, valid: notEmpty, item: &shape{what: "an exit status", kinds: isInt, valid: between(0, 255), schema: exitSchema}}}}},
	{name: "combine", doc: "what makes one result of the tasks' results", shape: oneOf(combines...)},
	{name: "verify", doc: "an expression over results (in task order) or result that must hold in every trial; of a command, over stdout, exit and files, or same-output; or a command that must succeed", shape: verifyShape},
	{name: "prepare", doc: "what is done before, untimed", shape: stepShape},
	{name: "cleanup", doc: "what is done after, untimed", shape: stepShape},
	{name: "env", doc: "environment variables", shape: envShape},
	{name: "dir", doc: "working directory, from the spec's own (the default of commands)", shape: textShape},
	{name: "requires", doc: "programs that must be on PATH besides the command's own", shape: textsShape},
	{name: "optional", doc: "true: where its program is not installed its checks are skipped, not an error", shape: flagShape},
	{name: "allow", doc: "outcomes that are data here, not trouble", shape: &shape{what: "a list of outcomes", kinds: isList, item: oneOf(statuses...)}},
	{name: "scaling", doc: "strong (default): cells that are compared do the same work; weak: it grows with the workers, twice the work for twice as many", shape: oneOf("strong", "weak")},
}, others: &shape{what: "FILE:FUNCTION", kinds: isAny}}

var (
	doneKeys = []key{
		{name: "command", doc: "a command and its arguments", shape: argvShape},
		{name: "shell", doc: "a text for bash, with errexit and pipefail", shape: textShape},
	}
	eachKey     = key{name: "each", doc: "run (default): once for each different command; cell: once a cell; trial: around each trial", shape: oneOf("run", "cell", "trial")}
	oneStep     = &shape{what: "a mapping with each and command or shell", kinds: isMap, whole: true, keys: append([]key{eachKey}, doneKeys...)}
	verifyShape = &shape{what: "an expression", kinds: isText,
		or: &shape{what: "a mapping with command or shell", kinds: isMap, whole: true, keys: doneKeys}}
	stepShape = &shape{what: "a text for the shell", kinds: isText,
		or: &shape{what: "a command as a list of texts", kinds: isList, valid: notEmpty, item: &shape{what: "text", kinds: isText | isInt, or: oneStep}, or: oneStep}}
)

// tasksShape is a number, a name, a mapping in one of three forms, or a list of mappings; the parser looks closer.
var tasksShape = &shape{what: "a number of calls", kinds: isInt | isText, schema: func(_ Catalog, s map[string]any) { s["minimum"] = 1 },
	or: &shape{what: "a mapping such as {n: [1, 2]}", kinds: isMap, whole: true,
		or: &shape{what: "a list of mappings", kinds: isList, item: &shape{what: "a mapping of parameters to values", kinds: isMap}}}}

var matrixShape = &shape{what: "a mapping of axes to levels", kinds: isMap, keys: []key{
	{name: "workload", doc: "workloads by name; by itself when there are several", shape: &shape{what: "levels", kinds: isAny}},
	{name: "runtime", doc: "what executes the workload: go, or a name from runtimes", shape: &shape{what: "levels", kinds: isAny}},
	{name: "executor", doc: "how tasks are run, with worker counts: [serial, {threads: 1..cores}]", shape: &shape{what: "levels", kinds: isAny, schema: executorSchema}},
}, others: &shape{what: "levels", kinds: isAny, schema: levelsSchema}}

var excludeShape = &shape{what: "a list of mappings", kinds: isList, item: &shape{what: "a mapping such as {procs: 2} or {if: threads > cores}", kinds: isMap, schema: selectorSchema}}

var repeatsShape = &shape{what: "a number of blocks", kinds: isInt, valid: between(1, maxBlocks), schema: least(1),
	or: &shape{what: "a mapping with min and max", kinds: isMap, keys: []key{
		{name: "min", doc: "blocks that are measured in any case (default 10)", shape: positiveShape},
		{name: "max", doc: "blocks at most: with more than min, the run ends once every check is decided (default: min; 40 with precision)", shape: positiveShape},
		{name: "warmup", doc: "blocks before, kept and not counted (default 1)", shape: naturalShape},
		{name: "precision", doc: "end once the 95 % interval of the number that each check compares is no wider than this share of it, whatever the verdicts: 2%", shape: &shape{what: "a share such as 2%", kinds: isText | isFloat,
			valid: func(v *value) (string, bool) { _, ok := parsePercent(v); return "write it as 2% or 0.02", ok }}},
		{name: "budget", doc: "no new block begins after this long: 5m", shape: durationShape},
	}}}

var assertShape = &shape{what: "a list of expressions or mappings", kinds: isList,
	item: &shape{what: "an expression", kinds: isText,
		or: &shape{what: "a mapping with check", kinds: isMap, keys: []key{
			{name: "check", doc: "an expression that must be true", shape: expressionShape, required: true},
			{name: "name", doc: "what reports call it", shape: textShape},
			{name: "where", doc: "only for these levels", shape: selectorShape},
			{name: "needs", doc: "an expression over the host; where it is false the check is skipped", shape: expressionShape},
			{name: "level", doc: "error (default) or warn", shape: oneOf("error", "warn")},
			{name: "because", doc: "why it should hold", shape: textShape},
			{name: "published", doc: "what the source of the claim says", shape: textShape},
			{name: "optional", doc: "true: skipped where there is no stored run yet that it compares with (default false)", shape: flagShape},
		}}}}

// overrides are the keys that a profile may have; the top has these and a few more.
var overrides = []key{
	{name: "question", doc: "what the experiment asks", shape: textShape},
	{name: "description", doc: "what a reader should know besides", shape: textShape},
	{name: "runtimes", doc: "what executes workloads, by name", shape: &shape{what: "a mapping of names to runtimes", kinds: isMap, named: aName, others: runtimeShape}},
	{name: "fixtures", doc: "real things a workload needs, started before it and gone after", shape: fixturesShape},
	{name: "fleet", doc: "hosts that take part, by name, and the broker between them", shape: fleetMap},
	{name: "placement", doc: "the trials are spread over the hosts of a fleet, a block on each; none (default): they run here", shape: placementShape},
	{name: "workloads", doc: "the work, by name", shape: &shape{what: "a mapping of names to workloads", kinds: isMap, named: aName, others: workloadShape}},
	{name: "matrix", doc: "axes and their levels, in order", shape: matrixShape},
	{name: "exclude", doc: "combinations that are not run", shape: excludeShape},
	{name: "baseline", doc: "the cell that others are compared with: replaces the named axes, keeps all others", shape: selectorShape},
	{name: "repeats", doc: "how many blocks are measured", shape: repeatsShape},
	{name: "order", doc: "blocks (default): randomised complete blocks; or sequential", shape: oneOf("blocks", "sequential")},
	{name: "seed", doc: "of the order", shape: naturalShape},
	{name: "control", doc: "true (default): the baseline runs twice in each block", shape: flagShape},
	{name: "timeout", doc: "of one trial (default 60s)", shape: durationShape},
	{name: "limits", doc: "what one trial may use, with all its processes: one that uses more is ended", shape: limitsShape},
	{name: "pin", doc: "cores: worker i on core i", shape: oneOf("cores", "none")},
	{name: "assert", doc: "what must hold", shape: assertShape},
	{name: "tags", doc: "for finding experiments", shape: textsShape},
}

var top = &shape{what: "a mapping of keys", kinds: isMap, extra: true, keys: append([]key{
	{name: "version", doc: "1", shape: &shape{what: "the number 1", kinds: isInt, schema: func(_ Catalog, s map[string]any) { s["const"] = 1 },
		valid: func(v *value) (string, bool) { return "this runner reads version 1", v.data == 1 }}, required: true},
	{name: "name", doc: "what reports call the experiment", shape: nameShape, required: true},
	{name: "extends", doc: "a spec, by a relative path, that this one changes", shape: &shape{what: "a path", kinds: isText,
		or: &shape{what: "a list of paths", kinds: isList, item: textShape}}},
	{name: "profiles", doc: "named overrides", shape: &shape{what: "a mapping of names to overrides", kinds: isMap, named: aName,
		others: &shape{what: "a mapping of keys", kinds: isMap, keys: overrides, schema: profileSchema}}},
}, overrides...)}

var functionPattern = form{text: `^[^:]+:[A-Za-z_][A-Za-z0-9_.]*$`}

func aName(s string) string {
	switch {
	case len(s) > maxName:
		return fmt.Sprintf("a name of at most %d characters", maxName)
	case namePattern.matches(s):
		return ""
	}
	return nameShape.what
}

func oneOf(words ...string) *shape {
	s := &shape{what: strings.Join(words, ", "), kinds: isText}
	if i := strings.LastIndex(s.what, ", "); i >= 0 {
		s.what = s.what[:i] + " or" + s.what[i+1:]
	}
	s.valid = func(v *value) (string, bool) {
		for _, w := range words {
			if v.text == w {
				return "", true
			}
		}
		return suggestOnly(v.text, words), false
	}
	s.schema = func(_ Catalog, m map[string]any) { m["enum"] = words }
	return s
}

func validName(v *value) (string, bool) {
	if len(v.text) > maxName {
		return fmt.Sprintf("at most %d characters", maxName), false
	}
	return "", namePattern.matches(v.text)
}

func matches(f *form) func(*value) (string, bool) {
	return func(v *value) (string, bool) { return "", f.matches(v.text) }
}

func from(least int) func(*value) (string, bool) { return between(least, 1<<62) }

func between(least, most int) func(*value) (string, bool) {
	return func(v *value) (string, bool) {
		n := v.data.(int)
		if n > most {
			return fmt.Sprintf("at most %d", most), false
		}
		return fmt.Sprintf("at least %d", least), n >= least
	}
}

func validDuration(v *value) (string, bool) {
	_, err := parseDuration(v.text)
	return "units are ms, s, m and h, as in 200ms or 1m30s", err == nil
}

func validSize(v *value) (string, bool) {
	_, err := parseSize(v.text)
	return "units are B, kB, MB, GB and KiB, MiB, GiB", err == nil
}

func notEmpty(v *value) (string, bool) { return "write at least one entry", len(v.list) > 0 }
