package executorstest

import (
	"os"
	"path/filepath"
	"strings"
	"time"
)

// mark is set in the environment of every trial of the suite, so that its processes can be told from all others.
const mark = "RUNNER_TEST_MARK"

// Marked lists the living processes, as "PID (command line)", in whose environment mark has that value. It finds none
// on systems without /proc.
func Marked(value string) []string {
	var alive []string
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		env, err := os.ReadFile(filepath.Join(dir, "environ"))
		if err != nil || !strings.Contains("\x00"+string(env), "\x00"+mark+"="+value+"\x00") {
			continue // ended, or another's
		}
		command, _ := os.ReadFile(filepath.Join(dir, "cmdline"))
		alive = append(alive, filepath.Base(dir)+" ("+strings.ReplaceAll(strings.Trim(string(command), "\x00"), "\x00", " ")+")")
	}
	return alive
}

// Eventually polls for up to a minute.
func Eventually(holds func() bool) bool {
	for range 6000 {
		if holds() {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}
