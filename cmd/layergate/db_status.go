package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/report"
	"github.com/layergate/layergate/pkg/safetext"
	"github.com/layergate/layergate/pkg/vulndb"
)

func (c *command) dbStatusCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "status", Short: "Show which database is in use, and what it has advisories of", Args: c.noArguments,
		Long: "Status says which database is in use, whether it is past the age limit, and how many advisories it has for each release of a distribution and " +
			"each ecosystem, with the day of the newest, and where these are too few to cover it. It counts a database once. It asks each source for its newest database, names those that do not answer, " +
			"and fetches nothing; with --db-update=false it asks none.",
		Example: "  layergate db status\n  layergate db status --json | jq '.covers.distributions[] | select(.name == \"debian\")'",
		RunE:    func(cmd *cobra.Command, _ []string) error { return c.dbStatus(cmd) },
	}
	cmd.Flags().BoolVar(&c.json, "json", false, "print JSON")
	return cmd
}

// dbStatus prints which database is in use and what it covers.
func (c *command) dbStatus(cmd *cobra.Command) error {
	in, cfg, err := c.databaseOf(cmd)
	if err != nil {
		return err
	}
	limit, err := in.Duration("db-max-age")
	if err != nil {
		return err
	}
	own, err := c.ownAdvisories(cmd.Context(), in)
	if err != nil {
		return err
	}
	size, err := cacheLimit(in)
	if err != nil {
		return err
	}
	ask := cfg.AutoUpdate
	cfg.AutoUpdate, cfg.Kept = false, c.openCache(in, size)
	db, err := openForStatus(cmd.Context(), cfg, limit)
	if err != nil {
		return err
	}
	defer db.Close()
	covers, err := db.Coverage(cmd.Context())
	if err != nil {
		return err
	}
	info := db.Info()
	if ask {
		if err := c.loginForDatabase(in, &cfg); err != nil {
			return err
		}
		if info, err = vulndb.Ask(cmd.Context(), cfg, info); err != nil {
			return err
		}
	}
	status := newDatabaseStatus(info, limit, time.Now())
	status.Covers = covers
	if own != nil {
		status.Own = report.Own{Advisories: own.Len(), Digest: own.Digest()}
	}
	if c.json {
		c.warnOfUnanswered(info)
		return c.printJSON(status)
	}
	if err := c.describe(info); err != nil {
		return err
	}
	return status.writeText(c.stdout)
}

// openForStatus opens the database that a run takes, by the age limit; where the limit lets it take none, the first there is, of which the
// status says that.
func openForStatus(ctx context.Context, cfg vulndb.Config, limit time.Duration) (*vulndb.DB, error) {
	cfg.MaxAge = limit
	db, err := vulndb.Open(ctx, cfg)
	if stale := (*vulndb.StaleError)(nil); !errors.As(err, &stale) {
		return db, err
	}
	cfg.MaxAge, cfg.Warn = 0, nil // it has warned
	return vulndb.Open(ctx, cfg)
}

// databaseStatus is what db status says of a database.
type databaseStatus struct {
	Schema     string              `json:"schema"` // grype's schema version, such as 6.1.7
	Built      string              `json:"built"`  // RFC 3339, UTC
	Checksum   string              `json:"checksum"`
	From       string              `json:"from"`
	KEV        string              `json:"kev,omitempty"`      // the day of CISA's catalogue that it has; empty for none
	EPSS       string              `json:"epss,omitempty"`     // the day of the EPSS scores that it has; empty for none
	MaxAge     string              `json:"maxAge,omitempty"`   // the age limit as a Go duration; empty for none
	TooOld     bool                `json:"tooOld"`             // past the limit, so that a run refuses it
	Complete   bool                `json:"complete,omitempty"` // its builder calls it complete, so that no number is too small
	Own        report.Own          `json:"ownAdvisories,omitzero"`
	Unanswered []report.Unanswered `json:"unanswered"` // sources that were asked in vain
	Outdated   bool                `json:"outdated"`   // no source answers, and this is the newest that an earlier run kept
	Covers     vulndb.Coverage     `json:"covers"`
}

// newDatabaseStatus is the status of a database without what it covers.
func newDatabaseStatus(info vulndb.Info, limit time.Duration, now time.Time) databaseStatus {
	out := databaseStatus{
		Schema: info.Schema, Built: info.Built.UTC().Format(time.RFC3339), Checksum: info.Checksum, From: info.From,
		KEV: dayOf(info.KnownExploited), EPSS: dayOf(info.EPSS),
		TooOld: vulndb.TooOld(now.Sub(info.Built), limit), Outdated: info.Outdated, Complete: info.Complete, Unanswered: []report.Unanswered{},
	}
	if limit > 0 {
		out.MaxAge = limit.String()
	}
	for _, f := range info.Unanswered {
		out.Unanswered = append(out.Unanswered, report.Unanswered(f))
	}
	return out
}

// writeText writes the age limit, the own advisories and what the database covers, for people.
func (s databaseStatus) writeText(w io.Writer) error {
	var b strings.Builder
	limit := cmp.Or(s.MaxAge, "none")
	if s.TooOld {
		limit += ", which it is past: a run refuses it"
	}
	fmt.Fprintf(&b, "max age   %s\n", limit)
	if s.Outdated {
		b.WriteString("outdated  no source answers: it is the one of an earlier run\n")
	}
	if s.Complete {
		b.WriteString("complete  by its builder's word, however few its advisories are\n")
	}
	if s.Own.Advisories > 0 {
		fmt.Fprintf(&b, "own       %d, %s\n", s.Own.Advisories, s.Own.Digest)
	}
	row := func(name, release string, advisories any, newest string) {
		fmt.Fprintf(&b, "%-16s  %-24s  %10v  %s\n", safetext.Escape(name), safetext.Escape(release), advisories, newest)
	}
	count := func(name, release string, n finding.Cover) {
		newest := cmp.Or(n.Newest, "unknown")
		if n.TooFew && n.Advisories > 0 {
			newest += "  too few"
		}
		row(name, release, n.Advisories, newest)
	}
	b.WriteString("\n")
	row("distribution", "release", "advisories", "newest")
	for _, r := range s.Covers.Distributions {
		count(r.Name, strings.TrimSpace(r.Version+" "+r.Codename), r.Cover)
	}
	b.WriteString("\n")
	row("ecosystem", "", "advisories", "newest")
	for _, e := range s.Covers.Ecosystems {
		count(e.Name, "", e.Cover)
	}
	count("by CPE name", "", s.Covers.CPEs)
	_, err := io.WriteString(w, b.String())
	return err
}
