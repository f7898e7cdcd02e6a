package network

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"

	"bench/runner/workloads"
)

// page is a web page on loopback that is served once.
type page struct {
	url      string
	listener net.Listener
	ended    chan struct{}
}

const pageStart = "<!doctype html><title>a page</title>"

// servePage answers one request with a body of that many bytes, after latency seconds. Whoever calls it stops it.
func servePage(ctx context.Context, latency float64, body int) (*page, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &page{"http://" + listener.Addr().String() + "/", listener, make(chan struct{})}
	go func() {
		defer close(p.ended)
		conn, err := listener.Accept()
		if err != nil {
			return // stopped
		}
		defer func() { _ = conn.Close() }()
		_ = answer(ctx, conn, latency, body) // what goes wrong here, the client sees
	}()
	return p, nil
}

// stop returns when nothing of the page is left.
func (p *page) stop() {
	_ = p.listener.Close()
	<-p.ended
}

// answer reads a request to its empty line, waits, and writes the page.
func answer(ctx context.Context, conn net.Conn, latency float64, body int) error {
	r := bufio.NewReader(conn)
	for line := "?"; line != ""; {
		var err error
		if line, err = readLine(r); err != nil {
			return err
		}
	}
	if err := workloads.Pause(ctx, latency); err != nil {
		return err
	}
	start := pageStart[:min(len(pageStart), body)]
	const head = "HTTP/1.0 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s"
	if _, err := fmt.Fprintf(conn, head, body, start); err != nil {
		return err
	}
	left := body - len(start)
	filler := bytes.Repeat([]byte("\n"), min(left, 1<<16))
	for left > 0 {
		n, err := conn.Write(filler[:min(left, len(filler))])
		if err != nil {
			return err
		}
		left -= n
	}
	return nil
}
