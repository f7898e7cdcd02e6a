package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"bench/runner/results"
)

// longestTag is in characters.
const longestTag = 100

// idBeginning matches every beginning of an id as results.NewID makes it.
var idBeginning = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(\d{1,8}|\d{8}-\d{0,6}|\d{8}-\d{6}-[0-9a-z]{0,4})$`)
})

// checkTag refuses a name that could be read as something else where a run is named: as last or last~N, as
// EXPERIMENT@NAME, as a flag, as a path, or as the beginning of an id, which may be that of a run to come. Letters and
// digits of any script are taken, and . _ - + : within. Nobody sees a difference that signs without a look of their own make.
func checkTag(name string) error {
	wrong := ""
	switch {
	case name == "":
		wrong = "it is empty"
	case utf8.RuneCountInString(name) > longestTag:
		name, wrong = string([]rune(name)[:20])+"…", fmt.Sprintf("it has more than %d characters", longestTag)
	case name == "last":
		wrong = "it stands for the newest run"
	case idBeginning().MatchString(name):
		wrong = "it reads as the beginning of an id; v" + name + " does not"
	}
	for i, r := range name {
		letter := unicode.IsLetter(r) || unicode.IsDigit(r)
		switch {
		case wrong != "" || letter && r != utf8.RuneError:
		case i == 0:
			wrong = "it does not begin with a letter or a digit"
		case !strings.ContainsRune("._-+:", r):
			wrong = fmt.Sprintf("%q is none of letters, digits and . _ - + :", r)
		}
	}
	if wrong != "" {
		return fmt.Errorf("%q cannot be a tag: %s", name, wrong)
	}
	return nil
}

// Tag gives a run a name, and takes it from another run of that experiment that has it.
func (db *DB) Tag(ctx context.Context, id, name string) error {
	if err := checkTag(name); err != nil {
		return err
	}
	return db.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		run, err := db.runWithin(ctx, tx, id)
		if err != nil {
			return err
		}
		number, err := runNumber(ctx, tx, id)
		if err != nil {
			return err
		}
		var same string
		err = tx.QueryRowContext(ctx, `SELECT coalesce(min(id), '') FROM runs WHERE id >= ?1 AND id < ?1 || '{'`, name).Scan(&same)
		if err != nil {
			return err
		}
		if same != "" {
			return fmt.Errorf("%q cannot be a tag: the id of run %s begins so", name, same)
		}
		return insertTag(ctx, tx, number, results.Tag{Name: name, Experiment: run.Experiment})
	})
}

func insertTag(ctx context.Context, tx *sql.Tx, number int64, tag results.Tag) error {
	row := []any{tag.Name, tag.Experiment, number}
	_, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO tags (`+tagColumns+`) VALUES (`+marks(tagColumns)+`)`, append(row, int64(checksum(row...)))...)
	return err
}

// Untag takes a name away. experiment may be "" if the name stands for one run. That there is no such tag is ErrNotFound.
func (db *DB) Untag(ctx context.Context, name, experiment string) error {
	return db.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		all, err := db.tagsWithin(ctx, tx)
		if err != nil {
			return err
		}
		tag, found, err := oneTag(all, name, experiment)
		if err == nil && !found {
			err = &problem{fmt.Sprintf("no tag %q", qualified(name, experiment)), thereAre(all), ErrNotFound}
		}
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM tags WHERE name = ? AND experiment = ?`, tag.Name, tag.Experiment)
		return err
	})
}

// Tags reads all, by name and experiment.
func (db *DB) Tags(ctx context.Context) ([]results.Tag, error) {
	tags, err := db.tagsWithin(ctx, db.sql)
	return tags, db.explain(err)
}

// Tagged finds the run of that name; experiment may be "" if the name stands for one run, and it is an error if it stands
// for several.
func (db *DB) Tagged(ctx context.Context, name, experiment string) (id string, found bool, err error) {
	all, err := db.Tags(ctx)
	if err != nil {
		return "", false, err
	}
	tag, found, err := oneTag(all, name, experiment)
	return tag.Run, found, err
}

// asker is a database or a transaction.
type asker interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func (db *DB) tagsWithin(ctx context.Context, q asker) (tags []results.Tag, err error) {
	err = each(ctx, q, func(values []any) error {
		_, tag, err := decodeTag(values[1:])
		if err != nil {
			return db.damaged(err, "tag %q of %q", tag.Name, tag.Experiment)
		}
		tag.Run, _ = values[0].(string)
		tags = append(tags, tag)
		return nil
	}, `SELECT runs.id, tags.name, tags.experiment, tags.run, tags.checksum FROM tags JOIN runs ON runs.number = tags.run ORDER BY tags.name, tags.experiment`)
	return tags, err
}

// oneTag finds that of a name, and of an experiment if that is not "".
func oneTag(all []results.Tag, name, experiment string) (tag results.Tag, found bool, err error) {
	var several []string
	for _, t := range all {
		if t.Name == name && (experiment == "" || t.Experiment == experiment) {
			tag = t
			several = append(several, t.Experiment+"@"+name)
		}
	}
	if len(several) > 1 {
		return tag, false, fmt.Errorf("%q is a tag of several runs: say %s", name, some(several, ", "))
	}
	return tag, len(several) == 1, nil
}

func qualified(name, experiment string) string {
	if experiment == "" {
		return name
	}
	return experiment + "@" + name
}

// thereAre tells which tags there are.
func thereAre(all []results.Tag) string {
	names := make([]string, len(all))
	for i, t := range all {
		names[i] = t.Experiment + "@" + t.Name
	}
	if len(names) == 0 {
		return "there are none yet; `runner tag RUN NAME` makes one"
	}
	return "there are " + some(names, ", ")
}

// some joins a few of a list.
func some(list []string, between string) string {
	if len(list) > candidates {
		list = append(list[:candidates:candidates], "…")
	}
	return strings.Join(list, between)
}
