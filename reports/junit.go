package reports

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"bench/runner/gates"
	"bench/runner/internal/matrix"
)

func init() {
	register(Format{Name: "junit", Ext: "xml", Doc: "the checks as JUnit XML, for the test reports of CI services", Render: renderJUnit})
}

// The structure that schema/junit.xsd describes. There are several schemas of JUnit, and none is official; this is what
// they and the readers have in common: a testcase has neither file nor line, so that strict readers take it.
type (
	junitSuites struct {
		XMLName xml.Name `xml:"testsuites"`
		junitCounts
		Suite junitSuite `xml:"testsuite"`
	}
	junitCounts struct {
		Name     string `xml:"name,attr"`
		Tests    int    `xml:"tests,attr"`
		Failures int    `xml:"failures,attr"`
		Errors   int    `xml:"errors,attr"`
		Time     string `xml:"time,attr,omitempty"`
	}
	junitSuite struct {
		junitCounts
		Skipped    int             `xml:"skipped,attr"`
		Timestamp  string          `xml:"timestamp,attr,omitempty"`
		Hostname   string          `xml:"hostname,attr,omitempty"`
		File       string          `xml:"file,attr,omitempty"`
		Properties []junitProperty `xml:"properties>property"`
		Cases      []junitCase     `xml:"testcase"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Name    string     `xml:"name,attr"`
		Class   string     `xml:"classname,attr"`
		Time    string     `xml:"time,attr,omitempty"`
		Failure *junitNote `xml:"failure"`
		Error   *junitNote `xml:"error"`
		Skipped *junitNote `xml:"skipped"`
		Out     string     `xml:"system-out,omitempty"`
	}
	junitNote struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

func renderJUnit(w io.Writer, r *Report, _ Style) error {
	suite := junitSuite{junitCounts: junitCounts{Name: Visible(r.Run.Experiment), Tests: len(r.Verdicts)},
		Hostname: Visible(r.Run.Environment.Host), Properties: r.junitProperties(), File: r.file(&gates.Verdict{})}
	if !r.Run.Started.IsZero() {
		suite.Timestamp = r.Run.Started.UTC().Format("2006-01-02T15:04:05") // strict readers want no time zone
		if !r.Run.Finished.IsZero() {
			suite.Time = junitSeconds(r.Run.Finished.Sub(r.Run.Started))
		}
	}
	names, walls := r.checkNames(), r.walls()
	for i := range r.Verdicts {
		c := r.junitCase(names[i], &r.Verdicts[i], walls)
		switch {
		case c.Failure != nil:
			suite.Failures++
		case c.Error != nil:
			suite.Errors++
		case c.Skipped != nil:
			suite.Skipped++
		}
		suite.Cases = append(suite.Cases, c)
	}
	if amiss := r.Amiss(); amiss != "" {
		suite.Tests++
		suite.Errors++
		suite.Cases = append(suite.Cases, junitCase{Name: "the run itself", Class: Visible(r.Run.Experiment),
			Error: &junitNote{Message: Visible(amiss), Type: strings.ToLower(r.Word)}})
	}
	text, err := xml.MarshalIndent(junitSuites{junitCounts: suite.junitCounts, Suite: suite}, "", "  ")
	if err == nil {
		text = bytes.ReplaceAll(text, []byte("&#xA;"), []byte("\n")) // only texts between tags have any
		_, err = w.Write(slices.Concat([]byte(xml.Header), text, []byte("\n")))
	}
	if err != nil {
		return fmt.Errorf("write the JUnit report: %w", err)
	}
	return nil
}

// junitCase is one check. What must not turn CI red is skipped rather than passed: readers show why a test was skipped.
func (r *Report) junitCase(name string, v *gates.Verdict, walls map[matrix.Cell]time.Duration) junitCase {
	c := junitCase{Name: name, Class: Visible(r.Run.Experiment), Time: junitSeconds(spent(v, walls))}
	text := account(v)
	note := &junitNote{Message: summary(v), Type: string(v.Outcome), Text: text}
	switch {
	case v.Outcome == gates.Pass:
		c.Out = text
	case v.Outcome == gates.Fail && v.Level != "warn":
		c.Failure = note
	case v.Outcome == gates.Error && v.Level != "warn":
		c.Error = note
	default:
		note.Message = Visible(string(v.Outcome)) + ": " + note.Message
		c.Skipped = note
	}
	return c
}

// spent is how long the trials of a check's cells took. What several checks share counts in each.
func spent(v *gates.Verdict, walls map[matrix.Cell]time.Duration) (all time.Duration) {
	for i, c := range v.Cells {
		if !slices.Contains(v.Cells[:i], c) {
			all += walls[c]
		}
	}
	return all
}

// walls is how long the trials of each cell took.
func (r *Report) walls() map[matrix.Cell]time.Duration {
	all := map[matrix.Cell]time.Duration{}
	for i := range r.Cells {
		for _, t := range r.Cells[i].Trials {
			all[r.Cells[i].Cell] += t.Wall
		}
	}
	return all
}

// junitSeconds is "" for no time: none was measured then.
func junitSeconds(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return strconv.FormatFloat(d.Seconds(), 'f', 3, 64)
}

// junitProperties are what a reader needs to find the run, and to know the machine.
func (r *Report) junitProperties() (all []junitProperty) {
	e := &r.Run.Environment
	add := func(name, value string) {
		if value != "" {
			all = append(all, junitProperty{name, Visible(value)})
		}
	}
	add("run", r.Run.ID)
	add("outcome", r.Verdict())
	add("exit code", strconv.Itoa(r.Code))
	add("question", r.Question)
	add("seed", strconv.FormatUint(r.Run.Seed, 10))
	add("machine", plainSpaces(strings.Join(machineFacts(&r.Run, r.Runtimes), ", ")))
	add("cores", strconv.Itoa(e.Cores))
	if p := r.Run.Parallelism(); measured(p) {
		add("parallelism", Ratio(*p))
	}
	add("commit", e.Commit)
	if e.Dirty {
		add("dirty", "true")
	}
	add("runner", r.Run.Version)
	return all
}
