package gates

import "runner/internal/expression"

func init() {
	register(function{
		Function: expression.Function{Name: "change", Unit: "1", Doc: "time against a stored reference run: 0.05 is 5 % slower",
			Params: []expression.Param{{Name: "since", Default: "main", Doc: "the reference"}}},
		refused: "reference runs come in a later version",
	})
}
