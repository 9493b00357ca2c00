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
	name string // the row of a release, or an ecosystem; empty where one question is about one subject
}

// question is one about one subject: which vulnerabilities are about it.
type question struct {
	kind, name string
	condition  string // a query for identifiers of vulnerabilities
	values     []any  // of the condition's parameters
}

func (q question) subject() subject { return subject{q.kind, q.name} }

// countAll is for every subject of the database.
const countAll = `
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

// answer counts for some questions. Each is asked by itself, which is some times as fast as all at once: identifiers alone are sorted then.
func (c *connection) answer(questions ...question) (map[subject]finding.Cover, error) {
	out := map[subject]finding.Cover{}
	for _, q := range questions {
		var cover finding.Cover
		row := c.pool.QueryRowContext(c.ctx, "SELECT count(*), ifnull("+newest+", '') FROM vulnerability_handles WHERE status <> ? AND id IN ("+q.condition+")",
			append([]any{v6.VulnerabilityRejected}, q.values...)...)
		if err := row.Scan(&cover.Advisories, &cover.Newest); err != nil {
			return nil, counting(err)
		}
		out[q.subject()] = cover
	}
	return out, nil
}

// newest is the day of the newest vulnerability. The times are texts that order as the times do.
const newest = "max(ifnull(date(max(published_date)), ''), ifnull(date(max(modified_date)), ''))"

// count counts the vulnerabilities that a query lists with their subjects, each once for each subject, however many packages and ranges
// of versions it names.
func (c *connection) count(query string, values ...any) (map[subject]finding.Cover, error) {
	rows, err := c.pool.QueryContext(c.ctx, `
SELECT kind, subject, count(*), `+newest+`
FROM (`+query+`) JOIN vulnerability_handles ON vulnerability_handles.id = vulnerability_id
WHERE status <> ?
GROUP BY kind, subject`, append(values, v6.VulnerabilityRejected)...)
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
