package host

// Vitals are facts that tell whether a machine is fit to measure. A text that cannot be told is "", a number nil.
type Vitals struct {
	Online      *int     // processors that the system has on
	Allowed     int      // those that this process may run on
	Quota       *float64 // cores, of the cgroups; nil: none, or it cannot be told
	Grouped     bool     // cgroups can be seen
	Governor    string   // who chooses the frequency of the usable cores; several are separated by commas
	Driver      string
	Slowest     *int64 // Hz, what the governor may choose
	Fastest     *int64 // Hz
	Boost       string // on or off
	BoostFile   string // that it can be set with
	SMT         string // on or off
	Siblings    int    // usable hardware threads that share a core with another usable one
	Clock       string // what the kernel reads the time from
	Load        *float64
	Swap        *int64 // B, there
	Swapped     *int64 // B, in use
	MemoryLimit *int64 // B, of the cgroups; nil: none, or it cannot be told
	Hot         *int64 // how often a core has slowed down for its heat, since the start of the system
	Pressure    string // the file that tells how long threads wait for a core
	Stat        bool   // the system counts what everybody uses
}
