package version

import (
	"runtime/debug"
	"strings"
	"testing"
)

// TestModinfo compares what is read here with what the standard library reads.
func TestModinfo(t *testing.T) {
	want := "devel"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		want = info.Main.Version
	}
	if got := Text(); !strings.HasPrefix(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if !strings.Contains(modinfo(), "\nmod\tbench/runner\t") {
		t.Errorf("no module in %q", modinfo())
	}
}

func TestText(t *testing.T) {
	const mark = "0123456789abcdef"
	for want, info := range map[string]string{
		"devel":                      "",
		"v1.2.3":                     "path\tbench/runner/cmd/runner\nmod\tbench/runner\tv1.2.3\th1:xyz=\ndep\tother\tv9.9.9\n",
		"v1.2.4+dirty":               "mod\tbench/runner\tv1.2.4+dirty\t\nbuild\tvcs.revision=0123456789abcdef\nbuild\tvcs.modified=true\n",
		"devel-0123456789ab":         "mod\tbench/runner\t(devel)\t\nbuild\tvcs.revision=0123456789abcdef\nbuild\tvcs.modified=false\n",
		"devel-0123456789ab-dirty":   "path\tx\nbuild\t-compiler=gc\nbuild\tvcs.revision=0123456789abcdef\nbuild\tvcs.modified=true\n",
		"devel-0123":                 "mod\tbench/runner\t\t\nbuild\tvcs.revision=0123\n",
		"v0.0.0-20260101-abcdefabcd": "mod\tbench/runner\tv0.0.0-20260101-abcdefabcd\t\n",
	} {
		if got := text(mark + info + mark); got != want {
			t.Errorf("%q: %q, want %q", info, got, want)
		}
	}
}
