package reports

import (
	"strings"
	"testing"
	"unicode"
)

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"plain äöü 生命": "plain äöü 生命", "a\tb": "a b", "\x1b[31m": "␛[31m", "a\r\nb\x00": "a␍␊b␀", "\x7f": "␡", "\u009b2J": "�2J",
		"\u202eabc": "�abc", "a\u200bb": "a�b", "\u2028": "�", "\xff": "�", "a\u00a0b": "a b",
	} {
		if got := Visible(in); got != want {
			t.Errorf("Visible(%q) = %q, not %q", in, got, want)
		}
	}
}

func FuzzVisible(f *testing.F) {
	f.Add("\x1b]0;title\a\u202e\xff")
	f.Fuzz(func(t *testing.T, s string) {
		out := Visible(s)
		for _, r := range out {
			if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) {
				t.Fatalf("%q lets %U through", s, r)
			}
		}
		if Visible(out) != out {
			t.Fatalf("%q: a second time changes it", s)
		}
		if len([]rune(out)) != len([]rune(s)) {
			t.Fatalf("%q: %d characters became %d", s, len([]rune(s)), len([]rune(out)))
		}
	})
}

func TestClipAndWrap(t *testing.T) {
	if got := Clip("生命生命", 5); got != "生命…" || Width(got) != 5 {
		t.Errorf("Clip cuts at %q", got)
	}
	if got := Clip("short", 5); got != "short" {
		t.Errorf("Clip cuts %q", got)
	}
	if got := Clip("short", 0); got != "" {
		t.Errorf("Clip to nothing gives %q", got)
	}
	got := wrap("one two "+glue("1.86 … 1.97")+" averyveryverylongword end", 14)
	want := "one two|1.86 … 1.97|averyveryverylongword|end"
	if strings.Join(got, "|") != want {
		t.Errorf("wrap: %q", got)
	}
	if wrap("", 10) != nil {
		t.Error("nothing has a line")
	}
}

func TestTail(t *testing.T) {
	got := tail("one\ntwo\r\n\n  three\x1b[m  \n\n", 2)
	if strings.Join(got, "|") != "two|  three␛[m" {
		t.Errorf("tail: %q", got)
	}
	if tail("\n\n", 3) != nil {
		t.Error("blank lines are a tail")
	}
}
