package executors

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"syscall"
)

// Between a trial's process and its workers go frames: the length of what follows (4 B, little endian), a kind (1 B),
// a body. They go over blocking pipes by plain system calls: Go's poller would cost more than the rest together.
const (
	frameSetup   = 's' // to the worker: the start of total on the system's monotonic clock in ns (8 B), the workload's name
	frameReady   = 'r' // from the worker
	frameTasks   = 't' // to the worker: a chunk
	frameResults = 'd' // from the worker: a chunk's spans and results
	frameFailed  = 'f' // from the worker: a task's index (4 B), the error's text
	frameBye     = 'b' // from the worker, its last: its peak memory in B (8 B)

	longestFrame = 1 << 30 // B
)

var errFrame = errors.New("a frame makes no sense")

// frames is one end of the pipes. The writer fills out after begin; the body that await returns is valid until the
// next call of it.
type frames struct {
	read, write int
	in          []byte
	from, to    int // what is unread of in
	out         []byte
}

func (f *frames) begin(kind byte) { f.out = append(f.out[:0], 0, 0, 0, 0, kind) }

func (f *frames) u32(v int)   { f.out = binary.LittleEndian.AppendUint32(f.out, uint32(v)) }
func (f *frames) u64(v int64) { f.out = binary.LittleEndian.AppendUint64(f.out, uint64(v)) }

// value adds a length and the JSON of v; nil takes no room.
func (f *frames) value(v any) (err error) {
	at := len(f.out)
	f.u32(0)
	if v == nil {
		return nil
	}
	if f.out, err = appendValue(f.out, v); err == nil {
		binary.LittleEndian.PutUint32(f.out[at:], uint32(len(f.out)-at-4))
	}
	return err
}

// send writes the frame that was begun.
func (f *frames) send() error {
	if len(f.out) > longestFrame {
		return fmt.Errorf("a message of %d MiB: at most %d can be sent", len(f.out)>>20, longestFrame>>20)
	}
	binary.LittleEndian.PutUint32(f.out, uint32(len(f.out)-4))
	for rest := f.out; len(rest) > 0; {
		n, err := syscall.Write(f.write, rest)
		if err != nil && err != syscall.EINTR {
			return err
		}
		rest = rest[max(n, 0):]
	}
	return nil
}

// await reads one frame; io.EOF if the other end has closed.
func (f *frames) await() (kind byte, body []byte, err error) {
	if err := f.fill(4); err != nil {
		return 0, nil, err
	}
	n := int(binary.LittleEndian.Uint32(f.in[f.from:]))
	if n < 1 || n > longestFrame {
		return 0, nil, errFrame
	}
	if err := f.fill(4 + n); err != nil {
		return 0, nil, err
	}
	frame := f.in[f.from+4 : f.from+4+n]
	f.from += 4 + n
	return frame[0], frame[1:], nil
}

// fill reads until n bytes are unread.
func (f *frames) fill(n int) error {
	if f.to-f.from >= n {
		return nil
	}
	if f.from > 0 {
		f.to = copy(f.in, f.in[f.from:f.to])
		f.from = 0
	}
	for f.to < n {
		if f.to == len(f.in) { // doubled as data comes, so that a length alone makes nobody allocate
			larger := make([]byte, max(2*len(f.in), 64<<10)) // append would touch each page of it
			copy(larger, f.in)
			f.in = larger
		}
		got, err := syscall.Read(f.read, f.in[f.to:])
		switch {
		case err == syscall.EINTR:
		case err != nil:
			return err
		case got == 0:
			return io.EOF
		default:
			f.to += got
		}
	}
	return nil
}

// body takes a frame apart. After a field that is not there, bad is set and all that follows is zero.
type body struct {
	rest []byte
	bad  bool
}

func (b *body) bytes(n int) []byte {
	if n < 0 || n > len(b.rest) {
		b.bad, b.rest = true, nil
		return nil
	}
	part := b.rest[:n]
	b.rest = b.rest[n:]
	return part
}

func (b *body) u32() int {
	if p := b.bytes(4); p != nil {
		return int(binary.LittleEndian.Uint32(p))
	}
	return 0
}

func (b *body) u64() int64 {
	if p := b.bytes(8); p != nil {
		return int64(binary.LittleEndian.Uint64(p))
	}
	return 0
}

// value is the JSON of a value that the sender's value wrote; nil for one that took no room.
func (b *body) value() (any, error) {
	p := b.bytes(b.u32())
	if b.bad {
		return nil, errFrame
	}
	if len(p) == 0 {
		return nil, nil
	}
	return decodeValue(p)
}
