// Package fleet runs jobs on other hosts. An agent on each host does one thing: it runs an executors.Job as executors.Run does
// at home, and gives back the Observation. The coordinator (a run) knows its agents by what they say of themselves, and loses
// one when it is not heard of for a lease.
//
// Everything goes through the broker (internal/link); what is stored there is disposable. An order and its answer are sent
// again until they are confirmed, and done once: both sides know an order by its id.
package fleet

import (
	"time"

	"bench/runner/results"
)

// About is what an agent says of its host.
type About struct {
	Name        string              `json:"name"`  // a word, unique in the fleet
	Nonce       string              `json:"nonce"` // random, of this agent's process: two of one name are told apart by it
	Environment results.Environment `json:"environment"`
	Runtimes    []string            `json:"runtimes"` // kinds of languages that have an interpreter here
	Version     string              `json:"version"`  // of runner
	Busy        string              `json:"busy"`     // id of the coordinator that it works for; "" if free
}

const (
	pace  = time.Second // an order or an answer is sent again after this, then after twice as long, and so on
	parts = 4           // in a lease: how often both sides are heard of
	small = 512 << 10   // B: what is larger goes through the object store
)

// DefaultLease is how long an agent that is not heard of is waited for.
const DefaultLease = 30 * time.Second
