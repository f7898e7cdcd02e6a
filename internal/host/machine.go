// Package host is the machine: what it is, how much of it may be used, and the processes on it.
//
// It changes no setting of the machine. What a virtual machine or another system hides is left empty, never guessed.
package host

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"runtime"
	"strings"
)

// Machine is the machine as it is now. Text that cannot be told is "", a number that cannot be told is 0.
type Machine struct {
	OS       string
	Arch     string
	Kernel   string
	CPU      string // model name
	Cores    int    // usable, see Cores
	Memory   int64  // B, physical
	Go       string // 1.26.0
	HostHash string // of the host's name: tells machines apart without naming them
	Virtual  string // kvm, docker, …; "" for bare metal or unknown
}

// Environment describes this machine.
func Environment() Machine {
	m := Machine{
		OS:     runtime.GOOS,
		Arch:   runtime.GOARCH,
		Cores:  Cores(),
		Go:     strings.TrimPrefix(runtime.Version(), "go"),
		Kernel: kernel(),
	}
	if name, err := os.Hostname(); err == nil {
		sum := sha256.Sum256([]byte("runner:" + name))
		m.HostHash = hex.EncodeToString(sum[:6])
	}
	m.CPU, m.Memory, m.Virtual = hardware()
	return m
}
