package serve

import (
	"cmp"
	"context"
	"fmt"
	"strconv"

	"bench/runner/reports"
)

// live is the page of a run that goes on. It has counts and medians, and no verdicts: to judge takes a processor, which
// would be missing in what is measured.
func (s *Server) live(ctx context.Context, run *Run) (view, error) {
	main, err := s.progress(ctx, run)
	return view{run.Experiment + ": running", runPath(run.ID, "events"), main}, err
}

// progress is how far a run has come.
func (s *Server) progress(ctx context.Context, run *Run) (markup, error) {
	now, err := s.store.Progress(ctx, run.ID)
	if err != nil {
		return "", err
	}
	p := &page{}
	p.add("<nav><a href=\"/\">all runs</a> <a href=\"%s\">runs of %s</a></nav>\n", experimentPath(run.Experiment), run.Experiment)
	p.add("<h1>%s <span class=\"word running\">running</span></h1>\n", run.Experiment)
	if now.Question != "" {
		p.add("<p>%s</p>\n", now.Question)
	}
	p.add("<p class=\"faint\">run <code>%s</code></p>\n", run.ID)
	p.add(`<div id="bar">%s</div>`+"\n", now.bar())
	p.add(`<p id="position">%s</p>`+"\n<p id=\"last\">", now.position())
	if now.Last != "" {
		p.add("last: <code>%s</code>", now.Last)
	}
	p.add("</p>\n")
	p.add(`<div class="card" tabindex="0" role="region" aria-label="cells"><table><thead><tr><th scope="col">cell<th scope="col" class="n">n<th scope="col" class="n">median<th scope="col" class="n">speedup<th scope="col">trouble` + "\n<tbody>\n")
	for i := range now.Cells {
		now.Cells[i].row(p, strconv.Itoa(i))
	}
	p.add("</table></div>\n<p class=\"faint\">Nothing is judged while the run goes on. The report comes here when it has ended.</p>\n")
	return markup(p.String()), nil
}

func (c *Cell) row(p *page, id string) {
	p.add(`<tr><th scope="row"><code>%s</code><td class="n" id="n%s">%d<td class="n" id="median%s">%s<td class="n" id="speedup%s">%s<td id="trouble%s">%s`+"\n",
		c.Key, id, c.N, id, cmp.Or(c.Median, "–"), id, cmp.Or(c.Speedup, "–"), id, c.Trouble)
}

// bar shows how much is done, if it is known how much there is.
func (p *Progress) bar() markup {
	if p.Planned <= 0 {
		return ""
	}
	return markup(fmt.Sprintf(`<progress max="%d" value="%d" aria-label="trials"></progress>`, p.Planned, min(p.Done, p.Planned)))
}

// position is "block 3 of 10, 24 of 80 trials · 12 s so far · about 28 s left".
func (p *Progress) position() string {
	text := p.Where + " · " + reports.Elapsed(p.Elapsed) + " so far"
	if p.Left != "" {
		text += " · " + p.Left
	}
	return text
}
