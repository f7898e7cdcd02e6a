package host

import "time"

// Within tells whether done is closed before patience is over. It waits in pieces: where the whole machine or this process
// stands still for a while, so that nobody could do anything, that costs one of them and not all of patience.
func Within(done <-chan struct{}, patience time.Duration) bool {
	const pieces = 20
	for range pieces {
		select {
		case <-done:
			return true
		case <-time.After(patience / pieces):
		}
	}
	select {
	case <-done:
		return true
	default:
		return false
	}
}

// awake counts time in which this process was let run: where the whole machine or this process stands still between two
// looks, nobody could do anything, and that counts as one piece.
type awake struct {
	piece time.Duration // about what lies between two looks
	last  time.Time
	sum   time.Duration
}

func newAwake(piece time.Duration) *awake { return &awake{piece: piece, last: time.Now()} }

// look gives the time since newAwake.
func (a *awake) look() time.Duration {
	now := time.Now()
	a.sum += min(now.Sub(a.last), a.piece)
	a.last = now
	return a.sum
}
