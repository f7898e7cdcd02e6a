package fleet

import (
	"encoding/json"
	"time"

	"bench/runner/executors"
	"bench/runner/executors/cluster"
	"bench/runner/workloads"
)

// Order is a job for one host.
type Order struct {
	ID     string        `json:"id"`   // a word, unique
	From   string        `json:"from"` // the coordinator's id
	Lease  time.Duration `json:"lease"`
	Find   string        `json:"find,omitempty"` // instead of a job: is there a program of that name?
	List   bool          `json:"list,omitempty"` // instead of running the job: what is in its directory?
	Job    executors.Job `json:"job"`
	Work   Work          `json:"work"`
	Files  []File        `json:"files,omitempty"`
	Turn   bool          `json:"turn"`             // the host waits for its turn to measure, and watches what else takes part of it
	AtOnce int           `json:"at_once"`          // how many threads of the job want to run at once; 0: any number
	Member *cluster.Part `json:"member,omitempty"` // the job is this host's part of a trial of the executor cluster
}

// Work is what runs the tasks of a job besides its program, if that is an interpreter: each host has its own.
type Work struct {
	Kind     string `json:"kind,omitempty"`    // of the language; "": none
	Version  string `json:"version,omitempty"` // as the spec has it
	Builtin  string `json:"builtin,omitempty"`
	File     string `json:"file,omitempty"`
	Function string `json:"function,omitempty"`
}

// File is a file of the coordinator's machine that a job needs, by its contents.
type File struct {
	Path   string `json:"path"`   // absolute, there
	Digest string `json:"digest"` // sha256 as hex; the name of its blob
	Mode   uint32 `json:"mode"`   // permissions
}

// answer is what an agent says when it was given an order.
type answer struct {
	Refused string `json:"refused,omitempty"` // why; "" if it is carried out
	Busy    bool   `json:"busy,omitempty"`    // it is refused since the agent works for another run
	Nonce   string `json:"nonce"`             // of the agent
}

// packet is a message, or the name of the blob that it is because it is large.
type packet struct {
	ID   string          `json:"id"` // of the order: one that is known already is not read again
	Blob string          `json:"blob,omitempty"`
	Body json.RawMessage `json:"body,omitempty"`
}

// ran is the job that an agent has run: the trial's, or one with a task for each worker of its part.
func (o Order) ran() executors.Job {
	if o.Member == nil {
		return o.Job
	}
	if o.Member.Valid() != nil { // it has refused
		return executors.Job{}
	}
	return executors.Job{Workers: o.Member.Workers, Tasks: make([]workloads.Args, o.Member.Workers)}
}
