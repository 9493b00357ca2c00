package vulndb

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	v6 "github.com/anchore/grype/grype/db/v6"

	"github.com/layergate/layergate/pkg/fault"
)

// Coverage counts the advisories of a database by what they are about. Those that were withdrawn, which match nothing, and own
// advisories (DB.Add) are not among them.
type Coverage struct {
	Distributions []ReleaseCount   `json:"distributions"` // one for each release, by name and then by version
	Ecosystems    []EcosystemCount `json:"ecosystems"`    // of packages that belong to no distribution, by name
	CPEs          Count            `json:"cpes"`          // of programs that are looked up by CPE names
}

// ReleaseCount counts the advisories for one release of a distribution. There may be none for a release that the database knows.
type ReleaseCount struct {
	Name     string `json:"name"`               // as grype has it, such as debian
	Version  string `json:"version"`            // such as 12, 3.20, 9+eus or edge; empty for a distribution without versions
	Codename string `json:"codename,omitempty"` // such as bookworm
	Count
}

// EcosystemCount counts the advisories for packages of one type.
type EcosystemCount struct {
	Name string `json:"name"` // syft's package type, such as npm or java-archive
	Count
}

// Count is how many advisories there are, and how recent they are.
type Count struct {
	Advisories int    `json:"advisories"`
	Newest     string `json:"newest,omitempty"` // the last day, YYYY-MM-DD in UTC, on which one was published or modified; empty where none names a day
}

// Coverage counts the advisories of the database, which takes seconds where it is large.
func (db *DB) Coverage(ctx context.Context) (Coverage, error) {
	out, err := readCoverage(ctx, db.dir)
	if err != nil {
		return Coverage{}, fault.WithHint(fmt.Errorf("counting the advisories of the database: %w", err), hintDamaged)
	}
	return out, nil
}

func readCoverage(ctx context.Context, dir string) (Coverage, error) {
	low, err := v6.NewLowLevelDB(filepath.Join(dir, v6.VulnerabilityDBFileName), false, false, false)
	if err != nil {
		return Coverage{}, err
	}
	pool, err := low.DB()
	if err != nil {
		return Coverage{}, err
	}
	defer pool.Close()
	var releases []v6.OperatingSystem
	if err := low.WithContext(ctx).Find(&releases).Error; err != nil {
		return Coverage{}, err
	}
	counts, err := countAdvisories(ctx, pool)
	if err != nil {
		return Coverage{}, err
	}
	out := Coverage{Distributions: []ReleaseCount{}, Ecosystems: []EcosystemCount{}, CPEs: counts[subject{kind: "cpe"}]}
	slices.SortFunc(releases, compareReleases)
	for _, r := range releases {
		count := counts[subject{"release", strconv.FormatInt(int64(r.ID), 10)}]
		out.Distributions = append(out.Distributions, ReleaseCount{Name: r.Name, Version: releaseVersion(r), Codename: r.Codename, Count: count})
	}
	for of, count := range counts {
		if of.kind == "ecosystem" {
			out.Ecosystems = append(out.Ecosystems, EcosystemCount{Name: of.name, Count: count})
		}
	}
	slices.SortFunc(out.Ecosystems, func(a, b EcosystemCount) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// subject is what advisories are counted for.
type subject struct {
	kind string // release, ecosystem or cpe
	name string // the row of a release, or an ecosystem; empty for cpe
}

// countBySubject counts an advisory once for each of its subjects, however many packages and ranges of versions it names. The times
// are texts that order as the times do.
const countBySubject = `
SELECT kind, subject, count(*), max(ifnull(date(max(published_date)), ''), ifnull(date(max(modified_date)), ''))
FROM (
	SELECT vulnerability_id, 'release' AS kind, CAST(operating_system_id AS TEXT) AS subject
	FROM affected_package_handles WHERE operating_system_id IS NOT NULL
	UNION
	SELECT vulnerability_id, 'ecosystem', ecosystem
	FROM affected_package_handles JOIN packages ON packages.id = package_id WHERE operating_system_id IS NULL
	UNION
	SELECT vulnerability_id, 'cpe', '' FROM affected_cpe_handles
) JOIN vulnerability_handles ON vulnerability_handles.id = vulnerability_id
WHERE status <> ?
GROUP BY kind, subject`

func countAdvisories(ctx context.Context, pool *sql.DB) (map[subject]Count, error) {
	rows, err := pool.QueryContext(ctx, countBySubject, v6.VulnerabilityRejected)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[subject]Count{}
	for rows.Next() {
		var of subject
		var count Count
		if err := rows.Scan(&of.kind, &of.name, &count.Advisories, &count.Newest); err != nil {
			return nil, err
		}
		out[of] = count
	}
	return out, rows.Err()
}

// releaseVersion is a release's version as the distribution writes it: the database drops the leading zero of Ubuntu's months.
func releaseVersion(r v6.OperatingSystem) string {
	if r.MajorVersion == "" {
		return r.Version()
	}
	r.LabelVersion = ""
	if r.Name == "ubuntu" && len(r.MinorVersion) == 1 {
		r.MinorVersion = "0" + r.MinorVersion
	}
	return r.Version()
}

// compareReleases orders by distribution and then by version, with those that have no number, such as edge, last.
func compareReleases(a, b v6.OperatingSystem) int {
	number := func(text string) int {
		if n, err := strconv.Atoi(text); err == nil {
			return n
		}
		return math.MaxInt
	}
	return cmp.Or(
		strings.Compare(a.Name, b.Name),
		cmp.Compare(number(a.MajorVersion), number(b.MajorVersion)),
		cmp.Compare(number(a.MinorVersion), number(b.MinorVersion)),
		strings.Compare(a.Version(), b.Version()),
		cmp.Compare(a.ID, b.ID),
	)
}
