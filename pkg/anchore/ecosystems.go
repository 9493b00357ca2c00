//go:build !anchore_public

package anchore

import (
	"fmt"
	"slices"
	"strings"

	v6 "github.com/anchore/grype/grype/db/v6"
)

// Ecosystems tells for each of some package types whether the database has any advisory for packages of the type that
// belong to no distribution, with one query for all of them.
func (r *Reader) Ecosystems(types []string) (map[string]bool, error) {
	var overrides []v6.PackageSpecifierOverride
	if err := r.db.Find(&overrides).Error; err != nil {
		return nil, fmt.Errorf("looking up the names of ecosystems: %w", err)
	}
	var questions []string
	var values []any
	for _, t := range types {
		questions = append(questions, "SELECT ? AS type WHERE EXISTS (SELECT 1 FROM packages WHERE ecosystem = ? COLLATE NOCASE AND "+
			"EXISTS (SELECT 1 FROM affected_package_handles WHERE package_id = packages.id AND operating_system_id IS NULL))")
		values = append(values, t, lookedUpAs(t, overrides))
	}
	out := map[string]bool{}
	if len(types) == 0 {
		return out, nil
	}
	var found []string
	if err := r.db.Raw(strings.Join(questions, " UNION ALL "), values...).Scan(&found).Error; err != nil {
		return nil, fmt.Errorf("looking up ecosystems: %w", err)
	}
	for _, t := range found {
		out[t] = true
	}
	return out, nil
}

// lookedUpAs is the ecosystem under which grype's reader looks packages of a type up.
func lookedUpAs(typ string, overrides []v6.PackageSpecifierOverride) string {
	i := slices.IndexFunc(overrides, func(o v6.PackageSpecifierOverride) bool { return strings.EqualFold(o.Ecosystem, typ) })
	if i < 0 || overrides[i].ReplacementEcosystem == nil {
		return typ
	}
	return *overrides[i].ReplacementEcosystem
}
