package main

import "testing"

func TestVersion(t *testing.T) {
	for want, argv := range map[string][]string{
		"1.18.0":    {"echo", "hyperfine 1.18.0"},
		"20231122":  {"echo", "GNU parallel 20231122\nCopyright 2007"},
		"12.2.0-14": {"echo", "cc (Debian 12.2.0-14) 12.2.0"},
		"":          {"echo", "no figure"},
	} {
		if got := version(argv); got != want {
			t.Errorf("%q: %q, want %q", argv, got, want)
		}
	}
	if got := version([]string{"no-such-program-as-this"}); got != "" {
		t.Errorf("a program that is not there has the version %q", got)
	}
}
