package vulndb

import (
	"errors"
	"fmt"
	"slices"

	v6 "github.com/anchore/grype/grype/db/v6"
	"github.com/anchore/grype/grype/distro"
)

// Covers tells whether the database has advisories for a release of a distribution, and whether it has any for the
// distribution, by the rules by which grype looks them up. Grype takes the advisories of all releases of the same major
// version for a release that is not there; those do not count.
func (db *DB) Covers(d *distro.Distro) (release, distribution bool, err error) {
	spec := v6.OSSpecifier{
		Name: d.Name(), MajorVersion: d.MajorVersion(), MinorVersion: d.MinorVersion(),
		RemainingVersion: d.RemainingVersion(), LabelVersion: d.LabelVersion(),
	}
	exact := spec
	exact.DisableFallback = true
	found, err := db.releases(exact)
	if spec == (v6.OSSpecifier{Name: spec.Name}) { // grype takes the advisories of every release then
		known := slices.ContainsFunc(found, func(os v6.OperatingSystem) bool { return os.MajorVersion == "" })
		return known, len(found) > 0, err
	}
	if err != nil || len(found) > 0 {
		return len(found) > 0, len(found) > 0, err
	}
	if found, err = db.releases(spec); err != nil {
		return false, false, err
	}
	for _, os := range found {
		if os.MinorVersion == "" { // the advisories are those of all minor versions
			return true, true, nil
		}
	}
	found, err = db.releases(v6.OSSpecifier{Name: spec.Name})
	return false, len(found) > 0, err
}

func (db *DB) releases(spec v6.OSSpecifier) ([]v6.OperatingSystem, error) {
	found, err := db.reader.GetOperatingSystems(spec)
	if errors.Is(err, v6.ErrOSNotPresent) {
		return nil, nil
	}
	return found, err
}

// Ecosystems tells for each of some of syft's package types whether the database has advisories for it, by the rules by
// which grype looks packages up that are no distribution's. byCPE tells whether it has any by CPE names, by which grype
// looks programs up that no package manager installed.
func (db *DB) Ecosystems(types []string) (covered map[string]bool, byCPE bool, err error) {
	if covered, err = db.reader.Ecosystems(types); err != nil {
		return nil, false, fmt.Errorf("reading the advisory database: %w", err)
	}
	rows, err := db.reader.GetAffectedCPEs(nil, &v6.GetCPEOptions{Limit: 1})
	if err != nil && !errors.Is(err, v6.ErrLimitReached) {
		return nil, false, fmt.Errorf("reading the advisory database: %w", err)
	}
	return covered, len(rows) > 0, nil
}
