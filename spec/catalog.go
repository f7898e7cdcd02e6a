package spec

import "time"

// Catalog is what a spec may name. The command line fills it from the registries.
type Catalog struct {
	Executors []ExecutorInfo
	Builtins  []BuiltinInfo
	Languages []LanguageInfo
	Fixtures  []FixtureInfo
	Cores     int // usable cores, for `cores` in worker counts and excludes
}

// ExecutorInfo is one executor as far as a spec is concerned.
type ExecutorInfo struct {
	Name    string // the label: procs
	Aliases []string
	Doc     string
	Workers bool // takes a worker count
	Options []ParamInfo

	Runtimes []string // the kinds of runtime that have it; nil: all
}

// LanguageInfo is one language besides Go: a kind of runtime, and a kind of workload.
type LanguageInfo struct {
	Name     string
	Versions string // a regular expression of the versions and paths that may be asked for
	Default  string // the version that is meant where none is asked for
	Example  string // a version
}

// BuiltinInfo is one built-in workload.
type BuiltinInfo struct {
	Name   string
	Doc    string
	Params []ParamInfo

	Runtimes []string // the kinds of runtime that have it; nil: all
}

// FixtureInfo is one kind of fixture.
type FixtureInfo struct {
	Name     string
	Doc      string
	Settings []SettingInfo
	Values   []ValueInfo
}

// SettingInfo is one setting of a fixture. Default is a time.Duration, an int64 in bytes, an int, a string or, for a
// command, a []string, and gives the type.
type SettingInfo struct {
	Name     string
	Doc      string
	Default  any
	Required bool
	Path     bool // a string that names a file: it counts from the directory of the spec
}

// ValueInfo is what a fixture gives to workloads, as {{fixture.value}}, or as {{fixture}} where the value has no name.
type ValueInfo struct{ Name, Doc string }

// ParamInfo is one parameter. Default is an int, float64, string or bool and gives the type; it is nil for a Map.
type ParamInfo struct {
	Name     string
	Doc      string
	Default  any
	Required bool
	Choices  []string
	Min, Max float64 // of a number; Max 0: no bound
	Map      bool    // a mapping: an option that is not part of the cell

	Runtimes []string // of an option: the kinds of runtime that have it; nil: all that have the executor
}

// Options are what the command line lays over the file.
type Options struct {
	Profile string
	Only    []string                          // selectors; cells that match none of them are excluded
	Repeats int                               // 0: as in the file
	Seed    *uint64                           // nil: as in the file
	Define  map[string]string                 // -D key=value: a dotted path such as repeats.max, or an axis name
	Read    func(path string) ([]byte, error) // nil: os.ReadFile; a stored run reads its own sources

	UntilDecided bool          // more blocks than the file asks for, if a check needs them
	Budget       time.Duration // over the file's; 0: as there

	AgainstBuild string // the directory of another build of what is in the current one; "": none
	Dir          string // the current directory of when the run was begun; "": it is begun now
}
