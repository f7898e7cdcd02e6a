package sqlite

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"bench/runner/results"
)

// The timeline of a trial is one blob under zlib: the number of spans, then five columns of that many numbers each, as
// zigzag varints. Task, worker and start are differences to the span before, the end one to the start, and the CPU time
// one to the duration, so that most numbers are small: 3 to 12 B a span where tasks take microseconds to seconds.
// Differences wrap around, so that every int64 survives.

const (
	spanColumns = 5
	// keepSpans is the bound for a timeline, in bytes before compression: some 20 million tasks. SQLite takes no row
	// above 1 GB.
	keepSpans = 256 << 20
)

// encodeSpans gives nil for nil, and false for a timeline beyond limit.
func encodeSpans(spans []results.TaskSpan, limit int) ([]byte, bool) {
	if spans == nil {
		return nil, true
	}
	raw := binary.AppendUvarint(make([]byte, 0, 16+12*len(spans)), uint64(len(spans)))
	for column := range spanColumns {
		var before [spanColumns]int64
		for _, s := range spans {
			now := numbers(s)
			raw = binary.AppendVarint(raw, now[column]-before[column])
			if column < 3 {
				before = now
			}
		}
		if len(raw) > limit {
			return nil, false
		}
	}
	return compress(raw), true
}

func numbers(s results.TaskSpan) [spanColumns]int64 {
	duration := int64(s.End) - int64(s.Start)
	return [...]int64{int64(s.Task), int64(s.Worker), int64(s.Start), duration, int64(s.CPU) - duration}
}

var errSpans = errors.New("the timeline is damaged")

func decodeSpans(blob []byte) ([]results.TaskSpan, error) {
	if blob == nil {
		return nil, nil
	}
	raw, err := decompress(blob)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errSpans, err)
	}
	n, used := binary.Uvarint(raw)
	if used <= 0 || n > uint64(len(raw))/spanColumns { // each span takes five bytes or more: no memory for what cannot be there
		return nil, errSpans
	}
	raw = raw[used:]
	spans := make([]results.TaskSpan, n)
	for column := range spanColumns {
		var sum int64
		for i := range spans {
			v, used := binary.Varint(raw)
			if used <= 0 {
				return nil, errSpans
			}
			raw = raw[used:]
			sum += v
			set(&spans[i], column, sum, v)
		}
	}
	if len(raw) > 0 {
		return nil, errSpans
	}
	return spans, nil
}

func set(s *results.TaskSpan, column int, sum, v int64) {
	switch column {
	case 0:
		s.Task = int(sum)
	case 1:
		s.Worker = int(sum)
	case 2:
		s.Start = time.Duration(sum)
	case 3:
		s.End = s.Start + time.Duration(v)
	case 4:
		s.CPU = time.Duration(v) + s.End - s.Start
	}
}

// writers are kept, since each takes about a megabyte. zlib makes a timeline smaller than zstd does, and costs nothing at
// the start of a process; level 1 is the fastest, and the others save 3 % more.
var writers = sync.Pool{New: func() any {
	w, err := zlib.NewWriterLevel(io.Discard, zlib.BestSpeed)
	if err != nil {
		panic(err) // the level is a constant
	}
	return w
}}

func compress(raw []byte) []byte {
	var blob bytes.Buffer
	w := writers.Get().(*zlib.Writer)
	defer writers.Put(w)
	w.Reset(&blob)
	_, _ = w.Write(raw) // a buffer takes everything
	_ = w.Close()
	return blob.Bytes()
}

// readers are kept too: to make one takes longer than to read the timeline of a few tasks.
var readers sync.Pool

func inflater(in io.Reader) (io.ReadCloser, error) {
	r, kept := readers.Get().(io.ReadCloser)
	if !kept {
		return zlib.NewReader(in)
	}
	return r, r.(zlib.Resetter).Reset(in, nil)
}

// decompress refuses what has been changed (zlib ends with a checksum), is followed by something, or would become larger
// than anything that is stored.
func decompress(blob []byte) ([]byte, error) {
	in := bytes.NewReader(blob)
	r, err := inflater(in)
	if err != nil {
		return nil, err
	}
	defer readers.Put(r)
	raw, err := io.ReadAll(io.LimitReader(r, 2*keepSpans))
	switch {
	case err != nil:
		return nil, err
	case len(raw) == 2*keepSpans || in.Len() > 0:
		return nil, errors.New("it is longer than it can be")
	}
	return raw, nil
}

// unpackedSize is that of a blob, up to most; it keeps none of it.
func unpackedSize(blob []byte, most int) (int, error) {
	r, err := inflater(bytes.NewReader(blob))
	if err != nil {
		return 0, err
	}
	defer readers.Put(r)
	n, err := io.Copy(io.Discard, io.LimitReader(r, int64(most)+1))
	return int(n), err
}
