//go:build !linux

package host

import "golang.org/x/sys/unix"

func kernel() string {
	var u unix.Utsname
	if unix.Uname(&u) != nil {
		return ""
	}
	return unix.ByteSliceToString(u.Release[:])
}

func hardware() (cpu string, memory int64, virtual string) { return "", 0, "" }
