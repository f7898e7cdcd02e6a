package broker

import (
	"fmt"
	"strings"
)

// logger passes on what somebody should know, in words that say what it means.
type logger struct {
	tell  func(string)
	fatal chan string
}

// Warnf and the others are called by the server.
func (l *logger) Warnf(format string, v ...any) { l.say(format, v...) }

// Errorf is for errors.
func (l *logger) Errorf(format string, v ...any) { l.say(format, v...) }

// Fatalf is for those that the server does not start with, or cannot go on with.
func (l *logger) Fatalf(format string, v ...any) {
	select {
	case l.fatal <- fmt.Sprintf(format, v...):
	default:
		l.say(format, v...)
	}
}

// Noticef tells what goes well.
func (l *logger) Noticef(string, ...any) {}

// Debugf is asked for because of the one line that is among them: who speaks plain text where TLS is spoken.
func (l *logger) Debugf(format string, v ...any) {
	if strings.Contains(format, "TLS handshake error") {
		l.say(format, v...)
	}
}

// Tracef is never called.
func (l *logger) Tracef(string, ...any) {}

func (l *logger) say(format string, v ...any) {
	if l.tell == nil {
		return
	}
	if line := meant(fmt.Sprintf(format, v...)); line != "" {
		l.tell(line)
	}
}

const leaderless = "JetStream has not established contact with a meta leader"

// meanings are of what lines of the server contain. "" is told elsewhere, or nobody's concern.
var meanings = []struct{ contains, means string }{
	{"authentication error", ""},
	{"Metalayer blocking snapshot", ""},
	{"Waiting for routing to be established", ""},
	{"first record does not look like a TLS handshake", "is refused: it speaks plain text, and this broker speaks TLS"},
	{"TLS route handshake error: remote error", "has ended it: it does not trust this server's certificate, which may be for other names, or made with other keys"},
	{"remote error: tls: unknown certificate authority", "has ended it: it does not trust this broker's certificate, its join file may be of another run"},
	{"remote error: tls: bad certificate", "has ended it: it does not trust this broker's certificate, which may be for other names, or its join file of another run"},
	{"tls: client didn't provide a certificate", "is refused: it does not have the keys of this cluster"},
	{"tls: failed to verify certificate", "is refused: its certificate was not made with the keys of this cluster"},
	{"Subscription Violation", "is not let: it asks for what its key is not for"},
	{"Publish Violation", "is not let: it sends what its key is not for"},
}

func meant(line string) string {
	if strings.Contains(line, leaderless) {
		return "the servers have not chosen a leader yet: nothing is stored until more than half of them are connected"
	}
	for _, m := range meanings {
		if !strings.Contains(line, m.contains) {
			continue
		}
		if m.means == "" {
			return ""
		}
		who, what, found := strings.Cut(line, " - ")
		if !found {
			return m.means + " (" + line + ")"
		}
		return who + " " + m.means + " (" + what + ")"
	}
	return line
}
