package cli

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"bench/runner/gates"
	"bench/runner/reports"
	"bench/runner/results"
)

func quietApp() *app {
	return &app{stdout: io.Discard, stderr: io.Discard, getenv: func(string) string { return "" }}
}

func TestOutputsAreRefusedBeforeAnythingIsMeasured(t *testing.T) {
	dir := t.TempDir()
	for _, test := range []struct {
		out  outputs
		runs int
		want string // part of the message; "" if it is fine
	}{
		{outputs{}, 2, ""},
		{outputs{json: true}, 1, ""},
		{outputs{json: true}, 2, "--json prints one document"},
		{outputs{reports: []string{"text"}}, 2, ""},
		{outputs{json: true, reports: []string{"text"}}, 1, "both want stdout"},
		{outputs{json: true, reports: []string{"text=" + dir + "/new.txt"}}, 1, ""},
		{outputs{reports: []string{"json=" + dir + "/new.json"}}, 2, "is one document"},
		{outputs{reports: []string{"html"}}, 2, "is one document"},
		{outputs{reports: []string{"html", "csv"}}, 1, "--report html and --report csv both want stdout"},
		{outputs{reports: []string{"html=-", "csv"}}, 1, "both want stdout"},
		{outputs{reports: []string{"html=" + dir + "/a", "csv=" + dir + "/./a"}}, 1, "both want " + dir + "/a"},
		{outputs{reports: []string{"html=" + dir + "/f/", "csv=" + dir + "/f/"}}, 2, ""},
		{outputs{reports: []string{"html=" + dir + "/f/", "html=" + dir + "/f/"}}, 2, "both want"},
		{outputs{reports: []string{"html=/dev/null/"}}, 1, "file exists"},
		{outputs{reports: []string{"json="}}, 1, "file name is missing"},
		{outputs{reports: []string{"json=" + dir}}, 1, "is a directory"},
		{outputs{reports: []string{"json=" + dir + "/no/x.json"}}, 1, "no such file or directory"},
		{outputs{reports: []string{"jsn=x"}}, 1, `no report format "jsn"`},
	} {
		err := test.out.valid(test.runs)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: %v, want %q", test.out, err, test.want)
		}
	}
}

// What is no file is written to and stays what it is; a link leads to the file that is replaced.
func TestReportsGoWhereTheirNameLeads(t *testing.T) {
	dir := t.TempDir()
	pipe, file, link := filepath.Join(dir, "pipe"), filepath.Join(dir, "file"), filepath.Join(dir, "link")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	read := make(chan string, 1)
	go func() {
		text, _ := os.ReadFile(pipe)
		read <- string(text)
	}()
	r := &reports.Report{Word: "PASS"}
	for _, name := range []string{pipe, link} {
		before, _ := os.Lstat(name)
		if err := quietApp().renderFile("json", name, r); err != nil {
			t.Fatal(err)
		}
		if after, err := os.Lstat(name); err != nil || after.Mode().Type() != before.Mode().Type() {
			t.Fatalf("%s became %v, %v", name, after.Mode(), err)
		}
	}
	if text := <-read; !strings.Contains(text, `"PASS"`) {
		t.Errorf("the pipe got %q", text)
	}
	if text, err := os.ReadFile(file); err != nil || !strings.Contains(string(text), `"PASS"`) {
		t.Errorf("the file has %q, %v", text, err)
	}
}

// A name that nobody typed is no way out of its folder.
func TestOwnNamesFollowNoLink(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.Mkdir(gitlabFolder, 0o700); err != nil {
		t.Fatal(err)
	}
	r := &reports.Report{Word: "PASS", Run: results.Run{Experiment: "e"}, Cells: []reports.Cell{{Summary: gates.Summary{N: 1, Times: []float64{1}, Median: new(float64)}}}}
	names := []string{"e.json", "e-time-light.svg", "codequality.json", "metrics.txt", "e.junit.xml", "e.html"}
	for _, name := range names {
		if err := os.Symlink(filepath.Join("..", "kept-"+name), filepath.Join(gitlabFolder, name)); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("kept-"+name, []byte("kept"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	a := quietApp()
	if err := errors.Join(a.renderFile("json", gitlabFolder+"/", r), a.renderFile("markdown", gitlabFolder+"/e.md", r), a.tellGitLab(r, &outputs{})); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if text, err := os.ReadFile("kept-" + name); string(text) != "kept" {
			t.Errorf("%s led out: %q, %v", name, text, err)
		}
		if info, err := os.Lstat(filepath.Join(gitlabFolder, name)); err != nil || !info.Mode().IsRegular() {
			t.Errorf("%s was not written: %v", name, err)
		}
	}
}

// One report that fails keeps no other from being written, and the verdict is not told as if all were well.
func TestEachReportIsTried(t *testing.T) {
	dir := t.TempDir()
	var said strings.Builder
	a := quietApp()
	a.stderr = &said
	good := filepath.Join(dir, "good.json")
	err := a.tell(&reports.Report{Word: "PASS"}, &outputs{reports: []string{"json=" + dir + "/no/x.json", "json=" + good}})
	lines := strings.Split(strings.TrimSpace(said.String()), "\n")
	if err == nil || !strings.Contains(said.String(), "no such file or directory") || lines[len(lines)-1] != "TROUBLE: not everything was written; the verdict is PASS: no checks" {
		t.Errorf("%v, %q", err, said.String())
	}
	if _, err := os.Stat(good); err != nil {
		t.Error(err)
	}
}

// A reader that leaves early has had enough, that is no trouble; what cannot be written is.
func TestProduct(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	r.Close()
	p := &product{file: w}
	if n, err := io.WriteString(p, "text"); n != 4 || err != nil || p.lost != nil {
		t.Errorf("without a reader: %d, %v, %v", n, err, p.lost)
	}
	p = &product{file: r} // closed
	_, _ = p.Write([]byte("text"))
	if p.lost == nil {
		t.Error("a failed write is forgotten")
	}
}
