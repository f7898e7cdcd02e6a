package sqlite

import (
	"encoding/binary"
	"maps"
)

// carver finds the rows of a damaged file: first along the trees of its tables, from the root down, then in those pages
// that no tree leads to any more, since what led there is damaged. Which table a row on such a page is of shows in its
// shape. Pages that SQLite has given back for reuse are left out: what is on them was removed or moved.
type carver struct {
	*pages
	seen   map[uint32]bool
	torn   map[string]bool // tables of which not all could be followed
	found  func(table string, row []any)
	broken func(table string) // a row that cannot be read
	trials []uint32           // leaves with trials
	strays []uint32           // pages that no tree leads to
	budget int                // how many pages of long rows may yet be read: each is in one row, so more is a circle
}

// The tables and, of the indices, those that tell what a run was if its row is lost.
const (
	runsByID         = "sqlite_autoindex_runs_1"
	runsByExperiment = "runs_by_experiment"
)

// carve calls found for each row but those of trials, which are many: see carveTrials. A row may be found twice, then
// the first is the better one.
func (c *carver) carve() {
	c.budget = 3*int(c.count) + 1000
	roots := c.roots()
	for _, table := range []string{"counts", "trials"} {
		c.torn[table] = roots[table] == 0
	}
	for _, table := range []string{"runs", "cells", "counts", "verdicts", "tags", "trials", runsByID, runsByExperiment} {
		if roots[table] > 0 {
			c.walk(table, roots[table])
		}
	}
	c.skipFree()
	for n := uint32(2); n <= c.count; n++ {
		if kind := c.page(n)[0]; !c.seen[n] && (kind == tableLeaf || kind == indexLeaf || kind == indexInterior) {
			c.strays = append(c.strays, n)
		}
	}
	for _, n := range c.strays {
		list, _ := c.entries(n, c.page(n))
		for _, e := range list {
			if table := shape(e.row, c.page(n)[0]); table != "" && table != "trials" {
				c.found(table, withID(table, e))
			}
		}
	}
}

// carveTrials calls found for each trial.
func (c *carver) carveTrials() {
	c.budget = 3*int(c.count) + 1000
	for _, n := range c.trials {
		list, err := c.entries(n, c.page(n))
		if err != nil {
			c.broken("trials")
		}
		for _, e := range list {
			c.give("trials", e)
		}
	}
	for _, n := range c.strays {
		b := c.page(n)
		if b[0] != tableLeaf {
			continue
		}
		list, _ := c.entries(n, b)
		for _, e := range list {
			if shape(e.row, b[0]) == "trials" {
				c.give("trials", e)
			}
		}
	}
}

func (c *carver) give(table string, e entry) {
	if e.err != nil {
		c.broken(table)
	} else if e.row != nil {
		c.found(table, withID(table, e))
	}
}

// withID puts the rowid where the column is that stands for it.
func withID(table string, e entry) []any {
	if (table == "runs" || table == "trials") && len(e.row) > 0 {
		e.row[0] = e.rowid
	}
	return e.row
}

// roots reads the schema: the pages where the trees begin.
func (c *carver) roots() map[string]uint32 {
	roots := map[string]uint32{}
	saved := c.found
	c.found = func(_ string, row []any) {
		if len(row) == 5 {
			name, _ := row[1].(string)
			page, _ := row[3].(int64)
			if page > 1 && page <= int64(c.count) {
				roots[name] = uint32(page)
			}
		}
	}
	c.walk("schema", 1)
	c.found = saved
	return roots
}

// walk follows a tree. No page is visited twice, however the pages point at each other.
func (c *carver) walk(table string, root uint32) {
	for queue := []uint32{root}; len(queue) > 0; {
		n := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if n < 1 || n > c.count || c.seen[n] {
			c.note("a tree of %s leads to page %d, where it cannot go on", table, n)
			c.torn[table] = true
			continue
		}
		b := c.page(n)
		if table == "trials" && b[0] == tableLeaf {
			c.seen[n] = true
			c.trials = append(c.trials, n)
			continue
		}
		list, err := c.entries(n, b)
		if err != nil {
			c.note("page %d of %s is damaged", n, table)
			c.torn[table] = true
			if list == nil {
				continue
			}
		}
		c.seen[n] = true
		for i := len(list) - 1; i >= 0; i-- {
			if list[i].child > 0 {
				queue = append(queue, list[i].child)
			}
			c.give(table, list[i])
		}
	}
}

// skipFree marks the pages that are free for reuse, if their list is whole.
func (c *carver) skipFree() {
	head := c.page(1)
	free, trunks := map[uint32]bool{}, map[uint32]bool{}
	for trunk := binary.BigEndian.Uint32(head[32:]); trunk > 1 && trunk <= c.count && !trunks[trunk]; {
		trunks[trunk], free[trunk] = true, true
		b := c.page(trunk)
		for i := range min(binary.BigEndian.Uint32(b[4:]), uint32(c.usable/4-2)) {
			free[binary.BigEndian.Uint32(b[8+4*i:])] = true
		}
		trunk = binary.BigEndian.Uint32(b)
	}
	if uint32(len(free)) == binary.BigEndian.Uint32(head[36:]) {
		maps.Copy(c.seen, free)
	}
}

// shape tells the table of a row by its length and the kinds of its values.
func shape(row []any, kind byte) string {
	is := func(kinds string) bool {
		for i, k := range kinds {
			ok := i < len(row)
			if ok {
				switch row[i].(type) {
				case int64:
					ok = k == 'i'
				case string:
					ok = k == 't'
				default:
					ok = k == '0' && row[i] == nil
				}
			}
			if !ok {
				return false
			}
		}
		return true
	}
	switch n := len(row); {
	case kind == tableLeaf && (n >= 14 && n <= 19) && is("0tttt"):
		return "runs"
	case kind == tableLeaf && (n == 11 || n == 12) && is("iitttttiitt"):
		return "verdicts"
	case kind == tableLeaf && n >= 35 && is("0iiiiiit"):
		return "trials"
	case kind == tableLeaf:
		return ""
	case (n == 7 || n == 8) && is("iitttt"):
		return "cells"
	case n == 3 && is("iti"):
		return "counts"
	case n == 4 && is("ttii"):
		return "tags"
	case n == 2 && is("ti"):
		return runsByID
	case n == 4 && is("tiii"):
		return runsByExperiment
	}
	return ""
}
