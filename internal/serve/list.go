package serve

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"bench/runner/reports"
	"bench/runner/results"
)

// perPage is how many runs a page of the list shows.
const perPage = 100

// listing is one page of the list of runs: of one experiment, or of all.
type listing struct {
	experiment string // "": all
	number     int    // from 1
}

// listing reads ?page=2.
func (r *request) listing(experiment string) listing {
	n, err := strconv.Atoi(r.query.Get("page"))
	if err != nil || n < 1 || n > 1e6 {
		n = 1
	}
	return listing{experiment, n}
}

func (l listing) path(number int) string {
	path := "/"
	if l.experiment != "" {
		path = experimentPath(l.experiment)
	}
	if number > 1 {
		path += "?" + url.Values{"page": {strconv.Itoa(number)}}.Encode()
	}
	return path
}

func (l listing) events() string {
	return "/events?" + url.Values{"experiment": {l.experiment}, "page": {strconv.Itoa(l.number)}}.Encode()
}

func (s *Server) list(ctx context.Context, l listing) (view, error) {
	main, err := s.rows(ctx, l)
	title := "runs"
	if l.experiment != "" {
		title = l.experiment
	}
	return view{title, l.events(), main}, err
}

// rows is the list itself.
func (s *Server) rows(ctx context.Context, l listing) (markup, error) {
	runs, err := s.store.Runs(ctx, l.experiment, (l.number-1)*perPage, perPage+1)
	if err != nil {
		return "", err
	}
	if len(runs) == 0 && l.experiment != "" && l.number == 1 {
		return "", NotFound(fmt.Sprintf("no runs of %q are stored", l.experiment))
	}
	more := len(runs) > perPage
	runs = runs[:min(len(runs), perPage)]
	p := &page{}
	l.heading(p)
	if len(runs) == 0 {
		p.add("<p>No runs are stored here yet: <code>runner run</code> makes one.</p>\n")
		return markup(p.String()), nil
	}
	p.add(`<div class="card" tabindex="0" role="region" aria-label="runs"><table>` +
		`<thead><tr><th scope="col">verdict<th scope="col">experiment<th scope="col">started<th scope="col" class="n">took<th scope="col" class="n">cells<th scope="col" class="n">trials<th scope="col">run` + "\n<tbody>\n")
	for i := range runs {
		s.row(p, &runs[i])
	}
	p.add("</table></div>\n")
	l.turn(p, more)
	if l.experiment != "" && l.number == 1 {
		drawn, err := s.trends(ctx, runs)
		if err != nil {
			return "", err
		}
		p.add("%s", drawn)
	}
	return markup(p.String()), nil
}

func (l listing) heading(p *page) {
	if l.experiment == "" {
		p.add("<h1>Runs</h1>\n")
		return
	}
	p.add("<nav><a href=\"/\">all runs</a></nav>\n<h1>%s</h1>\n", l.experiment)
}

func (s *Server) row(p *page, r *Run) {
	started, took := "unknown", "–"
	if !r.Started.IsZero() {
		started = r.Started.Local().Format("2006-01-02 15:04:05")
		if !r.Finished.IsZero() {
			took = reports.Elapsed(r.Finished.Sub(r.Started))
		}
	}
	word := r.word()
	p.add(`<tr><td id="%s-word"><a class="word %s" href="%s">%s</a><td class="name"><a href="%s">%s</a><td>%s<td class="n" id="%s-took">%s`,
		r.ID, class(word), runPath(r.ID, ""), word, experimentPath(r.Experiment), r.Experiment, started, r.ID, took)
	p.add(`<td class="n">%d<td class="n" id="%s-trials">%s<td><code>%s</code>`+"\n", r.Cells, r.ID, counted(r.Trials, r.Counts), r.ID)
}

// word is the verdict on a run, or what else there is to say of it.
func (r *Run) word() string {
	switch {
	case r.Running:
		return "running"
	case r.Finished.IsZero():
		return "interrupted"
	case r.Outcome == "":
		return "not judged"
	}
	return r.Outcome
}

// counted is how many trials there are, and how many of them did not go well: "80, 3 wrong, 1 timeout".
func counted(all int, counts map[results.Status]int) string {
	parts := []string{strconv.Itoa(all)}
	for _, status := range results.Statuses {
		if n := counts[status]; n > 0 && status != results.OK {
			parts = append(parts, fmt.Sprintf("%d %s", n, status))
		}
	}
	return strings.Join(parts, ", ")
}

// turn leads to the pages before and after this one.
func (l listing) turn(p *page, more bool) {
	if l.number == 1 && !more {
		return
	}
	p.add("<nav>")
	if l.number > 1 {
		p.add(`<a href="%s" rel="prev">newer</a> `, l.path(l.number-1))
	}
	p.add("page %d", l.number)
	if more {
		p.add(` <a href="%s" rel="next">older</a>`, l.path(l.number+1))
	}
	p.add("</nav>\n")
}
