package cli

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"bench/runner/internal/host"
	"bench/runner/reports"
)

// openReport writes a report to a file and shows it. That it cannot be shown here is no trouble: its path is printed.
func (a *app) openReport(name, file, db string, r *reports.Report) error {
	f, err := format(name)
	if err != nil {
		return err
	}
	if file == "" {
		dir, err := shelfDir(db)
		if err != nil {
			return fmt.Errorf("%w\n  hint: -o FILE writes it elsewhere", err)
		}
		file = filepath.Join(dir, r.Run.ID+"."+f.Ext)
	}
	if err := a.renderFile(name, file, r); err != nil {
		return err
	}
	fmt.Fprintln(a.stdout, reports.Visible(file))
	if err := a.openFile(file); err != nil {
		fmt.Fprintf(a.stderr, "runner: no browser was opened: %s\n", reports.Visible(err.Error()))
	}
	return nil
}

// openFile shows a file in the browser, and returns once that has begun. No shell reads its name.
func (a *app) openFile(file string) error {
	full, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	argv, err := a.opener((&url.URL{Scheme: "file", Path: full}).String())
	if err != nil {
		return err
	}
	c := exec.Command(argv[0], argv[1:]...)
	c.SysProcAttr = host.OfOwn() // Ctrl-C is for this program alone, and the browser outlives it
	if err := c.Start(); err != nil {
		return fmt.Errorf("%s: %w", argv[0], reason(err))
	}
	failed := make(chan error, 1)
	go func() { failed <- c.Wait() }()
	select {
	case err = <-failed:
	case <-time.After(OpenerPatience): // it is the browser itself
	}
	if err != nil {
		return fmt.Errorf("%s: %w", argv[0], err)
	}
	return nil
}

// OpenerPatience is how long a program that opens something may take to say that it cannot. Tests wait longer.
var OpenerPatience = 2 * time.Second

// opener is the command that opens an address: of $BROWSER, which is a list of commands as xdg-open reads it, with %s for the
// address; else the system's own.
func (a *app) opener(address string) ([]string, error) {
	for choice := range strings.SplitSeq(a.getenv("BROWSER"), ":") {
		argv := strings.Fields(choice)
		if len(argv) == 0 {
			continue
		}
		if !strings.Contains(choice, "%s") {
			argv = append(argv, "%s")
		}
		for i := range argv {
			argv[i] = strings.ReplaceAll(argv[i], "%s", address)
		}
		if program, err := exec.LookPath(argv[0]); err == nil {
			return append([]string{program}, argv[1:]...), nil
		}
	}
	name := "xdg-open"
	if runtime.GOOS == "darwin" {
		name = "open"
	} else if a.getenv("DISPLAY") == "" && a.getenv("WAYLAND_DISPLAY") == "" {
		return nil, errors.New("there is no display here, and no $BROWSER")
	}
	program, err := exec.LookPath(name)
	if err != nil {
		return nil, fmt.Errorf("%s is not installed, and there is no $BROWSER", name)
	}
	return []string{program, address}, nil
}

// shelfDir makes the private directory beside a database for what browsers read: reports in .runner, else FILE-reports.
func shelfDir(db string) (string, error) {
	dir := db + "-reports"
	if parent := filepath.Dir(db); filepath.Base(parent) == ".runner" {
		dir = filepath.Join(parent, "reports")
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return "", fmt.Errorf("%s: %w", dir, reason(err))
	}
	info, err := os.Lstat(dir)
	switch {
	case err != nil:
		return "", fmt.Errorf("%s: %w", dir, reason(err))
	case !info.IsDir() || info.Mode().Perm()&0o077 != 0:
		return "", fmt.Errorf("%s is not a directory of yours alone: remove it", dir)
	}
	return dir, nil
}
