package reports

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the page and its style sheet
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"sync"

	"bench/runner/gates"
	"bench/runner/reports/charts"
)

func init() {
	register(Format{Name: "html", Ext: "html", Doc: "one page with figures, for a browser: no network, no script", Render: renderHTML})
}

var (
	//go:embed page.html.tmpl
	pageSource string
	//go:embed page.css
	pageRules string
)

// pageTemplate is made when it is first needed, as every worker process would pay for it.
var pageTemplate = sync.OnceValue(func() *template.Template { return template.Must(template.New("page").Parse(pageSource)) })

// pageStyle holds no text of a report. Print is light, whatever the screen is.
var pageStyle = sync.OnceValue(func() string { return Colours() + pageRules })

// pagePolicy lets a browser load nothing and run nothing: only this one style sheet is in force.
var pagePolicy = sync.OnceValue(func() string {
	sum := sha256.Sum256([]byte(pageStyle()))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; img-src data:; base-uri 'none'; form-action 'none'"
})

// method is how verdicts are reached, in two sentences.
const method = "A claim is evaluated on many resamples of the blocks that its cells have in common, and the interval is their middle 95 %. " +
	"It passes or fails only where almost all of them agree; a failure is measured again in fresh blocks before it counts, and what the data cannot tell is inconclusive, never a pass."

// chartBytes is how much room a page has for its charts: with it the page of 100 cells stays below 1 MB.
const chartBytes = 640_000

func renderHTML(w io.Writer, r *Report, _ Style) error {
	var page bytes.Buffer
	err := pageTemplate().Execute(&page, htmlPage(r))
	if err == nil {
		_, err = w.Write(page.Bytes())
	}
	if err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}

// pageHTML is what the template tells. Its texts are visible; the template escapes them.
type pageHTML struct {
	Policy string
	Style  template.CSS

	Title, Question string
	Tone            string // pass, fail, inconclusive or neutral: the colour of the title
	Facts           []string
	Checks          []checkHTML
	Panels          []panelHTML
	Cells           *tableHTML
	Hosts           *tableHTML
	HostsLeft       string
	Notes           []noteHTML
	Stories         []storyHTML
	Excluded        []exclusionHTML
	Environment     [][2]string
	Sources         []sourceHTML
	Rerun           []string
	Version, Method string
	Words           []wordHTML
}

type panelHTML struct {
	Name, Title, Doc, Note string
	Told                   []string
	Tall, Wide             bool   // of two rows, of two columns
	Sheet                  string // high or long: on paper, where its figures take much of a sheet or more than one
	Figures                []figureHTML
}

type figureHTML struct {
	ID, Name, Doc string
	Label         string // of the figure, for those who do not see it
	Open, Shown   bool   // the figure; its numbers
	SVG           template.HTML
	Data          tableHTML
}

// tableHTML is a table whose first column names the rows.
type tableHTML struct {
	Caption, Class string
	Head           []headHTML
	Rows           [][]cellHTML
}

// Captioned is the table with a caption, and a class.
func (t tableHTML) Captioned(caption, class string) tableHTML {
	t.Caption, t.Class = caption, class
	return t
}

type headHTML struct {
	Text string
	Left bool
}

type cellHTML struct {
	Text, Class string
}

func htmlPage(r *Report) *pageHTML {
	p := &pageHTML{
		Policy: pagePolicy(), Style: template.CSS(pageStyle()),
		Title: Visible(r.Run.Experiment + ": " + r.Headline()), Question: Visible(r.Question), Tone: tone(r),
		Facts: plainFacts(r), Panels: htmlPanels(r.panels()), Cells: htmlCells(r.Cells), Hosts: r.htmlHosts(), HostsLeft: r.hostsLeft(), Notes: htmlNotes(r), Stories: htmlStories(r),
		Excluded: htmlExcluded(r.Excluded), Environment: environment(r), Rerun: rerun(&r.Run), Version: Visible(r.Run.Version), Method: method, Words: words,
	}
	anchors := sourceAnchors(r.Run.Sources)
	for i, v := range r.byOutcome() {
		p.Checks = append(p.Checks, htmlCheck(i+1, v, anchors))
	}
	p.Sources = htmlSources(r.Run.Sources, anchors, p.Checks)
	return p
}

// tone is neutral where nothing is wrong, and nothing was shown to hold.
func tone(r *Report) string {
	passed := slices.ContainsFunc(r.Verdicts, func(v gates.Verdict) bool { return v.Outcome == gates.Pass })
	switch {
	case r.Code == 0 && !passed:
		return "neutral"
	case r.Code == 0:
		return "pass"
	case r.Code == 3:
		return "inconclusive"
	}
	return "fail"
}

// lay lets two panels stand beside a high one, and gives the last one a row of its own where nothing is left to stand
// beside it.
func lay(panels []panel, out []panelHTML) {
	places := len(panels)
	for i, p := range panels {
		if p.Name == "time" && p.rows() > 8 {
			out[i].Tall = true
			places++
		}
		if p.Wide {
			out[i].Wide = true
			places++
		}
	}
	if places%2 == 1 {
		out[len(out)-1].Wide = true
	}
}

// htmlPanels draws as many figures as the page has room for, the first ones of each panel first.
func htmlPanels(panels []panel) []panelHTML {
	out := make([]panelHTML, len(panels))
	left, room, most := make([]int, len(panels)), chartBytes, 0
	for i, p := range panels {
		out[i] = panelHTML{Name: p.Name, Title: p.Title, Doc: p.Doc, Note: p.Note, Told: p.Told, Sheet: onPaper(p.Figures)}
		most = max(most, len(p.Figures))
	}
	lay(panels, out)
	for n := range most {
		for i, p := range panels {
			if n >= len(p.Figures) {
				continue
			}
			f := &p.Figures[n]
			svg := f.Chart.SVG(charts.Page)
			if room -= len(svg); room < 0 {
				room += len(svg)
				left[i]++
				continue
			}
			label := p.Title
			if f.Name != "" {
				label += ": " + f.Name
			}
			out[i].Figures = append(out[i].Figures, figureHTML{ID: p.id(n), Name: f.Name, Doc: f.Doc, Label: label, Open: n < p.Open, Shown: p.Wide,
				SVG: template.HTML(svg), Data: htmlSheet(f.Data)}) // charts escapes the texts in it
		}
	}
	for i, n := range left {
		if n > 0 {
			out[i].Note += fmt.Sprintf(" %s more for which the page has no room.", figureCount(n))
		}
	}
	return out
}

// onPaper is "" where a panel can begin anywhere on a sheet. Two figures stand side by side there.
func onPaper(figures []figure) string {
	high := 0
	for _, f := range figures {
		if len(f.Data.Rows) > 12 {
			high++
		}
	}
	switch {
	case high > 2:
		return "long"
	case high > 0:
		return "high"
	}
	return ""
}

func figureCount(n int) string {
	if n == 1 {
		return "There is 1 figure"
	}
	return fmt.Sprintf("There are %d figures", n)
}

func htmlSheet(s sheet) tableHTML {
	var t tableHTML
	for i, h := range s.Head {
		t.Head = append(t.Head, headHTML{h, i < s.Text})
	}
	for _, r := range s.Rows {
		row := make([]cellHTML, len(r))
		for i, text := range r {
			row[i].Text = text
			switch {
			case i < s.Text:
				row[i].Class = "left"
			case text == "slower":
				row[i].Class = string(gates.Fail)
			case text == "faster":
				row[i].Class = string(gates.Pass)
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// htmlCells is the text report's table of cells, nil if there are none. The figures show each trial better than its column
// of signs does.
func htmlCells(cells []Cell) *tableHTML {
	if len(cells) == 0 {
		return nil
	}
	g := newGrid(cells)
	t := &tableHTML{Rows: make([][]cellHTML, len(cells))}
	for i, c := range g.columns {
		if c.head == "trials" {
			continue
		}
		t.Head = append(t.Head, headHTML{c.head, c.left})
		for j, r := range g.rows {
			cell := cellHTML{Text: r[i]}
			if c.left {
				cell.Class = "left"
			}
			if c.head == "trouble" || c.head == "why" {
				cell.Class += " " + c.head
			}
			t.Rows[j] = append(t.Rows[j], cell)
		}
	}
	return t
}
