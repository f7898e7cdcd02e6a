package sqlite

import (
	"encoding/binary"
	"errors"
	"math"
	"unicode/utf8"
)

// The kinds of pages that hold rows or lead to them: the first byte of the page.
const (
	indexInterior = 0x02
	tableInterior = 0x05
	indexLeaf     = 0x0a
	tableLeaf     = 0x0d
)

var errPage = errors.New("the page is damaged")

// entry is a cell of a page, in SQLite's words: a row, the way to a page below, or (in an index) both.
type entry struct {
	rowid int64
	child uint32 // 0: none
	row   []any  // nil: none, or it is damaged
	err   error  // why it is damaged
}

// entries reads those of page n. It is an error if the page as a whole makes no sense; then some may be missing.
func (c *carver) entries(n uint32, b []byte) (list []entry, err error) {
	base := 0
	if n == 1 {
		base = 100
	}
	kind, count, head := b[base], int(binary.BigEndian.Uint16(b[base+3:])), 8
	interior := kind == tableInterior || kind == indexInterior
	if interior {
		head = 12
	}
	if !interior && kind != tableLeaf && kind != indexLeaf || base+head+2*count > c.usable {
		return nil, errPage
	}
	for i := range count {
		at := int(binary.BigEndian.Uint16(b[base+head+2*i:]))
		if at < base+head+2*count || at+4 > c.usable {
			err = errPage
			continue
		}
		list = append(list, c.entry(kind, b[:c.usable], at))
	}
	if interior {
		list = append(list, entry{child: binary.BigEndian.Uint32(b[base+8:])})
	}
	return list, err
}

func (c *carver) entry(kind byte, b []byte, at int) (e entry) {
	if kind == tableInterior || kind == indexInterior {
		e.child = binary.BigEndian.Uint32(b[at:])
		at += 4
	}
	if kind == tableInterior {
		return e
	}
	size, used := varint(b[at:])
	at += used
	if kind == tableLeaf {
		var id uint64
		id, used = varint(b[at:])
		e.rowid, at = int64(id), at+used
	}
	if used == 0 {
		e.err = errPage
		return e
	}
	var payload []byte
	if payload, e.err = c.payload(b, at, size, kind == tableLeaf); e.err == nil {
		e.row, e.err = decodeRecord(payload)
	}
	return e
}

// payload is a row's bytes: what is in the page, and what follows in a chain of others.
func (c *carver) payload(b []byte, at int, size uint64, table bool) ([]byte, error) {
	room := uint64(c.usable)
	if size > biggestRow || size > room*uint64(c.count) {
		return nil, errPage
	}
	most, least := room-35, (room-12)*32/255-23
	if !table {
		most = (room-12)*64/255 - 23
	}
	local := size
	if size > most {
		local = least + (size-least)%(room-4)
		if local > most {
			local = least
		}
	}
	end := at + int(local)
	if end > len(b) {
		return nil, errPage
	}
	payload := b[at:end:end]
	if local == size {
		return payload, nil
	}
	if end+4 > len(b) {
		return nil, errPage
	}
	next := binary.BigEndian.Uint32(b[end:])
	for left := int(size - local); left > 0; {
		if c.budget--; next < 2 || next > c.count || c.budget < 0 {
			return nil, errPage
		}
		more := c.page(next)
		n := min(left, c.usable-4)
		payload, left = append(payload, more[4:4+n]...), left-n
		next = binary.BigEndian.Uint32(more)
	}
	return payload, nil
}

// varint is SQLite's: seven bits a byte, the highest first, and eight of a ninth. used is 0 where b ends within it.
func varint(b []byte) (v uint64, used int) {
	for i := range min(len(b), 8) {
		v = v<<7 | uint64(b[i]&0x7f)
		if b[i] < 0x80 {
			return v, i + 1
		}
	}
	if len(b) < 9 {
		return 0, 0
	}
	return v<<8 | uint64(b[8]), 9
}

var errRecord = errors.New("the row is damaged")

// decodeRecord makes values of a row's bytes: a head with the kind of each, then the values.
func decodeRecord(b []byte) (values []any, err error) {
	head, used := varint(b)
	if used == 0 || head < uint64(used) || head > uint64(len(b)) {
		return nil, errRecord
	}
	kinds, data := b[used:head], b[head:]
	for len(kinds) > 0 {
		kind, used := varint(kinds)
		if used == 0 {
			return nil, errRecord
		}
		v, size, err := decodeField(kind, data)
		if err != nil {
			return nil, err
		}
		values, kinds, data = append(values, v), kinds[used:], data[size:]
	}
	if len(data) > 0 {
		return nil, errRecord
	}
	return values, nil
}

func decodeField(kind uint64, data []byte) (v any, size int, err error) {
	switch {
	case kind == 0:
		return nil, 0, nil
	case kind == 8 || kind == 9:
		return int64(kind - 8), 0, nil
	case kind == 10 || kind == 11:
		return nil, 0, errRecord
	case kind >= 12:
		n := (kind - 12) / 2
		if n > uint64(len(data)) {
			return nil, 0, errRecord
		}
		if kind%2 == 0 {
			return data[:n:n], int(n), nil
		}
		if !utf8.Valid(data[:n]) {
			return nil, 0, errRecord
		}
		return string(data[:n]), int(n), nil
	}
	size = []int{0, 1, 2, 3, 4, 6, 8, 8}[kind]
	if size > len(data) {
		return nil, 0, errRecord
	}
	n := int64(int8(data[0])) // the first byte has the sign
	for _, b := range data[1:size] {
		n = n<<8 | int64(b)
	}
	if kind == 7 {
		return math.Float64frombits(uint64(n)), size, nil
	}
	return n, size, nil
}
