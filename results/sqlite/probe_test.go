package sqlite

import (
	"fmt"
	"testing"
)

// A large file is not looked at as a whole. With many runs in it, it can still be written to.
func TestProbeOfManyRuns(t *testing.T) {
	db := openNew(t)
	for i := range 12 {
		mustCreate(t, db, aRun(fmt.Sprintf("r%02d", i), i))
	}
	if err := db.probe(t.Context(), 0); err != nil {
		t.Error(err)
	}
}
