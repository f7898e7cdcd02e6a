package serve

import (
	"crypto/subtle"
	"net/url"
	"strconv"
	"strings"
)

// guard says why a request gets no page, or gives who brings the token a cookie for it; nil: it may have the page.
//
// A page of another site can make a browser send requests here, also under another name that was made to lead to this
// machine. So the name has to be one of loopback, no other site may ask, and nothing is shown without the secret.
func (s *Server) guard(r *request) *answer {
	if hosts := r.header["Host"]; len(hosts) != 1 || !s.ours(hosts[0]) {
		return plain(403, "This server goes by 127.0.0.1, localhost or [::1], with its port, and by no other name.")
	}
	if token := r.query.Get("token"); r.query.Has("token") {
		if !s.secret(token) {
			return plain(403, "This token is not the one of this server: open the address that it printed when it was started.")
		}
		return s.welcome(r) // whatever led here, such as a link in a mail: it knows the token
	}
	from, site := r.header.Get("Origin"), r.header.Get("Sec-Fetch-Site")
	if from != "" && !s.ours(strings.TrimPrefix(from, "http://")) || site != "" && site != "same-origin" && site != "none" {
		return plain(403, "Another site asks for this page, and is not to read it: type its address yourself.")
	}
	if !s.secret(r.cookie(s.cookieName())) {
		return plain(403, "This page is for who started the server: open the address that it printed, with its token.")
	}
	return nil
}

// ours tells whether a host is this server by a name that nobody else can give it.
func (s *Server) ours(host string) bool {
	name, ok := strings.CutSuffix(host, ":"+strconv.Itoa(s.port))
	return ok && (name == "127.0.0.1" || name == "[::1]" || strings.EqualFold(name, "localhost"))
}

func (s *Server) secret(text string) bool {
	return subtle.ConstantTimeCompare([]byte(text), []byte(s.token)) == 1
}

// cookieName has the port in it: cookies go by the host alone, and several servers may run.
func (s *Server) cookieName() string { return "runner_" + strconv.Itoa(s.port) }

// welcome exchanges the token for a cookie, and goes on to the address without it. It is a page that goes on by itself and
// no redirect: to one that began at another site, or in a file, browsers would not send a cookie that is SameSite=Strict.
func (s *Server) welcome(r *request) *answer {
	query := url.Values{}
	for name, values := range r.query {
		if name != "token" {
			query[name] = values
		}
	}
	clean := (&url.URL{RawQuery: query.Encode()}).String()
	p := &page{}
	p.add(`<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=%s"><title>runner</title><p><a href="%s">Go on</a>`+"\n",
		r.path+clean, r.path+clean)
	return &answer{status: 200, kind: htmlKind, policy: nothing, body: p.bytes(),
		more: "Set-Cookie: " + s.cookieName() + "=" + s.token + "; Path=/; HttpOnly; SameSite=Strict\r\n"}
}

// Policies say what a page may load and run. That of a report allows the style within it, and the page itself allows no other
// one; there is no script in it.
const (
	nothing      = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	own          = nothing + "; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'"
	reportPolicy = nothing + "; style-src 'unsafe-inline'; img-src data:"
)
