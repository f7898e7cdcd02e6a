package scripts

import (
	"bufio"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"bench/runner/workloads"
	_ "bench/runner/workloads/network"
)

var webPages = map[string]string{
	"/plain":    "<html><HEAD><Title lang=en>\n Two\n  words </TITLE>",
	"/none":     "<html><body>no title</body>",
	"/open":     "<title>without an end",
	"/tag":      "<title",
	"/empty":    "",
	"/utf8":     "<title>Grüße – ÄÖÜ</title>",
	"/latin1":   "<title>Gr\xfc\xdfe</title>",
	"/after":    "<title>a title</title> \xff",
	"/kelvin":   "<title>300 \u212a</title>", // its small letter has another length
	"/late":     strings.Repeat("x", 1<<16) + "<title>too late</title>",
	"/a b/ü":    "<title>escaped</title>",
	"/nothing<": "<title></title>",
}

// webServer answers any number of requests; the pages that end in "+" come in pieces, without a length.
func webServer(t *testing.T) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path, pieces := strings.CutSuffix(r.URL.Path, "+")
		page, ok := webPages[path]
		switch {
		case path == "/query":
			page = "<title>" + r.URL.RawQuery + " " + r.Host + "</title>"
		case path == "/moved":
			w.Header().Set("Location", "/plain")
			w.WriteHeader(http.StatusFound)
		case !ok:
			http.NotFound(w, r)
			return
		}
		if pieces {
			w.(http.Flusher).Flush()
		}
		_, _ = w.Write([]byte(page))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func TestFetchFromAServer(t *testing.T) {
	address := webServer(t)
	urls := []string{address, address + "/query?a=1&b=%20", address + "/moved", address + "/missing",
		address + "/plain#part", strings.Replace(address, "http", "HTTP", 1) + "/plain"}
	for path := range webPages {
		urls = append(urls, address+path, address+path+"+")
	}
	w, _ := workloads.Lookup("fetch")
	var calls []call
	var want []workloads.Result
	for _, url := range urls {
		result, err := run(t, w, args{"url": url})
		if err != nil {
			t.Fatal(err)
		}
		calls, want = append(calls, call{"fetch", filled(w, args{"url": url})}), append(want, result)
	}
	eachPython(t, func(t *testing.T, python string) {
		for i, got := range callAll(t, python, calls) {
			if got.Error != "" || !same(got.Result, want[i]) {
				t.Errorf("%s: %v %s %s, in Go %v", urls[i], got.Result, got.Error, got.Text, want[i])
			}
		}
	})
}

// reply answers every connection with a fixed text, and returns its address.
func reply(t *testing.T, text string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			r := bufio.NewReader(conn)
			for line := "?"; strings.TrimSpace(line) != "" && err == nil; {
				line, err = r.ReadString('\n')
			}
			_, _ = conn.Write([]byte(text))
			_ = conn.Close()
		}
	}()
	return "http://" + listener.Addr().String()
}

func TestFetchRefusesWhatIsNotHTTP(t *testing.T) {
	w, _ := workloads.Lookup("fetch")
	var calls []call
	var says []string
	for text, said := range map[string]string{
		"SSH-2.0-OpenSSH_9.0\r\n": "not HTTP",
		"":                        "not HTTP",
		"HTTP/1.1 ok\r\n\r\n":     "not HTTP",
		"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n":                       "not HTTP",
		"HTTP/1.1 200 OK\r\nContent-Length: 1_0\r\n\r\n0123456789":            "not HTTP",
		"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort":                   "ends after 5 of 9 B",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n":      "transfer-encoding chunked",
		"HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 1<<17) + "\r\n\r\n":    "not HTTP",
		"HTTP/1.1 200 OK\r\n" + strings.Repeat("X: y\r\n", 1001) + "\r\n":     "not HTTP",
		"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nbody": "not HTTP",
	} {
		a := args{"url": reply(t, text)}
		if got, err := run(t, w, a); err == nil || !strings.Contains(err.Error(), said) {
			t.Errorf("%.40q in Go: %v, %v, want %q", text, got, err, said)
		}
		calls, says = append(calls, call{"fetch", filled(w, a)}), append(says, said)
	}
	eachPython(t, func(t *testing.T, python string) {
		for i, got := range callAll(t, python, calls) {
			address := calls[i].Args["url"].(string)
			if got.Error == "" || !strings.Contains(got.Text, says[i]) {
				t.Errorf("%s: %v %s %s, want %q", address, got.Result, got.Error, got.Text, says[i])
			}
		}
	})
}

const manyPages = `
import fetch, json, threading, time
got = []
def task():
    start = time.time()
    page = fetch.fetch("", 0.05, 100000)
    got.append([page["bytes"], time.time() - start >= 0.04])
threads = [threading.Thread(target=task) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
page = fetch.Page(0, 10)
page.stop()
print(json.dumps({"got": got, "threads": threading.active_count()}))
`

func TestManyPagesAtOnceAndNothingIsLeft(t *testing.T) {
	eachPython(t, func(t *testing.T, python string) {
		var found struct {
			Got     [][]any
			Threads int
		}
		runText(t, python, manyPages, &found)
		if len(found.Got) != 8 || found.Threads != 1 {
			t.Errorf("%d pages of 8, %d threads left", len(found.Got), found.Threads)
		}
		for _, page := range found.Got {
			if !same(page[0], 100_000) || page[1] != true {
				t.Errorf("a page of %v B, waited for: %v; want 100000 and the latency", page[0], page[1])
			}
		}
	})
}
