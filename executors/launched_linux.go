package executors

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"syscall"

	"bench/runner/internal/host"
)

// serveLauncher serves one trial of commands after the other, and returns the exit status as soon as it cannot serve
// another: something went wrong, or processes are left, which the runner finds when this one has ended.
func serveLauncher() int {
	socket, err := claim(0)
	if err != nil {
		fmt.Fprintf(os.Stderr, "the launcher needs descriptor 0, which only the runner gives it: %v\n", err)
		return 2
	}
	adopts := host.Adopt() == nil // else it is the runner that adopts, and this process seems to have nothing left
	lasting = true
	terms := host.TermsNow()
	given := make(chan []int)
	go func() {
		for {
			files, err := receive(socket)
			if err != nil || len(files) != 4 { // the runner is gone: so are the commands, then
				_ = syscall.Kill(0, syscall.SIGKILL)
			}
			given <- files
		}
	}()
	requests, events := spaces()
	for served := 1; ; served++ {
		stays := func() bool {
			return adopts && !host.Reap() && listener.undisturbed() && host.TermsNow() == terms && say(socket)
		}
		if status, again := serveHanded(<-given, requests, events, stays); !again {
			return status
		}
		if served%betweenCollections == 0 {
			runtime.GC()
		}
	}
}

// betweenCollections is after how many trials memory is collected, while the runner keeps what the last one gave: by itself it
// would be now and then while a command starts.
const betweenCollections = 20

// serveHanded serves one trial with its four descriptors. If this process can serve another, it closes them; that is how
// the runner sees that the trial is over.
func serveHanded(files []int, requests *bufio.Reader, events *bufio.Writer, stays func() bool) (status int, again bool) {
	for i, fd := range files[1:3] {
		if err := replace(fd, i+1); err != nil {
			return 2, false
		}
		syscall.Close(fd)
	}
	in, out := os.NewFile(uintptr(files[0]), "requests"), os.NewFile(uintptr(files[3]), "events")
	requests.Reset(in)
	events.Reset(out)
	if status = serve(requests, events, true); status != 0 {
		return status, false
	}
	null, err := syscall.Open(os.DevNull, syscall.O_RDWR|syscall.O_CLOEXEC, 0)
	if err != nil || replace(null, 1) != nil || replace(null, 2) != nil {
		return 2, false
	}
	syscall.Close(null)
	if !stays() {
		return 0, false
	}
	in.Close()
	out.Close()
	return 0, true
}

// say tells the runner that this process can serve another trial.
func say(socket int) bool {
	return syscall.Sendmsg(socket, []byte{0}, nil, nil, syscall.MSG_NOSIGNAL) == nil
}

// receive waits for the descriptors of the next trial.
func receive(socket int) ([]int, error) {
	space := make([]byte, syscall.CmsgSpace(4*4))
	var one [1]byte
	for {
		n, oob, _, _, err := syscall.Recvmsg(socket, one[:], space, syscall.MSG_CMSG_CLOEXEC)
		if err == syscall.EINTR {
			continue
		}
		if err != nil || n == 0 {
			return nil, fmt.Errorf("the runner is gone: %w", err)
		}
		messages, err := syscall.ParseSocketControlMessage(space[:oob])
		if err != nil || len(messages) != 1 {
			return nil, fmt.Errorf("no descriptors came: %w", err)
		}
		return syscall.ParseUnixRights(&messages[0])
	}
}
