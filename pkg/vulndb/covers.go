package vulndb

import (
	"context"
	"errors"
	"slices"
	"strings"

	v6 "github.com/anchore/grype/grype/db/v6"
	"github.com/anchore/grype/grype/distro"

	"github.com/layergate/layergate/pkg/finding"
)

// Covers counts the advisories for a release of a distribution, and tells whether the database knows the distribution at all, by the
// rules by which grype looks them up: Rocky Linux by those of RHEL. Grype takes the advisories of all releases of the same major
// version for a release that is not there; those do not count.
func (db *DB) Covers(ctx context.Context, d *distro.Distro) (cover finding.Cover, distribution bool, err error) {
	rows, distribution, err := db.release(d)
	if err != nil || len(rows) == 0 {
		return finding.Cover{}, distribution, err
	}
	low, err := db.connect(ctx)
	if err != nil {
		return finding.Cover{}, false, err
	}
	defer low.close()
	var ids []any
	for _, r := range rows {
		ids = append(ids, r.ID)
	}
	count, err := low.about("SELECT vulnerability_id FROM affected_package_handles WHERE operating_system_id IN (?"+strings.Repeat(", ?", len(rows)-1)+")", ids...)
	return db.info.cover(count, releaseFloor(rows[0].Name)), true, err
}

// release finds what the database has a release of a distribution as, if at all, and tells whether it knows the distribution.
func (db *DB) release(d *distro.Distro) (rows []v6.OperatingSystem, distribution bool, err error) {
	spec := v6.OSSpecifier{
		Name: d.Name(), MajorVersion: d.MajorVersion(), MinorVersion: d.MinorVersion(),
		RemainingVersion: d.RemainingVersion(), LabelVersion: d.LabelVersion(),
	}
	exact := spec
	exact.DisableFallback = true
	found, err := db.releases(exact)
	if spec == (v6.OSSpecifier{Name: spec.Name}) { // grype takes the advisories of every release then
		return slices.DeleteFunc(slices.Clone(found), func(os v6.OperatingSystem) bool { return !rolling(os) }), len(found) > 0, err
	}
	if err != nil || len(found) > 0 {
		return found, len(found) > 0, err
	}
	if found, err = db.releases(spec); err != nil {
		return nil, false, err
	}
	if found = slices.DeleteFunc(slices.Clone(found), func(os v6.OperatingSystem) bool { return os.MinorVersion != "" }); len(found) > 0 {
		return found, true, nil // the advisories are those of all minor versions
	}
	found, err = db.releases(v6.OSSpecifier{Name: spec.Name})
	return nil, len(found) > 0, err
}

// rolling tells whether a release is the only one that its distribution has, and no edge beside others.
func rolling(os v6.OperatingSystem) bool {
	return os.MajorVersion == "" && (os.LabelVersion == "" || os.LabelVersion == "rolling")
}

func (db *DB) releases(spec v6.OSSpecifier) ([]v6.OperatingSystem, error) {
	found, err := db.reader.GetOperatingSystems(spec)
	if errors.Is(err, v6.ErrOSNotPresent) {
		return nil, nil
	}
	return found, err
}

// Ecosystems counts the advisories for each of some of syft's package types, by the rules by which grype looks packages up that are
// no distribution's. What it has none for is not in the map.
func (db *DB) Ecosystems(ctx context.Context, types []string) (map[string]finding.Cover, error) {
	out := map[string]finding.Cover{}
	if len(types) == 0 {
		return out, nil
	}
	low, err := db.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer low.close()
	names, err := low.ecosystems(types)
	if err != nil {
		return nil, err
	}
	for i, typ := range types {
		// A cross join begins with the packages of the ecosystem, and not with those of all.
		count, err := low.aboutGrouped("SELECT vulnerability_id FROM packages CROSS JOIN affected_package_handles ON packages.id = package_id "+
			"WHERE ecosystem = ? COLLATE NOCASE AND operating_system_id IS NULL", names[i])
		if err != nil {
			return nil, err
		}
		if count.Advisories > 0 {
			out[typ] = db.info.cover(count, ecosystemFloor(names[i]))
		}
	}
	return out, nil
}

// CPEs counts the advisories by CPE names, by which grype looks programs up that no package manager installed. It stops where there are
// enough, since there may be some hundred thousand, and names no day then.
func (db *DB) CPEs(ctx context.Context) (finding.Cover, error) {
	low, err := db.connect(ctx)
	if err != nil {
		return finding.Cover{}, err
	}
	defer low.close()
	count, err := low.about("SELECT DISTINCT vulnerability_id FROM affected_cpe_handles JOIN vulnerability_handles ON vulnerability_handles.id = vulnerability_id "+
		"WHERE status <> ? LIMIT ?", v6.VulnerabilityRejected, floorCPEs)
	cover := db.info.cover(count, floorCPEs)
	if cover.Advisories == floorCPEs {
		cover.Newest = ""
	}
	return cover, err
}

// ecosystems are the names under which grype's reader looks packages of some types up.
func (c *connection) ecosystems(types []string) ([]string, error) {
	var overrides []v6.PackageSpecifierOverride
	if err := c.Find(&overrides).Error; err != nil {
		return nil, counting(err)
	}
	out := slices.Clone(types)
	for i, typ := range out {
		at := slices.IndexFunc(overrides, func(o v6.PackageSpecifierOverride) bool { return strings.EqualFold(o.Ecosystem, typ) })
		if at >= 0 && overrides[at].ReplacementEcosystem != nil {
			out[i] = *overrides[at].ReplacementEcosystem
		}
	}
	return out, nil
}
