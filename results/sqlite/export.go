package sqlite

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"

	"runner/results"
)

// Export writes runs as one portable file. The same runs give the same bytes.
func (db *DB) Export(ctx context.Context, w io.Writer, ids []string) error {
	format, err := db.format(ctx)
	if err != nil {
		return err
	}
	zip := gzip.NewWriter(w)
	out := &lines{to: zip, sum: sha256.New()}
	header, err := json.Marshal(portableHeader{"export", portable, format})
	if err != nil {
		return err
	}
	out.write(append(header, '\n'))
	tags, err := db.Tags(ctx)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := db.exportRun(ctx, out, id, tags); err != nil {
			return db.explain(err)
		}
	}
	end, err := json.Marshal(map[string]portableEnd{"end": {out.n, hex.EncodeToString(out.sum.Sum(nil))}})
	if err != nil {
		return err
	}
	out.write(append(end, '\n'))
	if out.err != nil {
		return out.err
	}
	return zip.Close()
}

// format is that of the file.
func (db *DB) format(ctx context.Context) (format int, err error) {
	err = db.sql.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&format)
	return format, db.explain(err)
}

// lines writes and counts them.
type lines struct {
	to  io.Writer
	sum hash.Hash
	n   int
	row bytes.Buffer
	err error
}

func (l *lines) write(line []byte) {
	if l.err == nil {
		l.n++
		l.sum.Write(line)
		_, l.err = l.to.Write(line)
	}
}

func (l *lines) add(k *kind, values []any) error {
	l.row.Reset()
	if err := k.encode(&l.row, values); err != nil {
		return err
	}
	l.write(l.row.Bytes())
	return l.err
}

func (db *DB) exportRun(ctx context.Context, out *lines, id string, tags []results.Tag) error {
	if err := db.rowsOf(ctx, id, func(k *kind, values []any) error { return out.add(k, values) }); err != nil {
		return err
	}
	number, err := runNumber(ctx, db.sql, id)
	if err != nil {
		return err
	}
	err = each(ctx, db.sql, func(values []any) error {
		if _, place, _, err := decodeVerdict(values); err != nil {
			return db.damaged(err, "run %s, verdict %d", id, place)
		}
		return out.add(&verdictLine, values[1:len(values)-1])
	}, `SELECT `+verdictColumns+` FROM verdicts WHERE run = ? ORDER BY place`, number)
	if err != nil {
		return err
	}
	for _, tag := range tags {
		if tag.Run == id {
			if err := out.add(&tagLine, []any{tag.Name}); err != nil {
				return err
			}
		}
	}
	return nil
}

// rowsOf gives what was measured, row by row: the run, its cells, its trials. Each is looked at first, so that what is
// damaged goes no further.
func (db *DB) rowsOf(ctx context.Context, id string, row func(*kind, []any) error) error {
	values, err := runValues(ctx, db.sql, id)
	if err != nil {
		return err
	}
	if _, _, err := decodeRun(values); err != nil {
		return db.damaged(err, "run %s", id)
	}
	if err := row(&runLine, values[:len(values)-1]); err != nil {
		return err
	}
	number, cells, err := db.plan(ctx, id)
	if err != nil {
		return err
	}
	err = each(ctx, db.sql, func(values []any) error { return row(&cellLine, values[1:len(values)-1]) },
		`SELECT `+cellColumns+` FROM cells WHERE run = ? ORDER BY cell`, number)
	if err != nil {
		return err
	}
	r := newReader(number, cells, Everything)
	plain := widthOf(plainColumns)
	return each(ctx, db.sql, func(values []any) error {
		copy(r.values, values)
		var t results.Trial
		if err := r.read(&t); err != nil {
			return db.damaged(err, "run %s, block %d, position %d", id, t.Block, t.Position)
		}
		return row(&trialLine, append(append(make([]any, 0, len(values)-1), values[:plain]...), values[plain+1:]...)) // without the checksum between them
	}, fmt.Sprintf(`SELECT %s FROM trials WHERE run = ? ORDER BY block, position`, Everything.columns()), number)
}

// contents is a digest of what was measured in a run, whatever it was judged since.
func contents(rows func(func(*kind, []any) error) error) (string, error) {
	sum := sha256.New()
	var b bytes.Buffer
	err := rows(func(k *kind, values []any) error {
		if k == &runLine {
			values = append([]any{}, values...)
			for i, name := range k.columns {
				if name == "outcome" {
					values[i] = nil
				}
			}
		}
		b.Reset()
		err := k.encode(&b, values)
		sum.Write(b.Bytes())
		return err
	})
	return hex.EncodeToString(sum.Sum(nil)), err
}
