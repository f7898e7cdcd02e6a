package reports

import (
	"bytes"
	"strings"
	"testing"
)

func TestClaims(t *testing.T) {
	r := fixture()
	r.Verdicts[0].Published = "27 → 19 s | 1.42"
	r.Question = hostile
	var b bytes.Buffer
	if err := Claims(&b, []*Told{{Report: r}, {Report: New(r.Run, nil, nil, nil, nil, nil, "PASS", 0), Changed: true}}); err != nil {
		t.Fatal(err)
	}
	golden(t, "claims.md", b.Bytes())
	for line := range strings.Lines(b.String()) {
		if strings.HasPrefix(line, "|") && strings.Count(strings.ReplaceAll(line, `\|`, ""), "|") != 5 {
			t.Errorf("not a row of four cells: %s", line)
		}
		if strings.Contains(line, "<b>") || strings.Contains(line, "\x1b") {
			t.Errorf("markup of a name was let through: %q", line)
		}
	}
}

func TestClaimsSayThatTheyCannotBeWritten(t *testing.T) {
	if err := Claims(&full{}, []*Told{{Report: fixture()}}); err == nil {
		t.Error("no error")
	}
}
