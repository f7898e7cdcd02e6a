package serve

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"
)

// part is the part of a page that changes; live is whether it may change again.
type part func(ctx context.Context) (main markup, live bool, err error)

// watch sends a part of a page when it has changed, as server-sent events, until there will be no more changes. The store
// is asked only while somebody watches, and once for all who watch the same.
func (s *Server) watch(ctx context.Context, w io.Writer, name string, of part) error {
	select {
	case s.watching <- struct{}{}:
		defer func() { <-s.watching }()
	default: // who has gone away is found out by now; the browser comes again
		_, err := io.WriteString(w, "retry: 10000\n\n")
		return err
	}
	tick := time.NewTicker(s.every)
	defer tick.Stop()
	told := ""
	for {
		text, err := s.shared(ctx, name, of)
		if err != nil {
			return err
		}
		if text != told {
			if _, err := io.WriteString(w, text); err != nil {
				return err
			}
		}
		if told = text; strings.HasPrefix(text, ended) {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// ended tells a page that its time is over: it asks for itself again.
const ended = "event: end\n"

// shared is a part as an event, at most as old as the time between two events.
func (s *Server) shared(ctx context.Context, name string, of part) (string, error) {
	moment := func() string { return fmt.Sprint(s.now().UnixNano() / int64(s.every)) }
	text, err := s.cache.get(ctx, "part "+name, moment, func() ([]byte, error) {
		main, live, err := of(ctx)
		if err != nil {
			return nil, err
		}
		if !live {
			return []byte(ended + "data:\n\n"), nil
		}
		return []byte("data: " + strings.ReplaceAll(string(main), "\n", "\ndata: ") + "\n\n"), nil
	})
	return string(text), err
}
