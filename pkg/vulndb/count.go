package vulndb

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	v6 "github.com/anchore/grype/grype/db/v6"
	"github.com/glebarez/sqlite"
	"golang.org/x/sync/errgroup"
	"gorm.io/gorm"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/finding"
)

// subjects lists the kinds of what advisories are about, and which vulnerabilities are about which of a kind. Each kind is counted by itself:
// row numbers are told apart several times as fast as texts.
func subjects() []subject {
	return []subject{
		{"release", "SELECT DISTINCT vulnerability_id, operating_system_id AS about FROM affected_package_handles WHERE operating_system_id IS NOT NULL"},
		{"ecosystem", "SELECT DISTINCT vulnerability_id, ecosystem AS about FROM affected_package_handles JOIN packages ON packages.id = package_id WHERE operating_system_id IS NULL"},
		{"cpe", "SELECT DISTINCT vulnerability_id, '' AS about FROM affected_cpe_handles"},
	}
}

// subject is a kind of what advisories are about, with the query for pairs of a vulnerability and a name: the row of a release, an
// ecosystem, or nothing for CPE names.
type subject struct{ kind, pairs string }

// named is one of a kind as the counts of all name it.
func named(kind, name string) string { return kind + " " + name }

// connection is one to the tables of a database, beside grype's reader.
type connection struct {
	*gorm.DB
	ctx  context.Context
	pool *sql.DB // for counting: who shares pages with grype's reader waits for it
	*counts
}

func (db *DB) connect(ctx context.Context) (*connection, error) {
	file := filepath.Join(db.dir, v6.VulnerabilityDBFileName)
	low, err := v6.NewLowLevelDB(file, false, false, false)
	if err != nil {
		return nil, counting(err)
	}
	pool, err := sql.Open(sqlite.DriverName, "file:"+file+"?immutable=1&mode=ro")
	if err != nil {
		return nil, counting(err)
	}
	return &connection{low.WithContext(ctx), ctx, pool, &db.counts}, nil
}

func (c *connection) close() {
	_ = c.pool.Close()
	if shared, err := c.DB.DB(); err == nil {
		_ = shared.Close()
	}
}

// counting says that a database cannot be counted.
func counting(err error) error {
	return fault.WithHint(fmt.Errorf("counting the advisories of the database: %w", err), hintDamaged)
}

// about counts the vulnerabilities whose identifiers a query lists. One question for each subject is some times as fast as one for all: identifiers
// alone are sorted then. What was counted once is remembered.
func (c *connection) about(query string, values ...any) (finding.Cover, error) {
	return c.count("vulnerability_handles WHERE id IN ("+query+")", values)
}

// aboutGrouped does the same, and is faster where the query lists each of many identifiers several times.
func (c *connection) aboutGrouped(query string, values ...any) (finding.Cover, error) {
	return c.count("("+query+" GROUP BY 1) CROSS JOIN vulnerability_handles ON id = vulnerability_id WHERE TRUE", values)
}

// count counts the vulnerabilities that are listed.
func (c *connection) count(list string, values []any) (finding.Cover, error) {
	query := "SELECT count(*), ifnull(" + newest + ", '') FROM " + list + " AND status <> ?"
	return remembered(c.counts, fmt.Sprintf("%s %q", query, values), func() (cover finding.Cover, err error) {
		row := c.pool.QueryRowContext(c.ctx, query, append(slices.Clone(values), v6.VulnerabilityRejected)...)
		if err := row.Scan(&cover.Advisories, &cover.Newest); err != nil {
			return finding.Cover{}, counting(err)
		}
		return cover, nil
	})
}

// newest is the day of the newest vulnerability. The times are texts that order as the times do.
const newest = "max(ifnull(date(max(published_date)), ''), ifnull(date(max(modified_date)), ''))"

// all counts the vulnerabilities about every subject of the database, each once for each subject, however many packages and ranges of versions
// it names. The keys are those of named.
func (c *connection) all() (map[string]finding.Cover, error) {
	return remembered(c.counts, fmt.Sprintf("%s %q", newest, subjects()), func() (map[string]finding.Cover, error) {
		kinds := subjects()
		counted := make([]map[string]finding.Cover, len(kinds))
		group, ctx := errgroup.WithContext(c.ctx)
		for i, s := range kinds {
			group.Go(func() (err error) {
				counted[i], err = c.allOf(ctx, s)
				return err
			})
		}
		if err := group.Wait(); err != nil {
			return nil, counting(err)
		}
		out := map[string]finding.Cover{}
		for _, of := range counted {
			maps.Copy(out, of)
		}
		return out, nil
	})
}

// allOf counts those of a kind.
func (c *connection) allOf(ctx context.Context, s subject) (map[string]finding.Cover, error) {
	rows, err := c.pool.QueryContext(ctx, "SELECT about, count(*), ifnull("+newest+", '') FROM ("+s.pairs+") "+
		"JOIN vulnerability_handles ON vulnerability_handles.id = vulnerability_id WHERE status <> ? GROUP BY 1", v6.VulnerabilityRejected)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]finding.Cover{}
	for rows.Next() {
		var name string
		var cover finding.Cover
		if err := rows.Scan(&name, &cover.Advisories, &cover.Newest); err != nil {
			return nil, err
		}
		out[named(s.kind, name)] = cover
	}
	return out, rows.Err()
}
