package sqlite

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"slices"
)

// Export writes runs as one portable file. The same runs give the same bytes. A run that somebody measures is refused with
// ErrClaimed, and one that Import would refuse is an error too.
func (db *DB) Export(ctx context.Context, w io.Writer, ids []string) error {
	for _, id := range ids {
		claimed, err := db.Claimed(ctx, id)
		if err == nil && claimed {
			err = fmt.Errorf("run %s: %w: export it when that has ended", id, ErrClaimed)
		}
		if err != nil {
			return err
		}
	}
	// One transaction, so that what another process stores meanwhile is in all of it or in none.
	tx, err := db.sql.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return db.explain(err)
	}
	defer tx.Rollback()
	head, err := readHead(ctx, tx)
	if err != nil {
		return db.explain(err)
	}
	zip := gzip.NewWriter(w)
	out := &lines{to: zip, sum: sha256.New()}
	header, err := portableHeader{"export", portable, head.version}.line()
	if err != nil {
		return err
	}
	if err := out.write(header); err != nil {
		return err
	}
	for _, id := range ids {
		if err := db.exportRun(ctx, tx, out, id); err != nil {
			return db.explain(err)
		}
	}
	end, err := portableEnd{out.n, hex.EncodeToString(out.sum.Sum(nil))}.line()
	if err != nil {
		return err
	}
	if err := out.write(end); err != nil {
		return err
	}
	return zip.Close()
}

// lines writes and counts them.
type lines struct {
	to   io.Writer
	sum  hash.Hash
	n    int
	size int64
	row  []byte
}

func (l *lines) write(line []byte) error {
	if l.size += int64(len(line)); len(line) > longestLine || l.size > mostPortable {
		return fmt.Errorf("a row of more than %d MiB, or runs of more than %d GiB, cannot be exported", longestLine>>20, mostPortable>>30)
	}
	l.n++
	l.sum.Write(line)
	_, err := l.to.Write(line)
	return err
}

func (db *DB) exportRun(ctx context.Context, q reading, out *lines, id string) error {
	var p inspection
	err := db.rowsOf(ctx, q, id, func(k *kind, values []any) (err error) {
		if err := p.see(k, values); err != nil {
			return fmt.Errorf("run %s cannot be exported: %w", id, err)
		}
		if out.row, err = k.encode(out.row[:0], values); err != nil {
			return fmt.Errorf("run %s cannot be exported: a %s: %w", id, k.name, err)
		}
		return out.write(out.row)
	})
	if err != nil {
		return err
	}
	return p.end()
}

// reading is a database or a transaction.
type reading interface {
	queryer
	asker
}

// rowsOf gives the rows of a run, in the order of a portable file. Their checksums are looked at, so that what is damaged
// goes no further.
func (db *DB) rowsOf(ctx context.Context, q reading, id string, row func(*kind, []any) error) error {
	number, err := runNumber(ctx, q, id)
	if err != nil {
		return err
	}
	split := 1 + widthOf(plainColumns)
	for _, part := range []struct {
		k     *kind
		query string
		sum   func(row []any) int64 // of a row without its checksum
		drop  int                   // columns that are the database's own
		at    int                   // of the checksum; 0: the last one
	}{
		{&runLine, `SELECT ` + runColumns + ` FROM runs WHERE number = ?`, func(row []any) int64 { return int64(runSum(row)) }, 0, 0},
		{&cellLine, `SELECT ` + cellColumns + ` FROM cells WHERE run = ? ORDER BY cell`, rowSum, 1, 0},
		{&trialLine, `SELECT run, ` + Everything.columns() + ` FROM trials WHERE run = ? ORDER BY block, position`,
			func(row []any) int64 { return trialSum(row[:split], row[split:]) }, 1, split},
		{&verdictLine, `SELECT ` + verdictColumns + ` FROM verdicts WHERE run = ? ORDER BY place`, rowSum, 1, 0},
		{&tagLine, `SELECT ` + tagColumns + ` FROM tags WHERE run = ? ORDER BY name`, rowSum, 0, 0},
	} {
		n := 0
		err := each(ctx, q, func(values []any) error {
			at := part.at
			if at == 0 {
				at = len(values) - 1
			}
			n++
			sum := values[at]
			values = slices.Delete(values, at, at+1)
			if stored, ok := sum.(int64); sum != nil && (!ok || stored != part.sum(values)) {
				return db.damaged(errChecksum, "run %s, %s %d", id, part.k.name, n)
			}
			return row(part.k, values[part.drop:][:len(part.k.columns())])
		}, part.query, number)
		if err == nil && part.k == &trialLine {
			err = db.counted(ctx, q, id, number, n)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// counted compares the number of trials with that which was counted when they were stored.
func (db *DB) counted(ctx context.Context, q reading, id string, number int64, trials int) error {
	var total int
	err := q.QueryRowContext(ctx, `SELECT coalesce(sum(trials), 0) FROM counts WHERE run = ?`, number).Scan(&total)
	if err == nil && trials != total {
		err = db.damaged(fmt.Errorf("%d trials were counted, %d are there", total, trials), "run %s", id)
	}
	return err
}

func rowSum(row []any) int64 { return int64(checksum(row...)) }
