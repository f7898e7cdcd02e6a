package sqlite

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// pages reads a database without SQLite, which gives up at the first page that makes no sense. What the -wal file holds
// of a page goes before what the file itself does. The format is that of https://sqlite.org/fileformat2.html. Nobody may
// have the file open meanwhile: this process would lose its locks on it, and another one would move what is read.
type pages struct {
	file, wal *os.File
	size      int // of a page, in bytes
	usable    int // without what is reserved at its end
	count     uint32
	walTorn   bool             // some of the -wal file is lost
	newer     map[uint32]int64 // where in the -wal file the newest copy of a page is
	notes     []string         // what was found to be wrong
}

const (
	magic      = "SQLite format 3\x00"
	usualSize  = 4096 // of the pages of a file that runner made
	walHeader  = 32
	walFrame   = 24      // before each page
	biggestRow = 1 << 30 // what SQLite takes
)

func openPages(path string) (*pages, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	p := &pages{file: file, newer: map[uint32]int64{}}
	if p.wal, err = os.Open(path + "-wal"); err != nil {
		p.wal = nil // there is none, or it is of no use
	}
	head := make([]byte, 100)
	n, err := file.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		p.close()
		return nil, err
	}
	p.measure(head[:n])
	info, err := file.Stat()
	if err != nil {
		p.close()
		return nil, err
	}
	p.count = uint32(min((info.Size()+int64(p.size)-1)/int64(p.size), 1<<32-2))
	p.readWAL()
	return p, nil
}

func (p *pages) close() {
	p.file.Close()
	if p.wal != nil {
		p.wal.Close()
	}
}

// measure takes the size of the pages from the head of the file, if that makes sense.
func (p *pages) measure(head []byte) {
	p.size, p.usable = usualSize, usualSize
	if len(head) < 100 || string(head[:16]) != magic {
		p.note("the head of the file is damaged")
		return
	}
	size := int(binary.BigEndian.Uint16(head[16:]))
	if size == 1 {
		size = 1 << 16
	}
	reserved := int(head[20])
	if size < 512 || size&(size-1) != 0 || size-reserved < 480 {
		p.note("the head of the file is damaged")
		return
	}
	p.size, p.usable = size, size-reserved
}

func (p *pages) note(format string, args ...any) {
	p.notes = append(p.notes, fmt.Sprintf(format, args...))
}

// page reads page n, from 1. Where the file ends within it, or it cannot be read, the rest is zero.
func (p *pages) page(n uint32) []byte {
	b := make([]byte, p.size)
	if at, ok := p.newer[n]; ok {
		_, _ = p.wal.ReadAt(b, at)
		return b
	}
	_, _ = p.file.ReadAt(b, int64(n-1)*int64(p.size))
	return b
}

// readWAL finds the newest committed copy of each page. Each frame has a checksum over itself and all before it: where one
// is damaged, those after it can still be proved, which SQLite does not do.
func (p *pages) readWAL() {
	if p.wal == nil {
		return
	}
	head := make([]byte, walHeader)
	if n, _ := p.wal.ReadAt(head, 0); n < walHeader {
		return
	}
	var order binary.ByteOrder = binary.LittleEndian
	mark := binary.BigEndian.Uint32(head)
	if mark&1 == 1 {
		order = binary.BigEndian
	}
	sum := walSum{order: order}
	sum.add(head[:24])
	if mark&^1 != 0x377f0682 || !sum.is(head[24:]) || int(binary.BigEndian.Uint32(head[8:])) != p.size {
		p.note("the head of the -wal file is damaged: nothing of it is used")
		p.walTorn = true
		return
	}
	p.readFrames(head[16:24], sum)
}

func (p *pages) readFrames(salt []byte, sum walSum) {
	begun := map[uint32]int64{} // of the transaction that is being read
	broken := -1                // the first frame that is damaged
	first, largest := p.count, p.count
	frame := make([]byte, walFrame+p.size)
	for i := 0; ; i++ {
		at := int64(walHeader) + int64(i)*int64(len(frame))
		if n, _ := p.wal.ReadAt(frame, at); n < len(frame) {
			break
		}
		sum.add(frame[:8])
		sum.add(frame[walFrame:])
		good := string(frame[8:16]) == string(salt) && sum.is(frame[16:24])
		sum.set(frame[16:24])
		if !good {
			if broken < 0 {
				broken = i
			}
			continue
		}
		if broken >= 0 {
			p.note("frame %d of the -wal file is damaged: what it held is lost", broken+1)
			broken, p.walTorn = -1, true
		}
		number := binary.BigEndian.Uint32(frame)
		if number == 0 || int64(number) > int64(first)+int64(i)+1 {
			continue
		}
		begun[number], largest = at+walFrame, max(largest, number)
		if binary.BigEndian.Uint32(frame[4:]) != 0 { // the last one of a transaction
			for n, at := range begun {
				p.newer[n] = at
			}
			clear(begun)
			p.count = largest
		}
	}
}

// walSum is the running checksum of a -wal file.
type walSum struct {
	order binary.ByteOrder
	a, b  uint32
}

func (s *walSum) add(data []byte) {
	for ; len(data) >= 8; data = data[8:] {
		s.a += s.order.Uint32(data) + s.b
		s.b += s.order.Uint32(data[4:]) + s.a
	}
}

func (s *walSum) is(stored []byte) bool {
	return s.a == binary.BigEndian.Uint32(stored) && s.b == binary.BigEndian.Uint32(stored[4:])
}

func (s *walSum) set(stored []byte) {
	s.a, s.b = binary.BigEndian.Uint32(stored), binary.BigEndian.Uint32(stored[4:])
}
