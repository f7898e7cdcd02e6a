//go:build unix

package host

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// RunVariable is in the environment of all that a run starts, with a value that no other run has.
const RunVariable = "RUNNER_RUN"

// warden is a run's warden, seen from the runner: a process that sleeps until the runner is gone, and then ends and
// removes all that the run left. It learns of the runner's end by that of a pipe, whatever that end was.
//
// It is no child of the runner, nor in its session: it is none of the processes that a trial may have left, costs no
// look at the table of processes, and no Ctrl-C reaches it.
type warden struct {
	mu     sync.Mutex
	alive  *os.File // while this is open, the runner lives
	gone   *os.File // ends when the warden does
	notes  *os.File // what the warden has to know; it reads them at the end alone, so that a note wakes nobody
	length int      // of the longest notes
	run    left
	pen    *pen
	before *string // the value of RunVariable
}

// left is what a run may leave.
type left struct {
	Run    string   // the value of RunVariable
	Pen    string   // the directory of its cgroup; "": it has none
	Groups []group  // sessions and groups that were started
	Dirs   [][]byte // to be removed; a text would have to be UTF-8, which a path need not be
}

// group is a session and group, by its leader. The number alone would be another's once the leader has ended and been
// reaped.
type group struct {
	Leader int
	Began  uint64 // when the leader was started, as the system counts; 0 where it does not tell
}

// guarding is the run that is guarded now.
var guarding atomic.Pointer[warden]

// Guard starts a warden for what this process starts from now on, until release is called. argv and env are of a process
// of this program that calls BearWarden.
func Guard(argv, env []string) (release func(), err error) {
	if guarding.Load() != nil {
		return nil, errors.New("a run is guarded already")
	}
	Seal()
	w := &warden{}
	w.run.Run = fmt.Sprintf("%016x", rand.Uint64()) // crypto/rand is initialised so late that each worker would wait for it
	if w.notes, err = newNotes(); err != nil {
		return nil, fmt.Errorf("make the warden's notes: %w", err)
	}
	if w.pen = newPen(); w.pen != nil {
		w.run.Pen = w.pen.dir
	}
	w.write()
	if err := w.start(argv, env); err != nil {
		w.notes.Close()
		return nil, fmt.Errorf("start the warden: %w", err)
	}
	if w.pen != nil && !w.pen.make() { // only now, since this process may be killed as soon as it is there
		w.pen = nil
	}
	if value, was := os.LookupEnv(RunVariable); was {
		w.before = &value
	}
	os.Setenv(RunVariable, w.run.Run)
	guarding.Store(w)
	return w.release, nil
}

// start starts a process that starts the warden and ends, so that the warden is nobody's child.
func (w *warden) start(argv, env []string) error {
	hear, alive, err := os.Pipe()
	if err != nil {
		return err
	}
	defer hear.Close()
	gone, dying, err := os.Pipe()
	if err != nil {
		alive.Close()
		return err
	}
	defer dying.Close()
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return errors.Join(err, alive.Close(), gone.Close())
	}
	defer null.Close()
	attr := &syscall.ProcAttr{Dir: "/", Env: env, Sys: OfOwn()}
	for _, f := range []*os.File{hear, dying, null, w.notes} {
		attr.Files = append(attr.Files, f.Fd()) // which also makes it blocking
	}
	status, err := abandoning(func() (status syscall.WaitStatus, err error) {
		pid, err := syscall.ForkExec(Self(), argv, attr)
		if err == nil {
			status, _ = Wait(pid)
		}
		return status, err
	})
	if err == nil && status != 0 {
		err = fmt.Errorf("it ended with status %#x", int(status))
	}
	if err != nil {
		return errors.Join(err, alive.Close(), gone.Close())
	}
	w.alive, w.gone = alive, gone
	return nil
}

// release sends the warden away, after a run that cleared up itself.
func (w *warden) release() {
	if !guarding.CompareAndSwap(w, nil) {
		return
	}
	if w.before == nil {
		os.Unsetenv(RunVariable)
	} else {
		os.Setenv(RunVariable, *w.before)
	}
	w.pen.remove(time.Second) // before the farewell: this process may be ended at any moment
	w.mu.Lock()
	if len(w.run.Dirs) == 0 { // else there is something left to do
		_, _ = w.alive.WriteString(farewell)
	}
	w.mu.Unlock()
	w.alive.Close()
	_ = w.gone.SetReadDeadline(time.Now().Add(wardenPatience))
	_, _ = w.gone.Read(make([]byte, 1))
	w.gone.Close()
	w.notes.Close()
}

// farewell is what the warden hears of a runner that has cleared up itself.
const farewell = "bye"

// write puts the notes down in one call: a runner that is killed meanwhile has written the old ones or the new.
func (w *warden) write() {
	text, err := json.Marshal(w.run)
	if err != nil {
		return
	}
	for len(text) < w.length {
		text = append(text, ' ')
	}
	w.length = len(text)
	_, _ = w.notes.WriteAt(text, 0)
}

// note changes the notes.
func note(change func(*left)) {
	w := guarding.Load()
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	change(&w.run)
	w.write()
}

// TempDir makes a directory (0700) in parent, called prefix and a number, that is removed if this process ends without Keep.
// The warden hears of it before it is there: this process may be killed as soon as it is.
func TempDir(parent, prefix string) (dir string, err error) {
	for {
		dir = path.Join(parent, fmt.Sprint(prefix, rand.Uint32())) // path/filepath would keep each worker waiting, as crypto/rand
		note(func(l *left) { l.Dirs = append(l.Dirs, []byte(dir)) })
		if err = os.Mkdir(dir, 0o700); err == nil {
			return dir, nil
		}
		if Keep(dir); !errors.Is(err, fs.ErrExist) {
			return "", err
		}
	}
}

// Keep takes back that a directory is to be removed.
func Keep(dir string) {
	note(func(l *left) { l.Dirs = slices.DeleteFunc(l.Dirs, func(d []byte) bool { return string(d) == dir }) })
}

// noteGroup is for a child that leads a group of its own.
func noteGroup(pid int) { note(func(l *left) { l.Groups = append(l.Groups, group{pid, began(pid)}) }) }

// forgetGroups forgets those whose leaders have ended: what they left has just been ended too, and their numbers will be
// others'.
func forgetGroups() {
	ended := func(g group) bool { _, lives := alive.Load(g.Leader); return !lives }
	if w := guarding.Load(); w != nil {
		w.mu.Lock()
		any := slices.ContainsFunc(w.run.Groups, ended)
		w.mu.Unlock()
		if any {
			note(func(l *left) { l.Groups = slices.DeleteFunc(l.Groups, ended) })
		}
	}
}

// Guarded tells whether somebody will end what this process leaves: a run is under way.
func Guarded() bool { return guarding.Load() != nil }
