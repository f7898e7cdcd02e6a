package results

// Reference is a stored run that a run is compared with. It is settled when the run begins, so that the run is judged by
// the same one ever after.
type Reference struct {
	Since string `json:"since"` // as a check or the command line names it
	Run   string `json:"run"`   // id
	How   string `json:"how"`   // how it was found, such as "the newest run of main, at 1a2b3c4d"
}

// Code is a file that a workload is, or is run from, as it was when the run began. It is no part of a cell's identity: that it
// changed is what a comparison is often about, and is said.
type Code struct {
	Workload string `json:"workload"`
	Path     string `json:"path"`           // as the spec gives it, from the directory where the run was begun
	Digest   string `json:"digest"`         // sha256, in hexadecimal
	Text     string `json:"text,omitempty"` // of a source file, so that the run can be repeated elsewhere; "" where it is no text, or too long
}
