package cli

import (
	"testing"

	"bench/runner/internal/starter"
	"bench/runner/results"
	"bench/runner/spec"
)

// A parameter of hyperfine that is called like a word of the language gets another name: the package that does so may not
// know the language.
func TestInitAvoidsWordsOfTheLanguage(t *testing.T) {
	for _, word := range append(spec.Reserved(), "n", "threads", "procs") {
		made, err := starter.Hyperfine{Text: "hyperfine -N -L " + word + " 1,2 'x {" + word + "}'", Name: "x"}.Spec()
		if err != nil {
			t.Fatal(err)
		}
		_, problems := load("x.yaml", results.Options{Cores: 2}, 1, func(string) ([]byte, error) { return []byte(made.Text), nil })
		if len(problems) > 0 {
			t.Errorf("%s: %v\n%s", word, problems, made.Text)
		}
	}
}
