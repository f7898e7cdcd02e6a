package network

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"bench/runner/workloads"
)

func TestFetchServesItself(t *testing.T) {
	before := runtime.NumGoroutine()
	for _, c := range []struct {
		body  int
		title string
	}{{0, ""}, {1, ""}, {34, ""}, {len(pageStart), "a page"}, {1024, "a page"}, {300_000, "a page"}} {
		start := time.Now()
		got := mustRun(t, workloads.Args{"body": c.body, "latency": 0.01})
		if want := map[string]any{"status": 200, "bytes": c.body, "title": c.title}; !reflect.DeepEqual(got, any(want)) {
			t.Errorf("got %v, want %v", got, want)
		}
		if waited := time.Since(start); waited < 10*time.Millisecond {
			t.Errorf("it took %v, less than the latency", waited)
		}
	}
	for i := 0; runtime.NumGoroutine() > before; i++ {
		if i == 100 {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

const somePage = "<html><HEAD><Title lang=en>\n Two\n  words </TITLE>"

// The server here is another program's: the standard library's.
func TestFetchFromAServer(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/page":
			if r.URL.RawQuery != "a=1&b=%20" || !strings.HasPrefix(r.Host, "127.0.0.1:") {
				t.Errorf("asked for %s of %s", r.URL, r.Host)
			}
			_, _ = w.Write([]byte(somePage))
		case "/large": // flushed piece by piece: without a length
			for range 40 {
				_, _ = w.Write([]byte(strings.Repeat("x", 5000)))
				w.(http.Flusher).Flush()
			}
		case "/moved":
			http.Redirect(w, r, "/page", http.StatusFound)
		default:
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	for _, c := range []struct {
		path   string
		status int
		bytes  int
		title  string
	}{
		{"/page?a=1&b=%20", 200, len(somePage), "Two words"},
		{"/large", 200, 200_000, ""},
		{"/moved", 302, 0, ""},
		{"/no", 404, 19, ""},
		{"", 404, 19, ""},
	} {
		got := mustRun(t, workloads.Args{"url": server.URL + c.path}).(map[string]any)
		if c.path == "/moved" {
			got["bytes"] = 0 // the text of the redirection is the server's own
		}
		if want := (map[string]any{"status": c.status, "bytes": c.bytes, "title": c.title}); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, want %v", c.path, got, want)
		}
	}
}

// reply serves one connection with a fixed text, and returns its address.
func reply(t *testing.T, text string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		r := bufio.NewReader(conn)
		for line := "?"; line != "" && err == nil; {
			line, err = readLine(r)
		}
		_, _ = conn.Write([]byte(text))
	}()
	return "http://" + listener.Addr().String()
}

func TestFetchRefuses(t *testing.T) {
	for address, says := range map[string]string{
		"https://example.org/":              "begins with http://",
		"example.org":                       "begins with http://",
		"http://":                           "begins with http://",
		"http://[":                          "missing ']'",
		reply(t, "SSH-2.0-OpenSSH_9.0\r\n"): "not HTTP",
		reply(t, ""):                        "not HTTP",
		reply(t, "HTTP/1.1 ok\r\n\r\n"):     "not HTTP",
		reply(t, "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"):                       "not HTTP",
		reply(t, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"):                   "ends after 5 of 9 B",
		reply(t, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"):      "transfer-encoding chunked",
		reply(t, "HTTP/1.1 200 OK\r\nX: "+strings.Repeat("x", 1<<17)+"\r\n\r\n"):        "not HTTP",
		reply(t, "HTTP/1.1 200 OK\r\n"+strings.Repeat("X: y\r\n", 1001)+"\r\n"):         "not HTTP",
		reply(t, "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nbody"): "not HTTP",
	} {
		if got, err := run(t.Context(), workloads.Args{"url": address}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: got %v, error %v, want %q", address, got, err, says)
		}
	}
}

// Whatever a server sends, reading it ends in a result or an error.
func FuzzReadResponse(f *testing.F) {
	f.Add("HTTP/1.0 200 OK\r\n\r\n<title>x</title>")
	f.Add("HTTP/1.1 404 \r\nContent-Length: 3\r\n\r\nabcd")
	f.Add("HTTP/1.1 200 OK\nContent-Length: 0\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := readResponse(bufio.NewReaderSize(strings.NewReader(text), 1<<16))
		if err != nil {
			return
		}
		page := got.(map[string]any)
		if size := page["bytes"].(int); size < 0 || size > len(text) {
			t.Errorf("%d B of %d", size, len(text))
		}
		if title := page["title"].(string); !strings.Contains(strings.Join(strings.Fields(text), " "), title) {
			t.Errorf("the title %q is not in the page", title)
		}
	})
}

func run(ctx context.Context, args workloads.Args) (workloads.Result, error) {
	w, _ := workloads.Lookup("fetch")
	bound, err := w.Bind(args)
	if err != nil {
		return nil, err
	}
	return w.Run(ctx, bound)
}

func mustRun(t *testing.T, args workloads.Args) workloads.Result {
	t.Helper()
	result, err := run(t.Context(), args)
	if err != nil {
		t.Fatalf("%v: %v", args, err)
	}
	return result
}
