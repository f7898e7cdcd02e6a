package results

// Tag is a name that somebody gave to a stored run. A name stands for one run of each experiment at most.
type Tag struct {
	Name       string
	Experiment string
	Run        string // id
}
