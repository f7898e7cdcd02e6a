package reports

import (
	"regexp"
	"strings"
	"testing"
)

func TestMetrics(t *testing.T) { golden(t, "metrics.txt", render(t, "metrics", fixture(), Style{})) }

// The rules of OpenMetrics that a reader stumbles over: each family once, its head before its samples, no sample twice, a
// name that ends in its unit, an end.
func TestMetricsKeepToTheirFormat(t *testing.T) {
	head := regexp.MustCompile(`^# (TYPE|UNIT|HELP) (runner_[a-z_]+) (.+)$`)
	value := regexp.MustCompile(`^(runner_[a-z_]+)(\{[a-z]+="([^"\\]|\\["\\n])*"(,[a-z]+="([^"\\]|\\["\\n])*")*\}) -?[0-9.]+$`)
	for _, text := range append(payloads, `back\slash "quote"`) {
		lines := strings.Split(string(render(t, "metrics", hostileReport(text), Style{})), "\n")
		if n := len(lines); lines[n-1] != "" || lines[n-2] != "# EOF" {
			t.Errorf("the end: %q", lines[n-2:])
		}
		seen, family := map[string]bool{}, ""
		for _, l := range lines[:len(lines)-2] {
			if h := head.FindStringSubmatch(l); h != nil {
				if h[1] == "TYPE" {
					family = h[2]
				}
				if h[2] != family || seen[h[1]+h[2]] || h[1] == "UNIT" && !strings.HasSuffix(h[2], "_"+h[3]) {
					t.Errorf("%s", l)
				}
				seen[h[1]+h[2]] = true
				continue
			}
			v := value.FindStringSubmatch(l)
			if v == nil || v[1] != family || seen[v[1]+v[2]] {
				t.Fatalf("%.60q: %s", text, l)
			}
			seen[v[1]+v[2]] = true
		}
	}
}

// What was counted is told in full, what was measured is rounded.
func TestMetricsKeepCountsWhole(t *testing.T) {
	r := fixture()
	r.Cells[0].N, r.Cells[0].Median = 1234, ptr(1.23456)
	told := string(render(t, "metrics", r, Style{}))
	for _, want := range []string{`runner_trials\{.*\} 1234\n`, `runner_time_seconds\{.*\} 1.23\n`} {
		if !regexp.MustCompile(want).MatchString(told) {
			t.Errorf("no %s in\n%s", want, told)
		}
	}
}
