package vulndb

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"

	v6 "github.com/anchore/grype/grype/db/v6"
	"gorm.io/gorm"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/finding"
)

// subject is what advisories are counted for.
type subject struct {
	kind string // release, ecosystem or cpe
	name string // the row of a release, or an ecosystem; empty for cpe
}

// everySubject lists which vulnerabilities are about which subject.
const everySubject = `
	SELECT vulnerability_id, 'release' AS kind, CAST(operating_system_id AS TEXT) AS subject
	FROM affected_package_handles WHERE operating_system_id IS NOT NULL
	UNION
	SELECT vulnerability_id, 'ecosystem', ecosystem
	FROM affected_package_handles JOIN packages ON packages.id = package_id WHERE operating_system_id IS NULL
	UNION
	SELECT vulnerability_id, 'cpe', '' FROM affected_cpe_handles`

// connection is one to the tables of a database, beside grype's reader.
type connection struct {
	*gorm.DB
	ctx  context.Context
	pool *sql.DB
}

func lowLevel(ctx context.Context, dir string) (*connection, error) {
	low, err := v6.NewLowLevelDB(filepath.Join(dir, v6.VulnerabilityDBFileName), false, false, false)
	if err != nil {
		return nil, counting(err)
	}
	pool, err := low.DB()
	if err != nil {
		return nil, counting(err)
	}
	return &connection{low.WithContext(ctx), ctx, pool}, nil
}

func (c *connection) close() { _ = c.pool.Close() }

// counting says that a database cannot be counted.
func counting(err error) error {
	return fault.WithHint(fmt.Errorf("counting the advisories of the database: %w", err), hintDamaged)
}

// about counts the vulnerabilities whose identifiers a query lists. One question for each subject is some times as fast as one for all: identifiers
// alone are sorted then.
func (c *connection) about(query string, values ...any) (cover finding.Cover, err error) {
	row := c.pool.QueryRowContext(c.ctx, "SELECT count(*), ifnull("+newest+", '') FROM vulnerability_handles WHERE status <> ? AND id IN ("+query+")",
		append([]any{v6.VulnerabilityRejected}, values...)...)
	if err := row.Scan(&cover.Advisories, &cover.Newest); err != nil {
		return finding.Cover{}, counting(err)
	}
	return cover, nil
}

// newest is the day of the newest vulnerability. The times are texts that order as the times do.
const newest = "max(ifnull(date(max(published_date)), ''), ifnull(date(max(modified_date)), ''))"

// all counts the vulnerabilities about every subject of the database, each once for each subject, however many packages and ranges of versions
// it names.
func (c *connection) all() (map[subject]finding.Cover, error) {
	rows, err := c.pool.QueryContext(c.ctx, `
SELECT kind, subject, count(*), `+newest+`
FROM (`+everySubject+`) JOIN vulnerability_handles ON vulnerability_handles.id = vulnerability_id
WHERE status <> ?
GROUP BY kind, subject`, v6.VulnerabilityRejected)
	if err != nil {
		return nil, counting(err)
	}
	defer rows.Close()
	out := map[subject]finding.Cover{}
	for rows.Next() {
		var of subject
		var cover finding.Cover
		if err := rows.Scan(&of.kind, &of.name, &cover.Advisories, &cover.Newest); err != nil {
			return nil, counting(err)
		}
		out[of] = cover
	}
	if err := rows.Err(); err != nil {
		return nil, counting(err)
	}
	return out, nil
}
