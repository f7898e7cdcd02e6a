package engine

import (
	"fmt"
	"strings"
	"testing"
)

func TestManyLosses(t *testing.T) {
	l := losses{barren: map[string]int{}}
	for i := range 25 {
		h := &fakeHost{name: fmt.Sprint("h", i)}
		h.lose()
		if err := l.add(h); err != nil {
			t.Error(err)
		}
	}
	if text := l.text(); strings.Count(text, "\n") != 20 || !strings.HasSuffix(text, "\nand 5 more") {
		t.Error(text)
	}
}
