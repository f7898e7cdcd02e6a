package cli

import (
	"fmt"
	"slices"
	"text/tabwriter"

	"bench/runner/reports"
)

// printOrigins says where each effective value of the spec was written.
func (a *app) printOrigins(x experiment) {
	names := make([]string, 0, len(x.spec.Origins))
	for name := range x.spec.Origins {
		names = append(names, name)
	}
	slices.Sort(names)
	fmt.Fprintln(a.stdout, "\nWhere each value came from")
	w := tabwriter.NewWriter(a.stdout, 0, 8, 2, ' ', 0)
	defer w.Flush()
	for _, name := range names {
		o := x.spec.Origins[name]
		place := ""
		if o.Pos.Line > 0 {
			place = o.Pos.String()
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\n", reports.Visible(name), o.From, reports.Visible(place))
	}
}
