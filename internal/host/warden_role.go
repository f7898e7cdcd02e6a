//go:build unix

package host

import (
	"encoding/json"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

const (
	wardenMoment   = 300 * time.Millisecond // from being asked to end to being killed
	wardenLongest  = 800 * time.Millisecond // the same, while one of them is at work: it may be tidying up
	wardenStarved  = 2 * time.Second        // the same, while that one has had next to no CPU time
	wardenEnough   = 100 * time.Millisecond // of CPU time, to tidy up
	wardenPatience = 5 * time.Second        // for all to be gone
	wardenPause    = 10 * time.Millisecond  // between looks
)

// BearWarden starts the warden, whose descriptors this process was given, and returns the exit status. env makes it call
// BeWarden.
func BearWarden(env []string) int {
	attr := &syscall.ProcAttr{Dir: "/", Env: env, Files: []uintptr{0, 1, 2, 3}, Sys: OfOwn()}
	if _, err := syscall.ForkExec(Self(), os.Args, attr); err != nil {
		return 1
	}
	return 0
}

// BeWarden is the warden's process: it waits for the runner's end, and does what is left to do.
func BeWarden() int {
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	syscall.CloseOnExec(3)
	notes := os.NewFile(3, "notes")
	if word, _ := io.ReadAll(os.Stdin); string(word) == farewell {
		return 0
	}
	var run left
	if err := json.NewDecoder(io.NewSectionReader(notes, 0, 1<<30)).Decode(&run); err != nil || run.Run == "" {
		return 1
	}
	run.end()
	for _, dir := range run.Dirs {
		_ = os.RemoveAll(string(dir))
	}
	penAt(run.Pen).remove(wardenPatience)
	return 0
}

// end ends all processes of the run: first they are asked, so that they can tidy up what outlives them, such as shared
// memory.
func (l left) end() {
	awake, cpu := newAwake(5*wardenPause), had{}
	l.ask()
	for {
		any, works, starved := l.lives(cpu)
		since := awake.look()
		if !any || since > wardenMoment && !works || since > wardenLongest && !starved || since > wardenStarved {
			break
		}
		time.Sleep(2 * wardenPause) // to look takes time, which those who tidy up need
	}
	for calm := 0; calm < 3 && awake.look() < wardenPatience; {
		calm++
		if l.kill() {
			calm = 0
		}
		time.Sleep(wardenPause)
	}
}

// holds tells whether a process has the run's own value of RunVariable, from its environment as the system tells it.
func (l left) holds(environ string) bool {
	return strings.Contains("\x00"+environ, "\x00"+RunVariable+"="+l.Run+"\x00")
}
