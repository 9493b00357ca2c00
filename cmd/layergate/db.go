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
		Use: "db", Short: "Look after the advisory database", Args: c.noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cache := c.cacheFlag(db)
	db.AddCommand(c.dbStatusCommand(cache), c.dbUpdateCommand(cache), c.dbImportCommand(cache), c.dbBuildCommand())
	return db
}

func (c *command) dbStatusCommand(cache *string) *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use: "status", Short: "Say which database is in use", Args: c.noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg := c.database(path, *cache)
			cfg.AutoUpdate = false
			db, err := vulndb.Open(cmd.Context(), cfg)
			if err != nil {
				return err
			}
			defer db.Close()
			return c.describe(db.Info())
		},
	}
	cmd.Flags().StringVar(&path, "db", "", "a database file, a folder or an archive, instead of grype's own")
	return cmd
}

func (c *command) dbUpdateCommand(cache *string) *cobra.Command {
	return &cobra.Command{
		Use: "update", Short: "Download the newest database of grype's distribution", Args: c.noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			info, err := vulndb.Update(cmd.Context(), c.database("", *cache))
			if err != nil {
				return err
			}
			return c.describe(info)
		},
	}
}

func (c *command) dbImportCommand(cache *string) *cobra.Command {
	return &cobra.Command{
		Use: "import FILE", Short: "Make a database the one in use", Example: "  layergate db import vulnerability-db.tar.zst",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fault.Request(fmt.Errorf("db import wants one database file, folder or archive"), "see layergate db import --help")
			}
			info, err := vulndb.Import(cmd.Context(), c.database(args[0], *cache))
			if err != nil {
				return err
			}
			return c.describe(info)
		},
	}
}

// describe prints which database this is.
func (c *command) describe(info vulndb.Info) error {
	_, err := fmt.Fprintf(c.stdout, "schema    %s\nbuilt     %s\nchecksum  %s\nfrom      %s\n",
		info.Schema, info.Built.UTC().Format(time.RFC3339), info.Checksum, info.From)
	return err
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
			_, err = fmt.Fprintf(c.stdout, "built %s: %d advisories for %d packages (%d withdrawn ones left out)\nuse it with %s %s\n",
				dir, result.Advisories, result.Packages, result.Withdrawn, c.spell()("db"), dir)
			return err
		},
	}
	cmd.Flags().StringVarP(&dir, "output", "o", "", "the folder that the database is written to")
	return cmd
}
