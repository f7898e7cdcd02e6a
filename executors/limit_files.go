package executors

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// filesVariable bounds the descriptors of a trial's process of this program from inside: Go undoes for the processes
// that it starts what was done from outside.
const filesVariable = "RUNNER_OPEN_FILES"

func init() {
	text := os.Getenv(filesVariable)
	if text == "" || !strings.HasSuffix(os.Getenv(roleVariable), roleTrial) {
		return
	}
	os.Unsetenv(filesVariable)
	if err := limitOwnFiles(text); err != nil {
		fmt.Fprintf(os.Stderr, "limits.open-files could not be set: %v\n", err)
		os.Exit(2)
	}
}

func limitOwnFiles(text string) error {
	most, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return err
	}
	var now syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &now); err != nil {
		return err
	}
	now.Max = min(now.Max, most)
	now.Cur = now.Max
	return syscall.Setrlimit(syscall.RLIMIT_NOFILE, &now)
}

// bounded adds to an environment what a trial's process of this program bounds itself by, and says if the system has
// fewer descriptors than that.
func (t *trial) bounded(env []string) []string {
	most := t.job.Limits.OpenFiles
	if most == 0 || len(t.job.Program) > 0 {
		return env
	}
	var now syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &now); err == nil && now.Max < uint64(most) {
		t.trouble = append(t.trouble, fewerFiles(most, now.Max))
	}
	return append(env, filesVariable+"="+strconv.Itoa(most))
}

func fewerFiles(wanted int, allowed uint64) string {
	return fmt.Sprintf("limits.open-files is %d, and this system allows %d", wanted, allowed)
}

// noFiles tells whether a text is the system's for a process that has no descriptor left, in whatever language. Those of
// the whole machine can be used up too.
func noFiles(text string) bool {
	text = strings.ToLower(text)
	return strings.Contains(text, "[errno 24]") || strings.Contains(text, "emfile") ||
		strings.Contains(text, "too many open files") && !strings.Contains(text, "too many open files in system")
}

func filesReason(reason string, most int) string {
	return fmt.Sprintf("open-files: limits.open-files is %d: %s", most, reason)
}
