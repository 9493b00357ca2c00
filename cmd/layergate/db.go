package main

import (
	"cmp"
	"fmt"
	"time"

	"github.com/dustin/go-humanize/english"
	"github.com/spf13/cobra"

	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/vulndb"
	"github.com/layergate/layergate/pkg/vulndb/osv"
)

func (c *command) dbCommand() *cobra.Command {
	db := &cobra.Command{
		Use: "db", Short: "Manage the advisory database", Args: c.noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	status, update, imports, pin, mirror := c.dbStatusCommand(), c.dbUpdateCommand(), c.dbImportCommand(), c.dbPinCommand(), c.dbMirrorCommand()
	fetch := append(registryFlags(), "registry-username", "registry-password", "db", "db-url", "db-ca-file")
	addFlags(status.Flags(), gateCommand, append(fetch, "cache-dir", "db-max-age", "db-update", "advisories")...)
	addFlags(update.Flags(), gateCommand, append(fetch, "cache-dir")...)
	addFlags(mirror.Flags(), gateCommand, append(fetch, "db-max-age", "temp-dir")...)
	addFlags(imports.Flags(), gateCommand, "cache-dir")
	addFlags(pin.Flags(), gateCommand, "db", "cache-dir", "db-url")
	db.AddCommand(status, update, imports, pin, mirror, c.dbBuildCommand())
	return db
}

// databaseOf is what the flags of a command say, and the database that they name.
func (c *command) databaseOf(cmd *cobra.Command) (in *input.Values, cfg vulndb.Config, err error) {
	if in, err = c.flags(cmd); err != nil {
		return nil, cfg, err
	}
	c.warnOfEnvironment(in)
	cfg, err = c.database(in)
	return in, cfg, err
}

func (c *command) dbUpdateCommand() *cobra.Command {
	var pin bool
	cmd := &cobra.Command{
		Use: "update", Short: "Download the newest database", Args: c.noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			in, cfg, err := c.databaseOf(cmd)
			if err != nil {
				return err
			}
			if err := c.loginForDatabase(in, &cfg); err != nil {
				return err
			}
			cfg.Identify = pin
			info, err := vulndb.Update(cmd.Context(), cfg)
			if err != nil {
				return err
			}
			if err := c.describe(info); err != nil || !pin {
				return err
			}
			return c.writeLock(info)
		},
	}
	cmd.Flags().BoolVar(&pin, "pin", false, "write the downloaded database into the project's "+vulndb.LockFile+", too")
	return cmd
}

func (c *command) dbImportCommand() *cobra.Command {
	return &cobra.Command{
		Use: "import FILE", Short: "Install a database file for later runs", Example: "  layergate db import vulnerability-db.tar.zst",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fault.Request(fmt.Errorf("db import needs one database file, directory or archive"), "see layergate db import --help")
			}
			_, cfg, err := c.databaseOf(cmd)
			if err != nil {
				return err
			}
			info, err := vulndb.Import(cmd.Context(), cfg, args[0])
			if err != nil {
				return err
			}
			return c.describe(info)
		},
	}
}

// describe prints which database is in use and the date of its data on exploits.
func (c *command) describe(info vulndb.Info) error {
	c.warnOfUnanswered(info)
	_, err := fmt.Fprintf(c.stdout, "schema    %s\nbuilt     %s\nchecksum  %s\nfrom      %s\nkev       %s\nepss      %s\n",
		info.Schema, info.Built.UTC().Format(time.RFC3339), info.Checksum, info.From, cmp.Or(dayOf(info.KnownExploited), "none"), cmp.Or(dayOf(info.EPSS), "none"))
	return err
}

// warnOfUnanswered names the sources that gave no database.
func (c *command) warnOfUnanswered(info vulndb.Info) {
	for _, f := range info.Unanswered {
		ci.Warn(c.platform, fmt.Sprintf("%s gave no advisory database: %s", f.Source, f.Reason))
	}
}

// dayOf is the day of a time, or empty where there is none.
func dayOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

func (c *command) dbBuildCommand() *cobra.Command {
	var cfg osv.Config
	cmd := &cobra.Command{
		Use:   "build -o DIR FILE...",
		Short: "Build a database from advisories in OSV format",
		Long: "Build makes a grype database (schema 6) from advisory files in OSV format: one advisory, a list, or one advisory after the other, in\n" +
			"JSON or YAML. A directory means all .json, .yaml and .yml files below it. A database that DIR already holds is replaced once the new one is complete.\n" +
			"Which vulnerabilities attackers use, and how likely that is, come from CISA's catalogue (https://www.cisa.gov/kev) and from\n" +
			"FIRST's scores of one day (https://www.first.org/epss), for the CVEs that the advisories name; until when releases of distributions\n" +
			"are supported from endoflife.date (https://endoflife.date/api/v1/products/full).\n" +
			"The database counts as complete for the ecosystems and releases of its advisories. One of a single advisory does not make an image clean, which is\n" +
			"a coverage gap (few-advisories), unless --complete says that there are no more.",
		Example: "  layergate db build -o advisories-db advisories/\n" +
			"  layergate db build -o advisories-db --kev known_exploited_vulnerabilities.json --epss epss_scores-2026-11-20.csv.gz advisories/",
		RunE: func(cmd *cobra.Command, args []string) error {
			if cfg.Dir == "" || len(args) == 0 {
				return fault.Request(fmt.Errorf("db build needs -o DIR and at least one advisory file"), "see layergate db build --help")
			}
			cfg.Files, cfg.Now = args, time.Now
			result, err := osv.Build(cmd.Context(), cfg)
			if err != nil {
				return err
			}
			text := fmt.Sprintf("built %s: %s for %s (%d withdrawn left out)\n", cfg.Dir, english.Plural(result.Advisories, "advisory", "advisories"),
				english.Plural(result.Packages, "package", ""), result.Withdrawn)
			if cfg.KEV != "" {
				text += fmt.Sprintf("%d of their CVEs are known to be exploited\n", result.KnownExploited)
			}
			if cfg.EPSS != "" {
				text += fmt.Sprintf("%d of their CVEs have an EPSS score\n", result.Scores)
			}
			if cfg.EndsOfLife != "" {
				text += fmt.Sprintf("%d of their releases have an end of life\n", result.EndsOfLife)
			}
			if passed := result.Unmatched; len(passed) > 0 {
				text += fmt.Sprintf("%s match nothing: %s\n", unmatched, few(passed))
			}
			_, err = fmt.Fprintf(c.stdout, "%suse it with %s %s\n", text, c.spell()("db"), cfg.Dir)
			return err
		},
	}
	cmd.Flags().StringVar(&cfg.EndsOfLife, "eol", "", "endoflife.date's answer about all products or one, a JSON file")
	cmd.Flags().BoolVar(&cfg.Complete, "complete", false, "say of a single advisory, too, that there are no more for its ecosystem or release")
	cmd.Flags().StringVarP(&cfg.Dir, "output", "o", "", "the directory that the database is written to")
	cmd.Flags().StringVar(&cfg.KEV, "kev", "", "CISA's catalogue of known exploited vulnerabilities, a JSON file")
	cmd.Flags().StringVar(&cfg.EPSS, "epss", "", "FIRST's EPSS scores of one day, a CSV file that may be gzipped")
	return cmd
}
