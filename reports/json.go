package reports

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strconv"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"bench/runner/gates"
	"bench/runner/internal/matrix"
	"bench/runner/results"
)

// Schema is the name and version of the JSON report. A field is never renamed, and never changes its unit or its meaning,
// without a new version; schema/report.schema.json describes it.
const Schema = "runner-report/1"

func init() {
	register(Format{Name: "json", Ext: "json", Doc: "everything, each trial too, for programs (" + Schema + ")", Render: renderJSON})
}

func renderJSON(w io.Writer, r *Report, _ Style) error {
	return writeJSON(w, jsonReport(r), "the JSON report")
}

// escaped writes what a terminal or the log of a CI service might act on as \u…: the values are the same. Outside of
// strings JSON has nothing of the kind.
func escaped(text []byte) []byte {
	if bytes.IndexFunc(text, unseen) < 0 && !bytes.Contains(text, []byte("##[")) {
		return text
	}
	out := make([]byte, 0, len(text)+len(text)/16)
	for i, r := range string(text) {
		switch {
		case unseen(r):
			for _, half := range utf16.Encode([]rune{r}) {
				out = fmt.Appendf(out, `\u%04x`, half)
			}
		case r == '#' && bytes.HasPrefix(text[i:], []byte("##[")):
			out = append(out, `\u0023`...)
		default:
			out = utf8.AppendRune(out, r)
		}
	}
	return out
}

// unseen characters move the cursor, turn the direction of writing, or show nothing. JSON itself escapes those below a
// space.
func unseen(r rune) bool {
	return r >= 0x7f && (unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp))
}

func jsonReport(r *Report) reportJSON {
	out := reportJSON{
		Schema: Schema, Word: r.Word, ExitCode: r.Code, Run: jsonRun(r), Environment: jsonEnvironment(r.Run.Environment),
		Runtimes: each(r.Runtimes, func(i *results.RuntimeInfo) runtimeJSON { return runtimeJSON(*i) }),
		Hosts:    each(r.Hosts, jsonHost),
		Cells:    each(r.Cells, jsonCell),
		Excluded: each(r.Excluded, func(e *Excluded) excludedJSON { return excludedJSON{e.Cell.Key(), e.Reason} }),
		Noise: each(r.Noise, func(n *gates.Noise) noiseJSON {
			return noiseJSON{n.Cell.Key(), n.N, finite(&n.Ratio)}
		}),
		Scaling:  each(r.Scaling, jsonScaling),
		Against:  each(r.Against, jsonAgainst),
		Verdicts: each(r.Verdicts, jsonVerdict),
	}
	return out
}

// each maps a list; it is never nil, so that an empty list is [] and not null.
func each[T, U any](list []T, f func(*T) U) []U {
	out := make([]U, len(list))
	for i := range list {
		out[i] = f(&list[i])
	}
	return out
}

func jsonRun(r *Report) runJSON {
	run := &r.Run
	out := runJSON{
		ID: run.ID, Experiment: run.Experiment, Question: r.Question, Spec: run.Spec,
		Sources: each(run.Sources, func(s *results.Source) string { return s.Path }),
		Seed:    strconv.FormatUint(run.Seed, 10), Started: run.Started.UTC(), Outcome: run.Outcome, Version: run.Version,
		Options: optionsJSON{Profile: run.Options.Profile, Only: run.Options.Only, Repeats: run.Options.Repeats,
			Define: run.Options.Define, Cores: run.Options.Cores,
			UntilDecided: run.Options.UntilDecided, Budget: run.Options.Budget.Seconds(),
			Against: run.Options.Against, AgainstBuild: run.Options.AgainstBuild},
	}
	if !run.Finished.IsZero() {
		finished := run.Finished.UTC()
		out.Finished = &finished
	}
	if s := run.Options.Seed; s != nil {
		out.Options.Seed = strconv.FormatUint(*s, 10)
	}
	return out
}

func jsonEnvironment(e results.Environment) envJSON {
	out := envJSON{OS: e.OS, Arch: e.Arch, Kernel: e.Kernel, CPU: e.CPU, Cores: e.Cores, Parallelism: finite(e.Parallelism),
		Go: e.Go, Host: e.Host, Virtual: e.Virtual, Commit: e.Commit, Branch: e.Branch,
		Governor: e.Governor, Boost: e.Boost, SMT: e.SMT, Clock: e.Clock, Load: finite(e.Load), Swap: e.Swap}
	if e.Memory > 0 {
		out.Memory = &e.Memory
	}
	if e.Commit != "" {
		out.Dirty = &e.Dirty
	}
	return out
}

func jsonFacet(f *matrix.Facet) facetJSON { return facetJSON{f.Name, clean(f.Value)} }

func jsonCell(c *Cell) cellJSON {
	out := cellJSON{
		Key: c.Cell.Key(), Facets: each(c.Cell.Facets(), jsonFacet), Workload: c.Workload, Runtime: c.Runtime, Executor: c.Executor,
		Workers: c.Workers, Baseline: c.Baseline, N: c.N, Counts: map[string]int{}, Contaminated: c.Contaminated, Disturbed: c.Disturbed, Reason: c.Reason, Why: c.Why,
		Median: finite(c.Median), Interval: finites(c.Interval), Mean: finite(c.Mean), Deviation: finite(c.Deviation), Quartiles: finites(c.Quartiles), Min: finite(c.Min), Max: finite(c.Max), Spread: finite(c.Spread),
		Speedup: finite(c.Speedup), SpeedupCI: finites(c.SpeedupCI), SpeedupN: c.SpeedupN, Efficiency: finite(c.Efficiency), CPU: finite(c.CPU),
		CoresUsed: finite(c.CoresUsed), Memory: finite(c.Memory), CountedTime: []float64{},
		Trials: each(c.Trials, func(t **results.Trial) trialJSON { return jsonTrial(*t) }),
	}
	for s, n := range c.Counts {
		out.Counts[string(s)] = n
	}
	for _, v := range c.Times {
		if finite(&v) != nil {
			out.CountedTime = append(out.CountedTime, v)
		}
	}
	if c.Phases != nil {
		out.Phases = jsonPhases(*c.Phases)
	}
	return out
}

func jsonPhases(p results.Phases) *phasesJSON {
	return &phasesJSON{p.Startup.Seconds(), p.Spawn.Seconds(), p.Work.Seconds(), p.Join.Seconds(), p.Total.Seconds()}
}

// jsonTrial leaves out what a trial did not get as far as to have: no real trial takes no time or no memory.
func jsonTrial(t *results.Trial) trialJSON {
	out := trialJSON{
		Block: t.Block, Position: t.Position, Warmup: t.Warmup, Control: t.Control, Status: string(t.Status), Reason: t.Reason,
		Contaminated: t.Contaminated, Hosts: t.Hosts,
		Tasks: t.Tasks, Result: clean(t.Result), ResultDigest: t.ResultDigest, ResultsDigest: t.ResultsDigest, Stdout: t.Stdout, Stderr: t.Stderr, Warnings: t.Warnings,
	}
	for _, v := range t.Results {
		out.Results = append(out.Results, clean(v))
	}
	if !t.Started.IsZero() {
		started := t.Started.UTC()
		out.Started = &started
	}
	if t.Wall > 0 {
		wall := t.Wall.Seconds()
		out.Wall = &wall
	}
	if t.Phases.Total > 0 {
		total := t.Phases.Total.Seconds()
		out.Total, out.Phases = &total, jsonPhases(t.Phases)
	}
	if u := t.Usage; u != (results.Usage{}) {
		out.Usage = &usageJSON{User: u.User.Seconds(), System: u.System.Seconds(), Voluntary: u.Voluntary, Involuntary: u.Involuntary,
			MajorFaults: u.MajorFaults, MinorFaults: u.MinorFaults, Leaked: u.Leaked}
		if u.Memory > 0 {
			out.Usage.Memory = &u.Memory
		}
	}
	return out
}

func jsonVerdict(v *gates.Verdict) verdictJSON {
	out := verdictJSON{
		Name: v.Name, Check: v.Check, Binding: each(v.Binding, jsonFacet), Level: v.Level, Because: v.Because, Published: v.Published,
		Cells:   each(v.Cells, func(c *matrix.Cell) string { return c.Key() }),
		Outcome: string(v.Outcome), Reason: v.Reason, Unit: v.Unit(), Observed: finite(v.Observed), Interval: finites(v.Interval),
		Limit: finite(v.Limit), Margin: finite(v.Margin), Blocks: v.N, Planned: v.Of, Contaminated: v.Contaminated, Disturbed: v.Disturbed, Confirmed: v.Confirmed, Refuted: v.Refuted,
		Parts: each(v.Evidence, func(e *gates.Value) partJSON {
			return partJSON{e.Text, e.From, e.To, clean(e.Value), e.Unit}
		}),
	}
	if v.Outcome != gates.Skipped && v.Outcome != gates.Error {
		out.Support = finite(&v.Support)
	}
	if v.Pos.File != "" {
		out.Position = &positionJSON{v.Pos.File, v.Pos.Line, v.Pos.Col, v.EndCol}
	}
	return out
}

func finite(v *float64) *float64 {
	if !measured(v) {
		return nil
	}
	return v
}

func finites(v *[2]float64) *[2]float64 {
	if v == nil || finite(&v[0]) == nil || finite(&v[1]) == nil {
		return nil
	}
	return v
}

// clean is a value that JSON can hold: a number that is none becomes null.
func clean(v any) any {
	switch v := v.(type) {
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil
		}
	case float32:
		return clean(float64(v))
	case []float64:
		return each(v, func(f *float64) any { return clean(*f) })
	case []any:
		return each(v, func(e *any) any { return clean(*e) })
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[k] = clean(e)
		}
		return out
	case nil, bool, string, int, int64, uint64:
	default:
		return fmt.Sprint(v)
	}
	return v
}
