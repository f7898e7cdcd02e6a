// Package network holds the built-in work that needs a network. It is apart since what it imports is made ready late, and
// only the processes that run it need wait for that.
package network

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"
	"strings"

	"bench/runner/workloads"
)

func init() {
	workloads.Register(workloads.Workload{
		Name: "fetch",
		Doc:  "get a page over HTTP and return its status, bytes and title; without a url the task serves the page itself",
		Params: []workloads.Param{
			{Name: "url", Doc: "http://…; empty: a page that the task serves on loopback, so that no network is needed", Default: ""},
			{Name: "latency", Doc: "of the page it serves itself: wait before the answer (s)", Default: 0.05, Max: 1e9},
			{Name: "body", Doc: "of the page it serves itself: size (B)", Default: 1024, Max: 1 << 40},
		},
		Run:   runFetch,
		Whole: true,
	})
}

// runFetch returns {status, bytes, title}. A status such as 404 is a result, not an error; redirections are not followed.
func runFetch(ctx context.Context, a workloads.Args) (workloads.Result, error) {
	address := a.Text("url")
	if address == "" {
		page, err := servePage(ctx, a.Float("latency"), a.Int("body"))
		if err != nil {
			return nil, fmt.Errorf("cannot serve on loopback: %w; give a url", err)
		}
		defer page.stop()
		address = page.url
	}
	got, err := get(ctx, address)
	if err != nil && ctx.Err() != nil {
		return nil, ctx.Err() // the connection was closed because of it
	}
	return got, err
}

// get speaks HTTP/1.0, in which a body simply ends with its connection. net/http would do more, and would cost every
// worker process 0.4 ms at its start, whatever it is going to run.
func get(ctx context.Context, address string) (workloads.Result, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	if u.Scheme != "http" || u.Hostname() == "" {
		return nil, fmt.Errorf("cannot fetch %q: give a url that begins with http:// and a host", address)
	}
	port := u.Port()
	if port == "" {
		port = "80"
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })() // wakes a blocked read
	if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.0\r\nHost: %s\r\nUser-Agent: runner\r\nAccept: */*\r\n\r\n", u.RequestURI(), u.Host); err != nil {
		return nil, err
	}
	got, err := readResponse(bufio.NewReaderSize(conn, 1<<16))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", address, err)
	}
	return got, nil
}

// readResponse reads a response to its end. The title is looked for in the first 64 KiB of the body.
func readResponse(r *bufio.Reader) (workloads.Result, error) {
	status, length, err := readHead(r)
	if err != nil {
		return nil, err
	}
	body := io.Reader(r)
	if length >= 0 {
		body = io.LimitReader(r, length)
	}
	start, err := io.ReadAll(io.LimitReader(body, 1<<16))
	if err != nil {
		return nil, err
	}
	rest, err := io.Copy(io.Discard, body)
	if err != nil {
		return nil, err
	}
	size := int64(len(start)) + rest
	if length >= 0 && size < length {
		return nil, fmt.Errorf("the body ends after %d of %d B", size, length)
	}
	return map[string]any{"status": status, "bytes": int(size), "title": title(start)}, nil
}

var errNotHTTP = errors.New("the answer is not HTTP: give the url of a web server")

// readHead reads the status line and the headers. The length is -1 where the body ends with the connection.
func readHead(r *bufio.Reader) (status int, length int64, err error) {
	line, err := readLine(r)
	if err != nil {
		return 0, 0, err
	}
	version, rest, _ := strings.Cut(line, " ")
	code, _, _ := strings.Cut(rest, " ")
	status, err = strconv.Atoi(code)
	if err != nil || !strings.HasPrefix(version, "HTTP/1.") {
		return 0, 0, errNotHTTP
	}
	length = -1
	for range 1000 {
		line, err := readLine(r)
		if err != nil {
			return 0, 0, err
		}
		if line == "" {
			return status, length, nil
		}
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		switch strings.ToLower(name) {
		case "content-length":
			if length, err = strconv.ParseInt(value, 10, 64); err != nil || length < 0 {
				return 0, 0, errNotHTTP
			}
		case "transfer-encoding":
			return 0, 0, fmt.Errorf("the server answers HTTP/1.0 with transfer-encoding %s, which is not in it: choose another page", value)
		}
	}
	return 0, 0, errNotHTTP
}

func readLine(r *bufio.Reader) (string, error) {
	line, err := r.ReadSlice('\n')
	switch {
	case errors.Is(err, bufio.ErrBufferFull), errors.Is(err, io.EOF):
		return "", errNotHTTP
	case err != nil:
		return "", err
	}
	return string(bytes.TrimRight(line, "\r\n")), nil
}

// title is the text of the first title element, "" if there is none.
func title(page []byte) string {
	lower := bytes.ToLower(page)
	from := bytes.Index(lower, []byte("<title"))
	if from < 0 || len(lower) != len(page) {
		return ""
	}
	open := bytes.IndexByte(lower[from:], '>')
	if open < 0 {
		return ""
	}
	from += open + 1
	length := bytes.Index(lower[from:], []byte("</title"))
	if length < 0 {
		return ""
	}
	return strings.Join(strings.Fields(string(page[from:from+length])), " ")
}
