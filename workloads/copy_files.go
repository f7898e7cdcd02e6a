package workloads

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path"
)

func init() {
	Register(Workload{
		Name: "copy_files",
		Doc:  "write files lo to hi to a directory of its own and copy each; return the bytes copied and a checksum",
		Params: append([]Param{
			{Name: "files", Doc: "files in the whole", Default: 1},
			{Name: "size", Doc: "of a file (B)", Default: 1 << 20, Max: 1 << 40},
			{Name: "sync", Doc: "wait until each copy is on the disk", Default: false},
		}, shareParams("file", "files")...),
		Run: runCopyFiles,
	})
}

// runCopyFiles returns {bytes, checksum}: the checksum is the sum of the copies' CRC-32s, so that the tasks' checksums add
// up to the same number however the files were shared out.
func runCopyFiles(ctx context.Context, a Args) (_ Result, err error) {
	lo, hi, err := share(a, a.Int("files"))
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(".", "copy_files-*") // only its owner may enter; a trial that is killed takes it along
	if err != nil {
		return nil, err
	}
	defer func() {
		if removed := os.RemoveAll(dir); err == nil {
			err = removed
		}
	}()
	copied, checksum := 0, 0
	c := copier{ctx: ctx, dir: dir, sync: a.Bool("sync"), buffer: make([]byte, 1<<18)}
	for i := lo; i < hi; i++ {
		n, sum, err := c.copy(i, a.Int("size"))
		if err != nil {
			return nil, err
		}
		copied, checksum = copied+n, checksum+int(sum)
	}
	return map[string]any{"bytes": copied, "checksum": checksum}, ctx.Err()
}

// copier copies one file after the other within dir. It moves the bytes itself: the system's own copy may only link them.
type copier struct {
	ctx    context.Context
	dir    string
	sync   bool
	buffer []byte
}

// copy writes file i, copies it, and removes both; it returns the size and the CRC-32 of what went into the copy.
func (c copier) copy(i, size int) (n int, sum uint32, err error) {
	source := path.Join(c.dir, fmt.Sprintf("%d.source", i))
	target := path.Join(c.dir, fmt.Sprintf("%d.copy", i))
	defer func() { _, _ = os.Remove(source), os.Remove(target) }() // what stays behind goes with dir
	if err := c.fill(source, i, size); err != nil {
		return 0, 0, err
	}
	in, err := os.Open(source)
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = in.Close() }()
	err = c.create(target, c.sync, func(out *os.File) error {
		n, sum, err = c.transfer(out, in)
		return err
	})
	if err == nil && n != size {
		err = fmt.Errorf("%s: copied %d of %d B", target, n, size)
	}
	return n, sum, err
}

// transfer moves what is left of in to out, a buffer at a time.
func (c copier) transfer(out io.Writer, in io.Reader) (n int, sum uint32, err error) {
	for {
		if err := c.ctx.Err(); err != nil {
			return n, sum, err
		}
		k, err := in.Read(c.buffer)
		if _, werr := out.Write(c.buffer[:k]); werr != nil {
			return n, sum, werr
		}
		n, sum = n+k, crc32.Update(sum, crc32.IEEETable, c.buffer[:k])
		if err == io.EOF {
			return n, sum, nil
		}
		if err != nil {
			return n, sum, err
		}
	}
}

// fill writes the file with the bytes of file i, which are those of no other.
func (c copier) fill(path string, i, size int) error {
	state := seedState(0, i)
	for at := 0; at < len(c.buffer); at += 8 {
		state = xorshift(state)
		binary.LittleEndian.PutUint64(c.buffer[at:], state)
	}
	return c.create(path, false, func(out *os.File) (err error) {
		stop := inSteps(c.ctx, 0, size, len(c.buffer), func(lo, hi int) {
			if err == nil {
				_, err = out.Write(c.buffer[:hi-lo])
			}
		})
		if err == nil {
			err = stop
		}
		return err
	})
}

// create makes a new file that only its owner may read, lets write fill it, and closes it, on the disk if sync is set.
func (c copier) create(path string, sync bool, write func(*os.File) error) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	err = write(f)
	if err == nil && sync {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}
