package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// fetch brings a page of a server as a browser would, into a file: fetch STATUS URL PATH FILE. URL is a file; it is waited
// for until it has the address, with the token, that the server prints.
func fetch(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 4 {
		ts.Fatalf("usage: fetch STATUS URL PATH FILE")
	}
	entrance, err := url.Parse(strings.TrimSpace(awaited(ts, args[1])))
	ts.Check(err)
	jar, err := cookiejar.New(nil)
	ts.Check(err)
	client := &http.Client{Jar: jar, Timeout: 30 * time.Second}
	welcome, err := client.Get(entrance.String())
	ts.Check(err)
	ts.Check(welcome.Body.Close())
	page, err := entrance.Parse(args[2])
	ts.Check(err)
	answer, err := client.Get(page.String())
	ts.Check(err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[3]), body, 0o600))
	if fmt.Sprint(answer.StatusCode) != args[0] {
		ts.Fatalf("%s: %s, want %s\n%s", args[2], answer.Status, args[0], body)
	}
}

// awaited is the text of a file as soon as it has a whole line.
func awaited(ts *testscript.TestScript, name string) string {
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if text, err := os.ReadFile(ts.MkAbs(name)); err == nil && strings.HasSuffix(string(text), "\n") {
			return string(text)
		}
	}
	ts.Fatalf("%s has no line yet", name)
	return ""
}
