package results

import "strings"

// A trial's times are kept and not judged by for two kinds of reasons: something else took part of the machine, or the trial
// itself was disturbed from outside, as when a host of its fleet is lost and its tasks are done again by another. Both are
// in Trial.Contaminated; the second one begins with this.
const disturbed = "disturbed: "

// DisturbedBy is what Trial.Contaminated says of a trial that was disturbed; "" of one that was not.
func DisturbedBy(what string) string {
	if what == "" || strings.HasPrefix(what, disturbed) {
		return what
	}
	return disturbed + what
}

// Disturbance is what disturbed a trial; false where nothing did, or what Contaminated tells of is a neighbour.
func Disturbance(contaminated string) (what string, is bool) {
	return strings.CutPrefix(contaminated, disturbed)
}
