package serve

import (
	"context"
	"errors"
	"io"

	"bench/runner/reports"
)

// answer finds the page of a request. Nothing comes from the file system: each path is one of these, or nothing.
func (s *Server) answer(ctx context.Context, r request) (a *answer) {
	defer func() {
		if p := recover(); p != nil {
			a = plain(500, "Internal fault: %v. Please report it.", p)
		}
	}()
	if a := s.guard(&r); a != nil {
		return a
	}
	a, err := s.route(ctx, &r)
	var none NotFound
	switch {
	case err == nil:
		return a
	case errors.As(err, &none):
		return plain(404, "%s", none)
	}
	return plain(500, "%v", err)
}

func (s *Server) route(ctx context.Context, r *request) (*answer, error) {
	switch n := len(r.parts); {
	case r.path == "/":
		return s.show(s.list(ctx, r.listing("")))
	case r.path == "/events":
		return s.listEvents(r)
	case r.path == "/style.css":
		return &answer{status: 200, kind: "text/css; charset=utf-8", policy: nothing, body: append([]byte(reports.Colours()), stylesheet...)}, nil
	case r.path == "/live.js":
		return &answer{status: 200, kind: "text/javascript; charset=utf-8", policy: nothing, body: script}, nil
	case r.path == "/favicon.ico":
		return &answer{status: 200, kind: "image/svg+xml", policy: nothing, body: []byte(icon)}, nil
	case r.parts[0] == "experiment" && n == 2:
		return s.show(s.list(ctx, r.listing(r.parts[1])))
	case r.parts[0] == "run" && n == 2:
		return s.run(ctx, r.parts[1], "")
	case r.parts[0] == "run" && n == 3 && r.parts[2] == "events":
		return s.runEvents(ctx, r.parts[1])
	case r.parts[0] == "run" && n == 3:
		return s.run(ctx, r.parts[1], r.parts[2])
	}
	return nil, NotFound("there is no page at " + r.path)
}

func (s *Server) show(v view, err error) (*answer, error) {
	if err != nil {
		return nil, err
	}
	return v.around(), nil
}

func (s *Server) listEvents(r *request) (*answer, error) {
	l := r.listing(r.query.Get("experiment"))
	return s.events(l.events(), func(ctx context.Context) (markup, bool, error) {
		main, err := s.rows(ctx, l)
		return main, true, err
	}), nil
}

func (s *Server) runEvents(ctx context.Context, ref string) (*answer, error) {
	run, err := s.store.Run(ctx, ref)
	if err != nil {
		return nil, err
	}
	return s.events(runPath(run.ID, ""), func(ctx context.Context) (markup, bool, error) {
		run, err := s.store.Run(ctx, run.ID)
		if err != nil || !run.Running {
			return "", false, err
		}
		main, err := s.progress(ctx, &run)
		return main, true, err
	}), nil
}

func (s *Server) events(name string, of part) *answer {
	return &answer{status: 200, kind: "text/event-stream", policy: nothing,
		stream: func(ctx context.Context, w io.Writer) error { return s.watch(ctx, w, name, of) }}
}

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M2 14V2m0 12h12M4 12l4-5 2 2 4-6" fill="none" stroke="#0969da" stroke-width="2"/></svg>`
