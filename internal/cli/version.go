package cli

import (
	"io"

	"github.com/spf13/cobra"

	"bench/runner/internal/version"
)

// versionCommand is there for the help: cmd/runner/early/version answers first where nothing else is asked for.
func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version of runner",
		Example: "  runner version",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := io.WriteString(a.stdout, version.Line())
			return err
		},
	}
}
