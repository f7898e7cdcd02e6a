package serve

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/url"

	"bench/runner/reports"
)

// run shows a run: its page, or with a format's name a file. One that goes on has a page of its own, and no files.
func (s *Server) run(ctx context.Context, ref, format string) (*answer, error) {
	f, known := reports.Lookup(cmp.Or(format, "html"))
	if !known {
		return nil, NotFound(fmt.Sprintf("no report format is called %q; `runner list formats` names them", format))
	}
	run, err := s.store.Run(ctx, ref)
	switch {
	case err != nil:
		return nil, err
	case run.ID != ref:
		return moved(runPath(run.ID, format)), nil
	case run.Running && format == "":
		return s.show(s.live(ctx, &run))
	case run.Running:
		return plain(409, "The run still goes on: its formats are made when it has ended."), nil
	}
	body, err := s.rendered(ctx, &run, f)
	if err != nil {
		return nil, err
	}
	if format == "" {
		body = bytes.Replace(body, []byte("<header>"), []byte(wayOut(&run)+"<header>"), 1)
		return &answer{status: 200, kind: htmlKind, policy: reportPolicy, body: body}, nil
	}
	a := &answer{status: 200, kind: kind(f.Ext), policy: nothing, body: body}
	if f.Ext != "txt" {
		a.more = fmt.Sprintf("Content-Disposition: attachment; filename=\"%s\"\r\n", fileName(run.ID, f))
	}
	return a, nil
}

// wayOut stands above a report: it is the only thing on its page that the format has not made.
func wayOut(run *Run) string {
	p := &page{}
	p.add("<nav aria-label=\"Stored runs\">\n<ul>\n<li><a href=\"/\">all runs</a></li>\n<li><a href=\"%s\">runs of %s</a></li>\n", experimentPath(run.Experiment), run.Experiment)
	p.add("<li><details><summary>other formats</summary>")
	for _, f := range reports.All() {
		p.add("\n<a href=\"%s\">%s</a>", runPath(run.ID, f.Name), f.Name)
	}
	p.add("</details></li>\n</ul>\n</nav>\n")
	return p.String()
}

// rendered is a run that has ended in a format.
func (s *Server) rendered(ctx context.Context, run *Run, f reports.Format) ([]byte, error) {
	return s.made(ctx, run, f.Name, func(r *reports.Report) ([]byte, error) {
		var out bytes.Buffer
		err := f.Render(&out, r, reports.Style{Width: 120})
		return out.Bytes(), err
	})
}

// made is something made of a run's report. It is kept until the run is gone on with or judged anew; reports are made one
// after the other, since something may be measured on this machine meanwhile.
func (s *Server) made(ctx context.Context, run *Run, what string, of func(*reports.Report) ([]byte, error)) ([]byte, error) {
	stamp := func() string { return fmt.Sprint(run.Trials, run.Finished.UnixNano(), run.Outcome) }
	return s.cache.get(ctx, "run "+run.ID+" "+what, stamp, func() ([]byte, error) {
		select {
		case s.judging <- struct{}{}:
			defer func() { <-s.judging }()
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		r, err := s.store.Report(ctx, run.ID)
		if err != nil {
			return nil, err
		}
		return of(r)
	})
}

// kind is the media type of a file.
func kind(ext string) string {
	switch ext {
	case "html":
		return htmlKind
	case "json":
		return "application/json"
	case "xml":
		return "application/xml"
	case "csv":
		return "text/csv; charset=utf-8"
	case "md":
		return "text/markdown; charset=utf-8"
	}
	return "text/plain; charset=utf-8"
}

// fileName is such as 20261121-212246-m9sa.csv, with the format's name in it where several formats have this extension.
func fileName(id string, f reports.Format) string {
	name := url.PathEscape(id)
	if f.Name != f.Ext {
		name += "." + f.Name
	}
	return name + "." + f.Ext
}
