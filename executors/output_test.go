package executors

import (
	"bytes"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"
)

func TestTail(t *testing.T) {
	long := strings.Repeat("0123456789", 10_000) + "end"
	for _, c := range []struct{ in, text, why string }{
		{"", "", ""},
		{"one\ntwo\n\n", "one\ntwo\n\n", "two"},
		{long, long[len(long)-outputKept:], ""},
		{"panic: no\n\ngoroutine 1:\n" + long, long[len(long)-outputKept:], "panic: no"},
		{"x\nfatal error: all asleep\nstack\n", "x\nfatal error: all asleep\nstack\n", "fatal error: all asleep"},
		{"not a panic: x\nTraceback:\nValueError: y", "not a panic: x\nTraceback:\nValueError: y", "ValueError: y"},
		{"a\x1b[31mred\n", "a\x1b[31mred\n", "a[31mred"},
		{"\xff\xfe", "\uFFFD", "\uFFFD"},
	} {
		for _, slow := range []bool{false, true} {
			var got tail
			if slow {
				got.follow(iotest.OneByteReader(strings.NewReader(c.in)))
			} else {
				got.follow(strings.NewReader(c.in))
			}
			if got.text() != c.text || c.why != "" && got.why() != c.why {
				t.Errorf("%.40q: text %.40q, why %q", c.in, got.text(), got.why())
			}
		}
	}
}

func TestTailIsBounded(t *testing.T) {
	var got tail
	for range 1000 {
		got.write(bytes.Repeat([]byte("é"), 500))
		got.write([]byte("\n"))
	}
	if cap(got.kept) > 4*outputKept || len(got.kept) > outputKept || !utf8.ValidString(got.text()) {
		t.Errorf("kept %d B in %d B", len(got.kept), cap(got.kept))
	}
}
