package serve

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"bench/runner/gates"
	"bench/runner/reports"
	"bench/runner/results"
)

const testToken = "TESTTOKENTESTTOKENTESTTOKEN"

// fake is a store of runs that tests make up, the newest first.
type fake struct {
	mu       sync.Mutex
	runs     []Run
	progress Progress
	fault    error

	asked, judged atomic.Int32
	judging       func() // called while a report is made
	history       []gates.History
}

func (f *fake) Runs(_ context.Context, experiment string, offset, limit int) ([]Run, error) {
	f.asked.Add(1)
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []Run
	for _, r := range f.runs {
		if experiment == "" || r.Experiment == experiment {
			out = append(out, r)
		}
	}
	out = out[min(offset, len(out)):]
	return out[:min(limit, len(out))], f.fault
}

func (f *fake) Run(_ context.Context, ref string) (Run, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if ref == "last" {
		return f.runs[0], f.fault
	}
	for _, r := range f.runs {
		if r.ID == ref {
			return r, f.fault
		}
	}
	return Run{}, NotFound("no run " + ref)
}

func (f *fake) Report(_ context.Context, id string) (*reports.Report, error) {
	f.judged.Add(1)
	if f.judging != nil {
		f.judging()
	}
	run, err := f.Run(context.Background(), id)
	told := results.Run{ID: id, Experiment: run.Experiment, Started: run.Started, Finished: run.Finished}
	var verdicts []gates.Verdict
	for _, h := range f.history {
		verdicts = append(verdicts, gates.Verdict{Name: h.Name, Outcome: gates.Pass})
	}
	r := reports.New(told, nil, nil, nil, nil, verdicts, run.Outcome, 0)
	r.History = f.history
	return r, err
}

func (f *fake) Progress(context.Context, string) (Progress, error) {
	f.asked.Add(1)
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.progress, f.fault
}

func (f *fake) change(how func(*fake)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	how(f)
}

var day = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func stored(id, experiment, word string) Run {
	return Run{RunSummary: results.RunSummary{ID: id, Experiment: experiment, Started: day, Finished: day.Add(24 * time.Second), Outcome: word,
		Cells: 2, Trials: 20, Counts: map[results.Status]int{results.OK: 18, results.Wrong: 2}}}
}

func running(id, experiment string) Run {
	r := stored(id, experiment, "")
	r.Finished, r.Running = time.Time{}, true
	return r
}

// start serves a store until the test ends, and wants all goroutines gone then.
func start(t *testing.T, store Store, change func(*Server)) *Server {
	t.Helper()
	s := New(store, testToken)
	s.every = 5 * time.Millisecond
	if change != nil {
		change(s)
	}
	ctx, cancel := context.WithCancel(context.Background())
	if err := s.Listen(ctx, 0); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(10 * time.Second):
			t.Error("the server goes on")
		}
		s.running.Wait()
	})
	return s
}

func (s *Server) address() string { return fmt.Sprintf("127.0.0.1:%d", s.port) }

// raw sends a text and returns the whole answer.
func raw(t *testing.T, s *Server, text string) (*http.Response, string) {
	t.Helper()
	c, err := net.Dial("tcp", s.address())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.WriteString(c, strings.ReplaceAll(text, "PORT", fmt.Sprint(s.port))); err != nil {
		t.Fatal(err)
	}
	method, _, _ := strings.Cut(text, " ")
	resp, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: method})
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Fatalf("%q: %v", text, err)
	}
	return resp, string(body)
}

// get asks for a path as a browser does that has the cookie.
func get(t *testing.T, s *Server, path string) (*http.Response, string) {
	t.Helper()
	return raw(t, s, "GET "+path+" HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nCookie: a=b; runner_PORT="+testToken+"\r\n\r\n")
}

// TestGuard wants a page for who has the secret and asks from here, and for nobody else.
func TestGuard(t *testing.T) {
	s := start(t, &fake{}, nil)
	cookie := "Cookie: runner_PORT=" + testToken + "\r\n"
	host := "Host: 127.0.0.1:PORT\r\n"
	for _, c := range []struct {
		what, head string
		status     int
		says       string
	}{
		{"cookie", "GET / HTTP/1.1\r\n" + host + cookie, 200, "<h1>Runs</h1>"},
		{"by another name", "GET / HTTP/1.1\r\nHost: LocalHost:PORT\r\n" + cookie, 200, ""},
		{"by IPv6", "GET / HTTP/1.1\r\nHost: [::1]:PORT\r\n" + cookie, 200, ""},
		{"by itself", "GET / HTTP/1.1\r\n" + host + cookie + "Sec-Fetch-Site: same-origin\r\nOrigin: http://127.0.0.1:PORT\r\n", 200, ""},
		{"typed", "GET / HTTP/1.1\r\n" + host + cookie + "Sec-Fetch-Site: none\r\n", 200, ""},
		{"nothing", "GET / HTTP/1.1\r\n" + host, 403, "open the address that it printed"},
		{"nothing, style", "GET /style.css HTTP/1.1\r\n" + host, 403, ""},
		{"nothing, unknown", "GET /none HTTP/1.1\r\n" + host, 403, ""},
		{"another cookie", "GET / HTTP/1.1\r\n" + host + "Cookie: runner_PORT=TEST\r\n", 403, ""},
		{"empty cookie", "GET / HTTP/1.1\r\n" + host + "Cookie: runner_PORT=\r\n", 403, ""},
		{"cookie of another port", "GET / HTTP/1.1\r\n" + host + "Cookie: runner_1=" + testToken + "\r\n", 403, ""},
		{"token", "GET /?token=" + testToken + " HTTP/1.1\r\n" + host, 200, `content="0; url=/"`},
		{"token from elsewhere", "GET /run/x?a=b&token=" + testToken + " HTTP/1.1\r\n" + host + "Sec-Fetch-Site: cross-site\r\n", 200, `url=/run/x?a=b"`},
		{"wrong token", "GET /?token=wrong HTTP/1.1\r\n" + host + cookie, 403, "not the one of this server"},
		{"empty token", "GET /?token= HTTP/1.1\r\n" + host, 403, ""},
		{"token, foreign host", "GET /?token=" + testToken + " HTTP/1.1\r\nHost: example.com:PORT\r\n", 403, ""},
		{"foreign host", "GET / HTTP/1.1\r\nHost: example.com:PORT\r\n" + cookie, 403, "no other name"},
		{"its own name at another's", "GET / HTTP/1.1\r\nHost: 127.0.0.1.example.com:PORT\r\n" + cookie, 403, ""},
		{"another port", "GET / HTTP/1.1\r\nHost: 127.0.0.1:1\r\n" + cookie, 403, ""},
		{"no port", "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + cookie, 403, ""},
		{"two hosts", "GET / HTTP/1.1\r\n" + host + host + cookie, 403, ""},
		{"no host", "GET / HTTP/1.1\r\n" + cookie, 403, ""},
		{"another site", "GET / HTTP/1.1\r\n" + host + cookie + "Sec-Fetch-Site: cross-site\r\n", 403, "Another site"},
		{"another port of this machine", "GET / HTTP/1.1\r\n" + host + cookie + "Sec-Fetch-Site: same-site\r\n", 403, ""},
		{"another origin", "GET / HTTP/1.1\r\n" + host + cookie + "Origin: http://127.0.0.1:1\r\n", 403, ""},
		{"no origin", "GET / HTTP/1.1\r\n" + host + cookie + "Origin: null\r\n", 403, ""},
	} {
		resp, body := raw(t, s, c.head+"\r\n")
		if resp.StatusCode != c.status || !strings.Contains(body, c.says) {
			t.Errorf("%s: %d %q, want %d with %q", c.what, resp.StatusCode, body, c.status, c.says)
		}
		given := resp.Header.Get("Set-Cookie")
		if welcome := strings.Contains(c.says, "url="); welcome != (given != "") {
			t.Errorf("%s: cookie %q", c.what, given)
		} else if welcome && given != fmt.Sprintf("runner_%d=%s; Path=/; HttpOnly; SameSite=Strict", s.port, testToken) {
			t.Errorf("%s: cookie %q", c.what, given)
		}
		if strings.Contains(body, testToken) {
			t.Errorf("%s: the token is in the page", c.what)
		}
		sealed(t, resp)
	}
}

// sealed wants the headers that every answer has.
func sealed(t *testing.T, resp *http.Response) {
	t.Helper()
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
		"Cross-Origin-Resource-Policy": "same-origin",
	} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	policy := resp.Header.Get("Content-Security-Policy")
	if !strings.HasPrefix(policy, "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'") || strings.Contains(policy, "script-src 'unsafe") {
		t.Errorf("policy %q", policy)
	}
}

// TestRequests wants what is no plain reading refused, and nothing but pages served.
func TestRequests(t *testing.T) {
	s := start(t, &fake{runs: []Run{stored("one", "primes", "PASS")}}, nil)
	rest := " HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nCookie: runner_PORT=" + testToken + "\r\n"
	for text, status := range map[string]int{
		"GET /" + rest:                                           200,
		"HEAD /" + rest:                                          200,
		"GET /?page=2" + rest:                                    200,
		"GET /style.css" + rest:                                  200,
		"GET /live.js" + rest:                                    200,
		"GET /favicon.ico" + rest:                                200,
		"POST /" + rest:                                          405,
		"PUT /run/one" + rest:                                    405,
		"DELETE /run/one" + rest:                                 405,
		"OPTIONS *" + rest:                                       405,
		"get /" + rest:                                           405,
		"GET /" + rest + "Content-Length: 3\r\n":                 400,
		"GET /" + rest + "Transfer-Encoding: chunked\r\n":        400,
		"GET" + rest:                                             400,
		"GET  /" + rest:                                          400,
		"GET / / HTTP/1.1\r\n":                                   400,
		"GET / HTTP/2.0\r\n":                                     400,
		"GET //example.com/" + rest:                              400,
		"GET http://example.com/" + rest:                         400,
		"GET /%zz" + rest:                                        400,
		"GET /?a=%zz" + rest:                                     400,
		"GET / HTTP/1.1\r\n: no name\r\n":                        400,
		"GET /" + strings.Repeat("x", largestHead) + rest:        431,
		"GET /" + rest + "X: " + strings.Repeat("x", 17<<10):     431,
		"GET /../../etc/passwd" + rest:                           404,
		"GET /..%2f..%2fetc%2fpasswd" + rest:                     404,
		"GET /run/..%2f..%2fetc%2fpasswd" + rest:                 404,
		"GET /run/one/../../../../etc/passwd" + rest:             404,
		"GET /run/one/%2fetc%2fpasswd" + rest:                    404,
		"GET /run/one/csv/" + rest:                               404,
		"GET /run/%00" + rest:                                    404,
		"GET /run/" + rest:                                       404,
		"GET /run" + rest:                                        404,
		"GET /run/none/events" + rest:                            404,
		"GET /experiment/none" + rest:                            404,
		"GET /run/%3Cscript%3Ealert(1)%3C%2Fscript%3E" + rest:    404,
		"GET /page.css" + rest:                                   404,
		"GET /internal/serve/serve.go" + rest:                    404,
		"GET /experiment/primes" + rest:                          200,
		"GET /run/one/text" + rest + "X-Some: thing\r\n":         200,
		"GET /run/one/json" + rest + "Accept-Encoding: gzip\r\n": 200,
	} {
		resp, body := raw(t, s, text+"\r\n")
		if resp.StatusCode != status {
			t.Errorf("%.80q: %d %q, want %d", text, resp.StatusCode, body, status)
		}
		if strings.HasPrefix(text, "HEAD") != (body == "") {
			t.Errorf("%.80q: body %q", text, body)
		}
		if status >= 400 && resp.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
			t.Errorf("%.80q: a refusal is %s", text, resp.Header.Get("Content-Type"))
		}
		if status == 405 && resp.Header.Get("Allow") != "GET, HEAD" {
			t.Errorf("%.80q: allows %q", text, resp.Header.Get("Allow"))
		}
		sealed(t, resp)
	}
}

// TestSlowClients wants those who send nothing, or take nothing, to be left after a while, and others served meanwhile.
func TestSlowClients(t *testing.T) {
	s := start(t, &fake{runs: []Run{stored("one", "primes", "PASS")}}, func(s *Server) { s.patience = 5 * time.Second })
	var silent []net.Conn
	for range mostConns / 2 {
		c, err := net.Dial("tcp", s.address())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		silent = append(silent, c)
	}
	if resp, _ := get(t, s, "/"); resp.StatusCode != 200 {
		t.Errorf("%d meanwhile", resp.StatusCode)
	}
	for _, c := range silent {
		_ = c.SetReadDeadline(time.Now().Add(time.Minute))
		if answer, err := io.ReadAll(c); err != nil || len(answer) > 0 && !strings.HasPrefix(string(answer), "HTTP/1.1 400 ") {
			t.Fatalf("%q, %v", answer, err)
		}
	}
}

// TestFault wants a fault of one page told to who asked for it, and the others served.
func TestFault(t *testing.T) {
	var mended atomic.Bool
	store := &fake{runs: []Run{stored("one", "primes", "PASS")}, judging: func() {
		if !mended.Load() {
			panic("a fault")
		}
	}}
	s := start(t, store, nil)
	if resp, body := get(t, s, "/run/one"); resp.StatusCode != 500 || !strings.Contains(body, "a fault") {
		t.Errorf("%d %q", resp.StatusCode, body)
	}
	store.change(func(f *fake) { f.runs = append(f.runs, stored("two", "primes", "PASS")) })
	next, _ := listen(t, s, "/events?experiment=primes&page=1") // which draws what the runs' reports tell
	if event := next(); event != "" {
		t.Errorf("%q, though it cannot be made", event)
	}
	mended.Store(true)
	if resp, body := get(t, s, "/run/one"); resp.StatusCode != 200 {
		t.Errorf("%d %q", resp.StatusCode, body)
	}
	store.change(func(f *fake) { f.fault = errors.New("the disk is gone") })
	if resp, body := get(t, s, "/"); resp.StatusCode != 500 || body != "the disk is gone\n" {
		t.Errorf("%d %q", resp.StatusCode, body)
	}
}

// TestListen wants a taken port refused, and an address that leads to the server.
func TestListen(t *testing.T) {
	s := start(t, &fake{}, nil)
	if err := New(&fake{}, "x").Listen(context.Background(), s.port); err == nil {
		t.Error("two servers on one port")
	}
	resp, err := http.Get(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != 200 || !strings.HasPrefix(s.URL(), "http://127.0.0.1:") {
		t.Errorf("%s: %d", s.URL(), resp.StatusCode)
	}
}
