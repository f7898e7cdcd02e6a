//go:build !linux

package host

import "os"

// Stamp would be which file something is, and when it was last changed.
type Stamp struct{}

// StampOf does not know.
func StampOf(os.FileInfo) (s Stamp, ok bool) { return s, false }
