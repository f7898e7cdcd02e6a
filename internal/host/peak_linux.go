package host

const peakUnit = 1024 // ru_maxrss is in KiB

// Peak is this process's own peak resident size in B, 0 if it cannot be told.
//
// It is not ru_maxrss: a process that was started by vfork begins with the peak of the one that started it, so that
// every child of a large process would look large.
func Peak() int64 { return kibibytes(field(read("/proc/self/status"), "VmHWM")) }

// PrivatePeak is Peak without the pages of files, such as the program's own, that processes of one program share.
func PrivatePeak() int64 {
	status := read("/proc/self/status")
	shared := kibibytes(field(status, "RssFile")) + kibibytes(field(status, "RssShmem"))
	return max(0, kibibytes(field(status, "VmHWM"))-shared)
}
