package results

import "time"

// Judged is what the last judgement of a stored run came to, without its trials.
type Judged struct {
	ID       string
	Started  time.Time
	Commit   string // of the repository the spec is in; "" where it is not known
	Dirty    bool   // it had changes that were not committed
	Verdicts []StoredVerdict
}
