package scripts

import (
	"bytes"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"testing"

	"bench/runner/workloads"
)

const updates = `
import counter, json, os, threading
counter.counter(1000, "mutex")
child = os.fork()
if child == 0:
    counter.counter(100, "mutex")
    os._exit(0 if counter.with_mutex.made == 1100 else 1)
status = os.waitpid(child, 0)[1]
counter.with_mutex.lock.acquire()
blocked = threading.Thread(target=counter.counter, args=(1000, "mutex"))
blocked.start()
blocked.join(0.1)
waited = blocked.is_alive() and counter.with_mutex.value == 1000
counter.with_mutex.lock.release()
blocked.join()
def together(n, sync):
    lost = []
    threads = [threading.Thread(target=lambda: lost.append(counter.counter(n, sync))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return max(lost)
none, mutex = together(100000, "none"), together(2000, "mutex")
alone = counter.counter(5, "none")
try:
    atomic = counter.counter(5, "atomic")
except ValueError as error:
    atomic = str(error)
print(json.dumps({"none": none, "value": counter.with_none.value, "alone": alone, "mutex": mutex, "atomic": atomic,
    "waited": waited, "child": status, "made": counter.with_mutex.made}))
`

func TestCounterIsSharedByThreadsAndCopiedByProcesses(t *testing.T) {
	eachPython(t, func(t *testing.T, python string) {
		var got struct {
			None, Value, Alone, Mutex, Child, Made int
			Waited                                 bool
			Atomic                                 any
		}
		runText(t, python, updates, &got)
		if got.None <= 0 || got.Value+got.None != 400_005 || got.Alone != got.None {
			t.Errorf("unprotected: %d lost, value %d in the end, then a task alone tells of %d lost", got.None, got.Value, got.Alone)
		}
		if got.Mutex != 0 || !got.Waited {
			t.Errorf("protected: %d lost; waited for the lock: %v", got.Mutex, got.Waited)
		}
		if got.Child != 0 || got.Made != 10_000 {
			t.Errorf("a child ended with %d; its parent has made %d updates, want its own 10000", got.Child, got.Made)
		}
		if want := "sync is atomic: Python has no atomic addition; give none or mutex, or run it in Go"; got.Atomic != want {
			t.Errorf("atomic gave %v, want %q", got.Atomic, want)
		}
	})
}

const privacy = `
import copy_files, json, os, stat
os.umask(0)
modes = {}
def telling(remove):
    def told(path):
        kind = path.rpartition(".")[2] if os.path.isfile(path) else "directory"
        modes[kind] = stat.S_IMODE(os.lstat(path).st_mode)
        remove(path)
    return told
os.remove, os.rmdir = telling(os.remove), telling(os.rmdir)
copy_files.copy_files(2, 1000, False, 0, -1)
def full(write, read):
    raise IOError("no space")
copy_files.transfer = full
try:
    copy_files.copy_files(2, 1000, False, 0, -1)
    trouble = "none"
except IOError as error:
    trouble = str(error)
print(json.dumps({"modes": modes, "trouble": trouble, "left": os.listdir(".")}))
`

func TestCopiedFilesArePrivateAndRemoved(t *testing.T) {
	eachPython(t, func(t *testing.T, python string) {
		var got struct {
			Modes   map[string]int
			Trouble string
			Left    []string
		}
		runText(t, python, privacy, &got)
		if want := map[string]int{"directory": 0o700, "source": 0o600, "copy": 0o600}; !reflect.DeepEqual(got.Modes, want) {
			t.Errorf("modes %v, want %v (in octal 700, 600, 600)", got.Modes, want)
		}
		if got.Trouble != "no space" || len(got.Left) > 0 {
			t.Errorf("in trouble it said %q and left %v", got.Trouble, got.Left)
		}
	})
}

func TestThePictureIsTheSame(t *testing.T) {
	dir := t.TempDir()
	inGo := filepath.Join(dir, "go.png")
	w, _ := workloads.Lookup("mandelbrot")
	a := args{"width": 90, "height": 60, "png": inGo}
	sums, err := run(t, w, a)
	if err != nil {
		t.Fatal(err)
	}
	want := pixels(t, inGo)
	eachPython(t, func(t *testing.T, python string) {
		dir := t.TempDir()
		path, part := filepath.Join(dir, "set.png"), filepath.Join(dir, "part.png")
		nowhere, taken := filepath.Join(dir, "none", "set.png"), filepath.Join(dir, "taken")
		if err := os.Mkdir(taken, 0o700); err != nil { // a picture cannot take the place of a directory
			t.Fatal(err)
		}
		drawn := callAll(t, python, []call{
			{"mandelbrot", filled(w, args{"width": 90, "height": 60, "png": path})},
			{"mandelbrot", filled(w, args{"width": 90, "height": 60, "png": path})}, // over the first
			{"mandelbrot", filled(w, args{"width": 9, "height": 6, "png": part, "hi": 5})},
			{"mandelbrot", filled(w, args{"width": 9, "height": 6, "png": nowhere})},
			{"mandelbrot", filled(w, args{"width": 9, "height": 6, "png": taken})},
		})
		if !same(drawn[1].Result, sums) {
			t.Errorf("drawing changed the result: %v", drawn[1])
		}
		if drawn[3].Error == "" || drawn[4].Error == "" {
			t.Errorf("drawing where no file can be gave %v and %v", drawn[3].Result, drawn[4].Result)
		}
		if files, err := os.ReadDir(dir); err != nil || len(files) != 2 {
			t.Errorf("files %v, %v: want the picture and the directory", files, err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o644 {
			t.Errorf("mode %v, %v", info, err)
		}
		got, other := pixels(t, path), 0
		if len(got) != len(want) {
			t.Fatalf("%d values, want %d", len(got), len(want))
		}
		for i := range want {
			if d := got[i] - want[i]; d < -1 || d > 1 { // the libraries' logarithms differ in the last bit
				t.Fatalf("value %d is %d, in Go %d", i, got[i], want[i])
			} else if d != 0 {
				other++
			}
		}
		if other > len(want)/1000 {
			t.Errorf("%d of %d values are not the same", other, len(want))
		}
	})
}

// pixels lists the size of a picture, then red, green and blue of each pixel.
func pixels(t *testing.T, path string) []int {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	size := picture.Bounds().Size()
	values := []int{size.X, size.Y}
	for y := range size.Y {
		for x := range size.X {
			r, g, b, _ := picture.At(x, y).RGBA()
			values = append(values, int(r>>8), int(g>>8), int(b>>8))
		}
	}
	return values
}

const peaks = `
import alloc, json
def memory(line):
    status = open("/proc/self/status").read()
    return int(status.partition(line + ":")[2].split()[0]) >> 10
peak, now = memory("VmHWM"), memory("VmRSS")
alloc.alloc(64 << 20, 0)
print(json.dumps({"rise": memory("VmHWM") - peak, "kept": memory("VmRSS") - now}))
`

func TestAllocTouchesAndGivesBack(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells the resident memory and its peak in /proc")
	}
	eachPython(t, func(t *testing.T, python string) {
		var got struct{ Rise, Kept int }
		runText(t, python, peaks, &got)
		if got.Rise < 48 || got.Kept > 16 {
			t.Errorf("of 64 MiB the peak rose by %d, and %d were kept", got.Rise, got.Kept)
		}
	})
}

const sieves = `
import json, primes, threading
asked, sieve = [], primes.sieve
def counted(limit):
    asked.append(limit)
    return sieve(limit)
primes.sieve = counted
threads = [threading.Thread(target=primes.primes, args=(%d - 20, %d)) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
primes.primes(0, 100)
print(json.dumps(asked))
`

// The serial phase is done once in a process, as in Go: otherwise threads would do more work than one thread does.
func TestSmallPrimesAreFoundOnce(t *testing.T) {
	eachPython(t, func(t *testing.T, python string) {
		var limits []int
		runText(t, python, fmt.Sprintf(sieves, 1_000_000_000, 1_000_000_000), &limits)
		if !reflect.DeepEqual(limits, []int{31623}) {
			t.Errorf("sieved up to %v, want 31623 once", limits)
		}
	})
}
