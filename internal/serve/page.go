package serve

import (
	_ "embed"
	"fmt"
	"html"
	"net/url"
	"strings"

	"bench/runner/reports"
)

const htmlKind = "text/html; charset=utf-8"

//go:embed page.css
var stylesheet []byte

//go:embed live.js
var script []byte

// page is HTML being written. What comes from runs is text, and becomes no markup.
type page struct{ strings.Builder }

// markup is HTML that add takes as it is.
type markup string

// add is Fprintf with all texts escaped.
func (p *page) add(format string, args ...any) {
	for i, a := range args {
		switch a := a.(type) {
		case string:
			args[i] = html.EscapeString(reports.Visible(a))
		case markup:
			args[i] = string(a)
		case int:
		default:
			panic(fmt.Sprintf("serve: a %T in a page", a)) // it would not be escaped
		}
	}
	fmt.Fprintf(&p.Builder, format, args...)
}

func (p *page) bytes() []byte { return []byte(p.String()) }

// view is a page of this package: its title, and the part of it that is brought up to date while somebody looks.
type view struct {
	title  string
	events string // the path that tells of news
	main   markup
}

// around makes a whole page. Without scripts it asks for itself again every few seconds.
func (v view) around() *answer {
	p := &page{}
	p.add(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>%s</title>
<link rel="stylesheet" href="/style.css">
<script src="/live.js" defer></script>
<noscript><meta http-equiv="refresh" content="5"></noscript>
</head>
<body>
<p id="lost" hidden>The server cannot be reached: this is what it told last.</p>
<main data-events="%s">
%s</main>
</body>
</html>
`, v.title, v.events, v.main)
	return &answer{status: 200, kind: htmlKind, policy: own, body: p.bytes()}
}

// Addresses. Names and ids are one part of a path each, whatever they hold.

func experimentPath(name string) string { return "/experiment/" + url.PathEscape(name) }

// runPath is that of a run's page, or of what else there is of it.
func runPath(id, what string) string {
	path := "/run/" + url.PathEscape(id)
	if what != "" {
		path += "/" + url.PathEscape(what)
	}
	return path
}

// words of verdicts have colours, by the class of this name.
func class(word string) string {
	return strings.ToLower(strings.ReplaceAll(word, " ", "-"))
}
