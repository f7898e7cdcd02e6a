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
