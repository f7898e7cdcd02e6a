package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/nats-io/nuid"

	"bench/runner/internal/fleet"
	"bench/runner/internal/link"
	"bench/runner/reports"
)

// answers is how long agents are waited for that are asked who is there.
const answers = time.Second

// listAgents asks the agents of a fleet who they are.
func (a *app) listAgents(w io.Writer) error {
	if a.joinFile == "" {
		return errors.New("list agents needs --join FILE, the join file that its agents have")
	}
	join, err := link.ReadJoin(a.joinFile)
	if err != nil {
		return err
	}
	ctx, done := context.WithTimeout(a.ctx, answers)
	defer done()
	f := &fleet.Fleet{Join: join, ID: nuid.Next(), Lease: fleet.DefaultLease}
	if err := f.Open(ctx); err != nil {
		return err
	}
	defer f.Close()
	<-ctx.Done()
	all := f.Agents()
	if len(all) == 0 {
		fmt.Fprintln(a.stderr, "no agent takes part; on each host: runner agent --join FILE")
	}
	for _, about := range all {
		state := "free"
		if about.Busy != "" {
			state = "works for " + about.Busy
		}
		e := about.Environment
		fmt.Fprintf(w, "%s\t%s\t%s, %s/%s\t%s\trunner %s\t%s\n", reports.Visible(about.Name), plural(e.Cores, "core"), reports.Visible(e.CPU),
			reports.Visible(e.OS), reports.Visible(e.Arch), reports.Visible(strings.Join(append([]string{"go", "command"}, about.Runtimes...), ", ")),
			reports.Visible(about.Version), reports.Visible(state))
	}
	return nil
}
