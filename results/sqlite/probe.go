package sqlite

import (
	"context"
	"fmt"
	"strings"
)

// probeWhole is the size of a file, in bytes, up to which all of its pages are looked at before it is written to. It takes
// a fraction of a second. Of a larger one it is the tables that every run reads, and where the next trial goes.
const probeWhole = 64 << 20

// probe looks at all pages of a file of up to whole bytes, and at some of a larger one. It finds plain damage before anything is measured, not after. It does not compare indices with their tables, nor
// values with their checksums; nor does it read long texts, or all trials, of a large file. Check does.
func (db *DB) probe(ctx context.Context, whole int64) error {
	var pages, size int64
	err := db.retry(ctx, func() error {
		return db.sql.QueryRowContext(ctx, "SELECT page_count, page_size FROM pragma_page_count, pragma_page_size").Scan(&pages, &size)
	})
	if err != nil {
		return err
	}
	looks := []string{
		"SELECT total(started_ns + length(id)) FROM runs NOT INDEXED", "SELECT count(*) FROM cells NOT INDEXED", "SELECT count(*) FROM counts NOT INDEXED",
		"SELECT count(*) FROM verdicts NOT INDEXED", "SELECT count(*) FROM (SELECT * FROM trials ORDER BY trial DESC LIMIT 1)",
		"SELECT count(*) FROM (SELECT run, block, position FROM trials ORDER BY run DESC, block DESC, position DESC LIMIT 1)",
	}
	if pages*size <= whole {
		looks = []string{"PRAGMA quick_check(1)"}
	}
	for _, look := range looks {
		var found string
		if err := db.retry(ctx, func() error { return db.sql.QueryRowContext(ctx, look).Scan(&found) }); err != nil {
			return err
		}
		if lines := damages(found); strings.HasPrefix(look, "PRAGMA") && len(lines) > 0 {
			return db.damaged(fmt.Errorf("%s", lines[0]), "the file")
		}
	}
	return nil
}

// damages are the lines of what SQLite finds wrong with the pages.
func damages(found string) (lines []string) {
	for line := range strings.Lines(found) {
		line = strings.TrimSpace(line)
		if line != "" && line != "ok" && line != "*** in database main ***" {
			lines = append(lines, line)
		}
	}
	return lines
}
