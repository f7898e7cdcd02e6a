package serve

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	largestHead = 16 << 10 // B, of a request: its line and its headers
	piece       = 64 << 10 // B, of an answer, that a client has to take in time
)

// request is what an answer depends on.
type request struct {
	method string
	path   string   // percent-encoded, begins with a slash
	parts  []string // of the path, decoded
	query  url.Values
	header textproto.MIMEHeader
}

// answer is what is sent back. Each connection carries one: there is no second request to be confused with the first.
type answer struct {
	status int
	kind   string // media type
	policy string // Content-Security-Policy
	more   string // whole header lines
	body   []byte
	stream func(ctx context.Context, w io.Writer) error // nil: body; else it writes until it is done
}

// plain is an answer in one sentence.
func plain(status int, format string, args ...any) *answer {
	return &answer{status: status, kind: "text/plain; charset=utf-8", policy: nothing, body: fmt.Appendf(nil, format+"\n", args...)}
}

// moved leads to another address here.
func moved(path string) *answer {
	a := plain(302, "See %s", path)
	a.more = "Location: " + path + "\r\n"
	return a
}

// converse reads one request and answers it. What goes wrong with a connection, only its client is told.
func (s *Server) converse(ctx context.Context, c net.Conn) {
	_ = c.SetReadDeadline(time.Now().Add(s.patience))
	r, a := readRequest(c)
	if a == nil {
		a = s.answer(ctx, r)
	}
	w := &patient{c, s.patience}
	if _, err := io.WriteString(w, a.head()); err != nil {
		return
	}
	switch {
	case r.method == "HEAD":
	case a.stream != nil:
		ctx, cancel := context.WithCancel(ctx)
		// Not in the goroutine, which may be so late that it would undo the deadline of partFrom.
		_ = c.SetReadDeadline(time.Time{})
		go func() { // who watches sends nothing more: a read ends when they have gone
			_, _ = c.Read(make([]byte, 1))
			cancel()
		}()
		_ = a.follow(ctx, w)
		cancel()
	default:
		if _, err := w.Write(a.body); err != nil {
			return
		}
	}
	partFrom(c)
}

// follow is stream. A fault in it ends what this client sees, who asks again, and nothing else.
func (a *answer) follow(ctx context.Context, w io.Writer) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("internal fault: %v", p)
		}
	}()
	return a.stream(ctx, w)
}

// partFrom lets the client read the answer to its end: to close while it still sends would reset the connection under it.
func partFrom(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok && tcp.CloseWrite() == nil {
		_ = c.SetReadDeadline(time.Now().Add(time.Second / 2))
		_, _ = io.CopyN(io.Discard, c, 1<<20)
	}
}

// patient writes in pieces, and waits for the client to take each of them.
type patient struct {
	net.Conn
	patience time.Duration
}

func (w *patient) Write(b []byte) (n int, err error) {
	for len(b) > 0 && err == nil {
		var took int
		_ = w.SetWriteDeadline(time.Now().Add(w.patience))
		took, err = w.Conn.Write(b[:min(piece, len(b))])
		n, b = n+took, b[took:]
	}
	return n, err
}

// readRequest reads the head of a request; the answer is nil if it is one that this server takes.
func readRequest(c io.Reader) (r request, refused *answer) {
	limited := &io.LimitedReader{R: c, N: largestHead}
	in := textproto.NewReader(bufio.NewReader(limited))
	line, err := in.ReadLine()
	if err == nil {
		r.header, err = in.ReadMIMEHeader()
	}
	fields := strings.Split(line, " ")
	switch {
	case limited.N <= 0:
		return r, plain(431, "The request's line and headers are longer than %d bytes.", largestHead)
	case err != nil || len(fields) != 3 || !strings.HasPrefix(fields[2], "HTTP/1."):
		return r, plain(400, "This is not a request that this server can read: send GET /path HTTP/1.1")
	}
	r.method = fields[0]
	if r.method != "GET" && r.method != "HEAD" {
		a := plain(405, "This server only shows: it takes GET and HEAD.")
		a.more = "Allow: GET, HEAD\r\n"
		return r, a
	}
	if r.header.Get("Transfer-Encoding") != "" || strings.Trim(r.header.Get("Content-Length"), "0") != "" {
		return r, plain(400, "The request has a body: send none.")
	}
	return r, r.parse(fields[1])
}

// parse takes a target such as /run/20261121-212246-m9sa?token=x apart.
func (r *request) parse(target string) *answer {
	bad := plain(400, "The target is not a path: send GET /path HTTP/1.1")
	u, err := url.ParseRequestURI(target)
	if err != nil || target[0] != '/' || strings.HasPrefix(target, "//") {
		return bad
	}
	if r.query, err = url.ParseQuery(u.RawQuery); err != nil {
		return bad
	}
	r.path = u.EscapedPath()
	for part := range strings.SplitSeq(r.path[1:], "/") {
		text, err := url.PathUnescape(part)
		if err != nil {
			return bad
		}
		r.parts = append(r.parts, text)
	}
	return nil
}

// cookie is the value of a cookie, "" if there is none.
func (r *request) cookie(name string) string {
	for _, line := range r.header["Cookie"] {
		for pair := range strings.SplitSeq(line, ";") {
			if key, value, _ := strings.Cut(strings.TrimSpace(pair), "="); key == name {
				return value
			}
		}
	}
	return ""
}

// head is the status line and the headers.
func (a *answer) head() string {
	length := ""
	if a.stream == nil {
		length = "Content-Length: " + strconv.Itoa(len(a.body)) + "\r\n"
	}
	return "HTTP/1.1 " + strconv.Itoa(a.status) + " " + reasons[a.status] + "\r\n" +
		"Content-Type: " + a.kind + "\r\n" + length + a.more +
		"Content-Security-Policy: " + a.policy + "\r\n" +
		"X-Content-Type-Options: nosniff\r\n" +
		"X-Frame-Options: DENY\r\n" +
		"Referrer-Policy: no-referrer\r\n" +
		"Cross-Origin-Resource-Policy: same-origin\r\n" +
		"Cross-Origin-Opener-Policy: same-origin\r\n" +
		"Cache-Control: no-store\r\n" +
		"Connection: close\r\n\r\n"
}

// reasons are what people read beside a status.
var reasons = map[int]string{
	200: "OK", 302: "Found", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 409: "Conflict",
	431: "Request Header Fields Too Large", 500: "Internal Server Error", 503: "Service Unavailable",
}
