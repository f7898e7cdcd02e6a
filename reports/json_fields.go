package reports

import "time"

// A pointer is nil, and its field absent, where the number is not known. Times are seconds, sizes bytes.
type (
	reportJSON struct {
		Schema      string         `json:"schema"`
		Word        string         `json:"word"`
		ExitCode    int            `json:"exit_code"`
		Run         runJSON        `json:"run"`
		Environment envJSON        `json:"environment"`
		Runtimes    []runtimeJSON  `json:"runtimes"`
		Hosts       []hostJSON     `json:"hosts,omitempty"`
		Cells       []cellJSON     `json:"cells"`
		Excluded    []excludedJSON `json:"excluded"`
		Noise       []noiseJSON    `json:"noise"`
		Scaling     []scalingJSON  `json:"scaling"`
		Against     []againstJSON  `json:"against,omitempty"`
		Verdicts    []verdictJSON  `json:"verdicts"`
	}
	scalingJSON struct {
		Name         string        `json:"name"`
		Cells        []string      `json:"cells"`
		Blocks       int           `json:"blocks"`
		Contaminated bool          `json:"contaminated,omitempty"`
		Law          string        `json:"law,omitempty"`
		Counts       []int         `json:"worker_counts,omitempty"`
		Serial       *estimateJSON `json:"serial,omitempty"`
		Coherency    *estimateJSON `json:"coherency,omitempty"`
		Best         int           `json:"best_workers"`
		Alike        []int         `json:"alike"`
		Ahead        *aheadJSON    `json:"ahead,omitempty"`
		Sentence     string        `json:"sentence"`
	}
	estimateJSON struct {
		Value    float64    `json:"value"`
		Interval [2]float64 `json:"interval"`
	}
	aheadJSON struct {
		Workers    int          `json:"workers"`
		OtherCores bool         `json:"needs_more_cores,omitempty"`
		Speedup    estimateJSON `json:"speedup"`
	}
	runJSON struct {
		ID         string      `json:"id"`
		Experiment string      `json:"experiment"`
		Question   string      `json:"question,omitempty"`
		Spec       string      `json:"spec"`
		Sources    []string    `json:"sources"`
		Options    optionsJSON `json:"options"`
		Seed       string      `json:"seed"` // decimal: it may not fit a float64
		Started    time.Time   `json:"started"`
		Finished   *time.Time  `json:"finished,omitempty"`
		Outcome    string      `json:"outcome,omitempty"`
		Version    string      `json:"version"`
	}
	optionsJSON struct {
		Profile string            `json:"profile,omitempty"`
		Only    []string          `json:"only,omitempty"`
		Repeats int               `json:"repeats,omitempty"`
		Seed    string            `json:"seed,omitempty"`
		Define  map[string]string `json:"define,omitempty"`
		Cores   int               `json:"cores"`

		UntilDecided bool    `json:"until_decided,omitempty"`
		Budget       float64 `json:"budget_s,omitempty"`
		Against      string  `json:"against,omitempty"`
		AgainstBuild string  `json:"against_build,omitempty"`
	}
	envJSON struct {
		OS          string   `json:"os"`
		Arch        string   `json:"arch"`
		Kernel      string   `json:"kernel,omitempty"`
		CPU         string   `json:"cpu,omitempty"`
		Cores       int      `json:"cores"`
		Parallelism *float64 `json:"parallelism,omitempty"`
		Memory      *int64   `json:"memory_bytes,omitempty"`
		Go          string   `json:"go"`
		Host        string   `json:"host,omitempty"`
		Virtual     string   `json:"virtual,omitempty"`
		Governor    string   `json:"governor,omitempty"`
		Boost       string   `json:"boost,omitempty"`
		SMT         string   `json:"smt,omitempty"`
		Clock       string   `json:"clock,omitempty"`
		Load        *float64 `json:"load,omitempty"`
		Swap        *int64   `json:"swap_bytes,omitempty"`
		Commit      string   `json:"commit,omitempty"`
		Branch      string   `json:"branch,omitempty"`
		Dirty       *bool    `json:"dirty,omitempty"`
	}
	runtimeJSON struct {
		Name    string `json:"name"`
		Version string `json:"version,omitempty"`
		GIL     string `json:"gil,omitempty"`
		Path    string `json:"path,omitempty"`
	}
	facetJSON struct {
		Name  string `json:"name"`
		Value any    `json:"value"`
	}
	cellJSON struct {
		Key          string         `json:"key"`
		Facets       []facetJSON    `json:"facets"`
		Workload     string         `json:"workload"`
		Runtime      string         `json:"runtime"`
		Executor     string         `json:"executor"`
		Workers      int            `json:"workers"`
		Baseline     bool           `json:"baseline"`
		N            int            `json:"n"`
		Counts       map[string]int `json:"counts"`
		Contaminated int            `json:"contaminated,omitempty"`
		Disturbed    int            `json:"disturbed,omitempty"`
		Reason       string         `json:"reason,omitempty"`
		Why          string         `json:"why,omitempty"`
		Median       *float64       `json:"median_s,omitempty"`
		Interval     *[2]float64    `json:"interval_s,omitempty"`
		Mean         *float64       `json:"mean_s,omitempty"`
		Deviation    *float64       `json:"deviation_s,omitempty"`
		Quartiles    *[2]float64    `json:"quartiles_s,omitempty"`
		Min          *float64       `json:"min_s,omitempty"`
		Max          *float64       `json:"max_s,omitempty"`
		Spread       *float64       `json:"spread,omitempty"`
		Speedup      *float64       `json:"speedup,omitempty"`
		SpeedupCI    *[2]float64    `json:"speedup_interval,omitempty"`
		SpeedupN     int            `json:"speedup_blocks,omitempty"`
		Efficiency   *float64       `json:"efficiency,omitempty"`
		CPU          *float64       `json:"cpu_s,omitempty"`
		CoresUsed    *float64       `json:"cores_used,omitempty"`
		Memory       *float64       `json:"memory_bytes,omitempty"`
		Phases       *phasesJSON    `json:"phases,omitempty"`
		CountedTime  []float64      `json:"times_s"`
		Trials       []trialJSON    `json:"trials"`
	}
	phasesJSON struct {
		Startup float64 `json:"startup_s"`
		Spawn   float64 `json:"spawn_s"`
		Work    float64 `json:"work_s"`
		Join    float64 `json:"join_s"`
		Total   float64 `json:"total_s"`
	}
	usageJSON struct {
		User        float64 `json:"user_s"`
		System      float64 `json:"system_s"`
		Memory      *int64  `json:"memory_bytes,omitempty"`
		Voluntary   int64   `json:"voluntary_switches"`
		Involuntary int64   `json:"involuntary_switches"`
		MajorFaults int64   `json:"major_faults"`
		MinorFaults int64   `json:"minor_faults"`
		Leaked      int     `json:"leaked"`
	}
	trialJSON struct {
		Block        int         `json:"block"`
		Position     int         `json:"position"`
		Warmup       bool        `json:"warmup,omitempty"`
		Control      bool        `json:"control,omitempty"`
		Status       string      `json:"status"`
		Reason       string      `json:"reason,omitempty"`
		Contaminated string      `json:"contaminated,omitempty"`
		Hosts        []string    `json:"hosts,omitempty"`
		Started      *time.Time  `json:"started,omitempty"`
		Wall         *float64    `json:"wall_s,omitempty"`
		Total        *float64    `json:"total_s,omitempty"`
		Phases       *phasesJSON `json:"phases,omitempty"`
		Usage        *usageJSON  `json:"usage,omitempty"`
		Tasks        int         `json:"tasks"`
		Results      []any       `json:"results,omitempty"`
		Result       any         `json:"result,omitempty"`
		Stdout       string      `json:"stdout,omitempty"`
		Stderr       string      `json:"stderr,omitempty"`
		Warnings     []string    `json:"warnings,omitempty"`

		ResultsDigest string `json:"results_digest,omitempty"`
		ResultDigest  string `json:"result_digest,omitempty"`
	}
	excludedJSON struct {
		Key    string `json:"key"`
		Reason string `json:"reason"`
	}
	noiseJSON struct {
		Key    string   `json:"key"`
		Blocks int      `json:"blocks"`
		Ratio  *float64 `json:"ratio,omitempty"`
	}
	verdictJSON struct {
		Name         string        `json:"name"`
		Check        string        `json:"check"`
		Binding      []facetJSON   `json:"binding"`
		Cells        []string      `json:"cells"`
		Level        string        `json:"level"`
		Because      string        `json:"because,omitempty"`
		Published    string        `json:"published,omitempty"`
		Outcome      string        `json:"outcome"`
		Reason       string        `json:"reason,omitempty"`
		Support      *float64      `json:"support,omitempty"`
		Unit         string        `json:"unit,omitempty"`
		Observed     *float64      `json:"observed,omitempty"`
		Interval     *[2]float64   `json:"interval,omitempty"`
		Limit        *float64      `json:"limit,omitempty"`
		Margin       *float64      `json:"margin,omitempty"`
		Blocks       int           `json:"blocks"`                        // that it rests on
		Planned      int           `json:"planned_blocks,omitempty"`      // at most; 0: left open
		Contaminated int           `json:"contaminated_blocks,omitempty"` // left out, since the machine was busy or trials were disturbed
		Disturbed    int           `json:"disturbed_blocks,omitempty"`    // those of them with no neighbour to blame
		Confirmed    int           `json:"confirmed_blocks,omitempty"`    // fresh ones in which it was false too
		Refuted      int           `json:"refuted_blocks,omitempty"`      // fresh ones that did not confirm that it was false
		Position     *positionJSON `json:"position,omitempty"`
		Parts        []partJSON    `json:"parts"`
	}
	positionJSON struct {
		File   string `json:"file"`
		Line   int    `json:"line,omitempty"`
		Col    int    `json:"column,omitempty"`
		EndCol int    `json:"end_column,omitempty"`
	}
	partJSON struct {
		Text  string `json:"text"`
		From  int    `json:"from"`
		To    int    `json:"to"`
		Value any    `json:"value"`
		Unit  string `json:"unit,omitempty"`
	}
)
