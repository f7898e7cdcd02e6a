package serve

import (
	"context"

	"bench/runner/reports"
)

// trends draws what became of each check over the runs of an experiment: the report of the newest one that was judged
// tells of those before it. While something is measured nothing is judged, and so nothing drawn.
func (s *Server) trends(ctx context.Context, runs []Run) (markup, error) {
	var newest *Run
	judged := 0
	for i := range runs {
		r := &runs[i]
		if r.Running {
			return "", nil
		}
		if !r.Finished.IsZero() && r.Outcome != "" {
			if judged++; newest == nil {
				newest = r
			}
		}
	}
	if judged < 2 {
		return "", nil
	}
	drawn, err := s.made(ctx, newest, "trends", func(r *reports.Report) ([]byte, error) {
		p := &page{}
		if all := reports.Trends(r); len(all) > 0 {
			p.add("<h2>Checks over these runs</h2>\n<p class=\"faint\">What was observed on this machine with its 95 %% interval, and where the earlier runs lie. Tables of these numbers are in the <a href=\"%s#figures-history\">newest report</a>.</p>\n<div class=\"figures\">\n", runPath(newest.ID, ""))
			for _, f := range all {
				p.add("<figure class=\"card\"><figcaption>%s <span class=\"faint\">%s</span></figcaption>%s</figure>\n", f.Name, f.Doc, markup(f.SVG))
			}
			p.add("</div>\n")
		}
		return p.bytes(), nil
	})
	return markup(drawn), err
}
