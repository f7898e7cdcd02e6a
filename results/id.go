package results

import "time"

// No letters that are read as digits, so that an id can be typed from paper.
const idLetters = "0123456789abcdefghjkmnpqrstvwxyz"

// NewID makes a run's id, such as 20261120-194512-k3f9: the start in UTC, so that ids sort by time, and 20 random bits
// that keep runs of one second apart. random is rand.Uint64 of math/rand/v2 outside tests.
func NewID(now time.Time, random func() uint64) string {
	bits := random()
	tail := make([]byte, 4)
	for i := range tail {
		tail[i] = idLetters[bits>>(59-5*i)&31]
	}
	return now.UTC().Format("20060102-150405-") + string(tail)
}
