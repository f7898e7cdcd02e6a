package version

import (
	"runtime/debug"
	"slices"
	"strings"
	"testing"
)

// TestModinfo: what is read here is what the standard library reads.
func TestModinfo(t *testing.T) {
	got, err := debug.ParseBuildInfo(modinfo()[len(mark) : len(modinfo())-len(mark)])
	want, ok := debug.ReadBuildInfo()
	if err != nil || !ok || got.Main != want.Main || !slices.Equal(got.Settings, want.Settings) {
		t.Errorf("%v, want %v (%v)", got, want, err)
	}
}

// parsed is Text by way of the standard library.
func parsed(t *testing.T, info string) string {
	b, err := debug.ParseBuildInfo(info)
	if err != nil {
		t.Fatal(err)
	}
	v := b.Main.Version
	if v == "" || v == "(devel)" {
		v = "devel"
	}
	for _, s := range b.Settings {
		switch {
		case s.Key == "vcs.revision" && v == "devel":
			v += "-" + s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true" && strings.HasPrefix(v, "devel-"):
			v += "-dirty"
		}
	}
	return v
}

const mark = "0123456789abcdef"

func TestText(t *testing.T) {
	for want, info := range map[string]string{
		"devel":                      "",
		"v1.2.3":                     "path\tbench/runner/cmd/runner\nmod\tbench/runner\tv1.2.3\th1:xyz=\ndep\tother\tv9.9.9\n",
		"v1.2.4+dirty":               "mod\tbench/runner\tv1.2.4+dirty\t\nbuild\tvcs.revision=0123456789abcdef\nbuild\tvcs.modified=true\n",
		"devel-0123456789ab":         "mod\tbench/runner\t(devel)\t\nbuild\tvcs.revision=0123456789abcdef\nbuild\tvcs.modified=false\n",
		"devel-0123456789ab-dirty":   "path\tx\nbuild\t-compiler=gc\nbuild\tvcs.revision=0123456789abcdef\nbuild\tvcs.modified=true\n",
		"devel-0123":                 "mod\tbench/runner\t\t\nbuild\tvcs.revision=0123\n",
		"v0.0.0-20260101-abcdefabcd": "mod\tbench/runner\tv0.0.0-20260101-abcdefabcd\t\n",
	} {
		if got, library := text(mark+info+mark), parsed(t, info); got != want || library != want {
			t.Errorf("%q: %q, want %q, by the standard library %q", info, got, want, library)
		}
	}
}
