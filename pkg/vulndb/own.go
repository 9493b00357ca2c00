package vulndb

import (
	"errors"
	"slices"
	"time"

	"github.com/anchore/grype/grype/distro"
	"github.com/anchore/grype/grype/search"
	"github.com/anchore/grype/grype/vulnerability"
)

// Own says which advisories of a user's own are looked up beside a database.
type Own struct {
	Advisories int    // that were not withdrawn
	Digest     string // of what they say, sha256:…; empty where there are none
}

// Add has the database answer with what another one says, too, which is closed with it: one of the user's own advisories. What the
// database covers stays as it is, since nobody knows of what else these are silent; so do the ends of life of distributions, and of
// a release that the other database does not name it says nothing.
func (db *DB) Add(other *DB, own Own) {
	db.provider, db.own, db.info.Own = union{db.provider, other}, other, own
}

// union is a provider of two databases.
type union struct {
	vulnerability.Provider
	own *DB
}

// FindVulnerabilities returns what either database has.
func (u union) FindVulnerabilities(criteria ...vulnerability.Criteria) ([]vulnerability.Vulnerability, error) {
	found, err := u.Provider.FindVulnerabilities(criteria...)
	if err != nil {
		return nil, err
	}
	for _, all := range search.CriteriaIterator(criteria) {
		more, err := u.own.findExactly(all)
		if err != nil {
			return nil, err
		}
		found = append(found, more...)
	}
	return found, nil
}

// GetOperatingSystemEOL asks the first database.
func (u union) GetOperatingSystemEOL(d *distro.Distro) (eol, eoas *time.Time, err error) {
	if checker, ok := u.Provider.(vulnerability.EOLChecker); ok {
		return checker.GetOperatingSystemEOL(d)
	}
	return nil, nil, nil
}

// Close closes both.
func (u union) Close() error {
	return errors.Join(u.Provider.Close(), u.own.Close())
}

// findExactly finds what fulfils all criteria, but for the advisories of other releases of a distribution, which grype takes for a
// release that a database does not have.
func (db *DB) findExactly(all []vulnerability.Criteria) ([]vulnerability.Vulnerability, error) {
	found, err := db.provider.FindVulnerabilities(all...)
	i := slices.IndexFunc(all, func(c vulnerability.Criteria) bool { _, ok := c.(*search.DistroCriteria); return ok })
	if err != nil || len(found) == 0 || i < 0 {
		return found, err
	}
	exact := *all[i].(*search.DistroCriteria)
	exact.Distros = nil
	for _, d := range all[i].(*search.DistroCriteria).Distros {
		rows, _, err := db.release(&d)
		if err != nil {
			return nil, err
		}
		if len(rows) > 0 {
			exact.Distros = append(exact.Distros, d)
		}
	}
	if len(exact.Distros) == 0 {
		return nil, nil
	}
	all = slices.Clone(all)
	all[i] = &exact
	return db.provider.FindVulnerabilities(all...)
}
