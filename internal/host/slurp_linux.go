package host

import (
	"sync"
	"syscall"
)

// page is where read reads to. The kernel makes these files anew with each read, as much as asked for: with a small space,
// as os.ReadFile has, /proc/vmstat takes seven times as long.
var page struct {
	mu    sync.Mutex
	bytes []byte
}

// read gives the text of a file of the kernel's own, and "" if it cannot be read.
func read(path string) string {
	text, _ := slurp(path)
	return text
}

// slurp gives the text of a file of the kernel's own. It takes no part in polling, which such files know nothing of.
func slurp(path string) (string, error) {
	page.mu.Lock()
	defer page.mu.Unlock()
	if page.bytes == nil {
		page.bytes = make([]byte, 32<<10)
	}
	fd, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	for err == syscall.EINTR { // in containers some of them are served by a program
		fd, err = syscall.Open(path, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	}
	if err != nil {
		return "", err
	}
	defer syscall.Close(fd)
	for n := 0; ; {
		more, err := syscall.Read(fd, page.bytes[n:])
		switch {
		case err == syscall.EINTR:
		case err != nil:
			return "", err
		case more == 0:
			return string(page.bytes[:n]), nil
		default:
			if n += more; n == len(page.bytes) {
				page.bytes = append(page.bytes, make([]byte, n)...)
			}
		}
	}
}
