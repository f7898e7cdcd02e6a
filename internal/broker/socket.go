package broker

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"time"
)

// listenUnix makes a socket that only this user can connect to. It is made where nobody else can look, and then put into
// its place at once; there it replaces one whose broker was killed.
func listenUnix(path string) (net.Listener, error) {
	if err := free(path); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(filepath.Dir(path), ".s") // mode 0700
	if err != nil {
		return nil, fmt.Errorf("make the broker's socket: %w", err)
	}
	defer os.RemoveAll(dir)
	inner := filepath.Join(dir, "s")
	l, err := net.Listen("unix", inner)
	if err != nil {
		return nil, fmt.Errorf("make the broker's socket, for which %d bytes of path are too many on some systems: %w", len(inner), err)
	}
	u := l.(*net.UnixListener)
	u.SetUnlinkOnClose(false)
	err = os.Chmod(inner, 0o600)
	if err == nil {
		err = os.Rename(inner, path)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make the broker's socket: %w", err), l.Close())
	}
	return &socket{u, path}, nil
}

// free wants a path at which there is nothing, or a socket that nobody listens on.
func free(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.Mode().Type() != os.ModeSocket:
		return fmt.Errorf("%s is there, and is no socket", path)
	}
	c, err := net.DialTimeout("unix", path, time.Second)
	if err == nil {
		c.Close()
		return fmt.Errorf("another broker listens on %s: end it, or name another path", path)
	}
	return nil
}

// socket removes its file when it is closed.
type socket struct {
	*net.UnixListener
	path string
}

func (s *socket) Close() error { return errors.Join(s.UnixListener.Close(), os.Remove(s.path)) }

// accept makes a client of the server of each connection to the socket. The server knows no Unix sockets of its own.
func (b *Broker) accept() {
	for {
		outer, err := b.socket.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // no descriptor is left, say
			time.Sleep(10 * time.Millisecond)
			continue
		}
		inner, err := b.server.InProcessConn()
		if err != nil {
			outer.Close()
			continue
		}
		b.bridges.Go(func() { carry(inner, outer) })
		b.bridges.Go(func() { carry(outer, inner) })
	}
}

// carry copies until one end is closed, and closes the other.
func carry(to, from net.Conn) {
	_, _ = io.CopyBuffer(struct{ io.Writer }{to}, struct{ io.Reader }{from}, make([]byte, 64<<10))
	to.Close()
}
