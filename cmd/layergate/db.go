package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/vulndb"
)

func (c *command) dbCommand() *cobra.Command {
	db := &cobra.Command{
		Use: "db", Short: "Make advisory databases", Args: c.noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	db.AddCommand(c.dbBuildCommand())
	return db
}

func (c *command) dbBuildCommand() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "build -o DIR FILE...",
		Short: "Build a database from advisories in OSV format",
		Long: "Build makes a grype database (schema 6) from advisory files in OSV format: one advisory, a JSON array or one advisory a line.\n" +
			"A folder stands for all .json files below it. A database that DIR already holds is replaced once the new one is complete.",
		Example: "  layergate db build -o advisories-db advisories/",
		RunE: func(cmd *cobra.Command, args []string) error {
			if dir == "" || len(args) == 0 {
				return fault.Request(fmt.Errorf("db build wants -o DIR and at least one advisory file"), "see layergate db build --help")
			}
			result, err := vulndb.Build(cmd.Context(), vulndb.BuildConfig{Dir: dir, Files: args, Now: time.Now})
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.stdout, "built %s: %d advisories for %d packages (%d withdrawn ones left out)\nuse it with --db %s\n",
				dir, result.Advisories, result.Packages, result.Withdrawn, dir)
			return err
		},
	}
	cmd.Flags().StringVarP(&dir, "output", "o", "", "the folder that the database is written to")
	return cmd
}
