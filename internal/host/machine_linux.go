package host

import (
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

func kernel() string {
	var u unix.Utsname
	if unix.Uname(&u) != nil {
		return ""
	}
	return unix.ByteSliceToString(u.Release[:])
}

func hardware() (cpu string, memory int64, virtual string) {
	info := read("/proc/cpuinfo")
	cpu = model(info)
	memory = total(read("/proc/meminfo"))
	switch {
	case exists("/.dockerenv"):
		virtual = "docker"
	case exists("/run/.containerenv"):
		virtual = "podman"
	case strings.TrimSpace(read("/sys/hypervisor/type")) != "":
		virtual = strings.TrimSpace(read("/sys/hypervisor/type"))
	case strings.Contains(read("/sys/class/dmi/id/product_name"), "KVM"):
		virtual = "kvm"
	case hasFlag(info, "hypervisor"):
		virtual = "virtual machine"
	}
	return cpu, memory, virtual
}

// model reads the processor's name as x86, or as some ARM kernels, write it.
func model(cpuinfo string) string {
	for _, key := range []string{"model name", "Model", "Hardware", "cpu model"} {
		if v := field(cpuinfo, key); v != "" {
			return strings.Join(strings.Fields(v), " ")
		}
	}
	return ""
}

func hasFlag(cpuinfo, flag string) bool {
	for _, f := range strings.Fields(field(cpuinfo, "flags")) {
		if f == flag {
			return true
		}
	}
	return false
}

func total(meminfo string) int64 { return kibibytes(field(meminfo, "MemTotal")) }

// field is the first `key : value` line of a file in /proc.
func field(text, key string) string {
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == key {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// kibibytes reads "123 kB" as bytes; 0 if it is not that.
func kibibytes(s string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(s, "kB")), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n * 1024
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
