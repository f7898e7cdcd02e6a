package sqlite

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"sync"
)

// SQLite notices when a page of the file makes no sense any more, not when a number or a text in it has become another.
// So each row has a checksum. A trial has two, that of the plain columns in the lower 32 bits, and that of the output,
// the results and the timeline in the upper ones, since they are not read as often. It is the CRC-32C of each value's
// kind, length and bytes; that of a trial begins with the number of the run.

var errChecksum = errors.New("it is not what was stored: its checksum differs")

// castagnoli is made when it is needed: every trial's process is this program, and would wait for it.
var castagnoli = sync.OnceValue(func() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) })

// checksum reads values as the driver takes and gives them.
func checksum(values ...any) uint32 {
	var room [512]byte
	b := room[:0]
	var sum uint32
	for _, v := range values {
		switch v := v.(type) {
		case nil:
			b = append(b, 0)
		case bool:
			b = append(b, 1, 0)
			if v {
				b[len(b)-1] = 2 // as the varint of 1
			}
		case int:
			b = binary.AppendVarint(append(b, 1), int64(v))
		case int64:
			b = binary.AppendVarint(append(b, 1), v)
		case string:
			b = append(binary.AppendUvarint(append(b, 2), uint64(len(v))), v...)
		case []byte:
			b = append(binary.AppendUvarint(append(b, 3), uint64(len(v))), v...)
		default: // no column holds another kind
			b = append(b, 4)
		}
		if len(b) > len(room)-64 { // few calls, and a buffer that stays here
			sum, b = crc32.Update(sum, castagnoli(), b), b[:0]
		}
	}
	return crc32.Update(sum, castagnoli(), b)
}

// runSum is the checksum of a run. Its last three columns are as young as formats 4 and 5: where they are NULL it is that of
// before.
func runSum(row []any) uint32 {
	for older := len(row) - 3; len(row) > older && row[len(row)-1] == nil; {
		row = row[:len(row)-1]
	}
	return checksum(row...)
}

// differs tells whether a stored checksum is there and is another one.
func differs(stored any, sum uint32) bool {
	if stored == nil {
		return false
	}
	n, ok := stored.(int64)
	return !ok || n != int64(sum)
}

// trialSum is the checksum of a trial: plain begins with the number of the run.
func trialSum(plain, heavy []any) int64 {
	return int64(uint64(checksum(heavy...))<<32 | uint64(plainSum(plain)))
}

// plainSum leaves the last column, which is as young as format 5, out where it is NULL: the checksum is that of before then.
func plainSum(plain []any) uint32 {
	if last := len(plain) - 1; plain[last] == nil {
		plain = plain[:last]
	}
	return checksum(plain...)
}
