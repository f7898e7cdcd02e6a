package executors

import (
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// command is this program as the command of a task, and returns its exit status.
func command(verb string) int {
	verb, rest, _ := strings.Cut(verb, " ")
	act, known := verbs[verb]
	if !known {
		return 99
	}
	if err := act(rest); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 98
	}
	return 0
}

var verbs = map[string]func(rest string) error{
	"hang":   func(string) error { return hang() },
	"orphan": func(string) error { return orphan() },
	"argv": func(file string) error { // each argument, ended by the one byte that it cannot have
		var all []byte
		for _, arg := range os.Args[1:] {
			all = append(append(all, arg...), 0)
		}
		return os.WriteFile(file, all, 0o600)
	},
	"write": func(size string) error {
		var n int
		if _, err := fmt.Sscan(size, &n); err != nil {
			return err
		}
		_, err := os.Stdout.Write(Noise(n))
		return err
	},
	"spin": func(string) error {
		spin(200 * time.Millisecond)
		return nil
	},
	"meet": func(rest string) error {
		var n int
		var dir string
		if _, err := fmt.Sscan(rest, &n, &dir); err != nil {
			return err
		}
		return meet(dir, n)
	},
	"graceful": func(file string) error {
		told := make(chan os.Signal, 1)
		signal.Notify(told, syscall.SIGTERM)
		if err := os.WriteFile(file, []byte("began"), 0o600); err != nil {
			return err
		}
		<-told
		return os.WriteFile(file, []byte("ended"), 0o600)
	},
}

// meet waits until so many that meet are in a directory, itself among them.
func meet(dir string, n int) error {
	f, err := os.CreateTemp(dir, "met")
	if err != nil {
		return err
	}
	_ = f.Close()
	for range 6000 {
		if here, _ := filepath.Glob(dir + "/met*"); len(here) >= n {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return fmt.Errorf("the others never came")
}

// Noise is n bytes, the same each time, with all values among them.
func Noise(n int) []byte {
	b := make([]byte, n)
	for i, x := 0, uint32(1); i < n; i++ {
		x = x*1664525 + 1013904223
		b[i] = byte(x >> 24)
	}
	return b
}
