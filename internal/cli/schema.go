package cli

import (
	"github.com/spf13/cobra"

	"bench/runner/spec"
)

func (a *app) schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of specs, for editors",
		Long: `Schema prints the JSON Schema (draft 2020-12) of experiment files. Editors with a YAML language server use it when a
spec begins with:

  # yaml-language-server: $schema=../schema/experiment.schema.json`,
		Example: "  runner schema > schema/experiment.schema.json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := a.stdout.Write(spec.Schema(catalog(1)))
			return err
		},
	}
}
