//go:build linux

package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"syscall"
)

// serve is the server of serverSpec. It starts a process that leaves its session and knows nothing of its environment,
// as servers do.
func serve(mark string) int {
	away := exec.Command("sh", "-c", ": "+mark+"; sleep 97; :")
	away.Env = []string{"PATH=" + os.Getenv("PATH")}
	away.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := away.Start(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	l, err := net.Listen("tcp", "127.0.0.1:"+os.Getenv("PORT"))
	if err == nil {
		err = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, "<title>%s</title>", r.URL.Path)
		}))
	}
	fmt.Fprintln(os.Stderr, err)
	return 1
}
