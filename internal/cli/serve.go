package cli

import (
	"crypto/rand"
	"errors"
	"fmt"
	"html"
	"os"

	"github.com/spf13/cobra"

	"bench/runner/internal/serve"
	"bench/runner/reports"
)

func (a *app) serveCommand() *cobra.Command {
	var (
		port int
		open bool
	)
	c := &cobra.Command{
		Use:   "serve",
		Short: "Show the stored runs in a browser, and how a run goes on",
		Long: `Serve shows the stored runs as pages, on this machine alone: the list of runs, each run as its HTML report and in every other
format, and a run that goes on as far as it has come. It only shows: it changes nothing, and nobody who has not the
address that it prints, with its token, sees anything. Nothing is judged of a run that goes on, but a browser takes a
processor too: better watch a serious measurement with "runner run" itself.

It goes on until Ctrl-C, and exits with 130 then, as every command that a signal ends (128+n).`,
		Example: "  runner serve --open\n  runner serve --port 8080 --db results.db",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if port < 0 || port > 65535 {
				return fmt.Errorf("--port %d: ports are 1 to 65535, and 0 is a free one", port)
			}
			return a.serve(port, open)
		},
	}
	c.Flags().IntVar(&port, "port", 0, "listen on port `N` of 127.0.0.1 and ::1 (default a free one)")
	c.Flags().BoolVar(&open, "open", false, "open the list of runs in the browser")
	return c
}

func (a *app) serve(port int, open bool) error {
	path := a.database("")
	db, err := a.reading(path)
	if err != nil {
		return err
	}
	defer db.Close()
	server := serve.New(&shelf{a: a, db: db, specs: map[string]experiment{}}, rand.Text())
	if err := server.Listen(a.ctx, port); err != nil {
		return fmt.Errorf("cannot listen: %w\n  hint: without --port a free port is taken", err)
	}
	fmt.Fprintln(a.stdout, server.URL())
	if !a.quiet {
		fmt.Fprintf(a.stderr, "the runs in %s, for whoever has this address; Ctrl-C ends it\n", reports.Visible(path))
	}
	if open {
		forget, err := a.openSecretly(path, server.URL())
		defer forget()
		if err != nil {
			fmt.Fprintf(a.stderr, "runner: no browser was opened: %s\n", reports.Visible(err.Error()))
		}
	}
	if err := server.Serve(a.ctx); err != nil {
		return err
	}
	return a.ctx.Err()
}

// openSecretly opens an address that holds a token. All users of a machine see the arguments of its processes, so the browser
// gets a file that leads there, which only its owner can read; forget removes it.
func (a *app) openSecretly(db, address string) (forget func(), err error) {
	dir, err := shelfDir(db)
	if err != nil {
		return func() {}, err
	}
	f, err := os.CreateTemp(dir, "open-*.html") // 0600
	if err != nil {
		return func() {}, err
	}
	forget = func() { os.Remove(f.Name()) }
	link := html.EscapeString(address)
	_, err = fmt.Fprintf(f, `<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><meta http-equiv="refresh" content="0; url=%s"><title>runner</title><a href="%s">runner serve</a>`+"\n", link, link)
	if err = errors.Join(err, f.Close()); err != nil {
		return forget, err
	}
	return forget, a.openFile(f.Name())
}
