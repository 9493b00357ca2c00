package vulndb

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	v6 "github.com/anchore/grype/grype/db/v6"
	"gorm.io/gorm"
)

// reader is grype's reader of a database, spared the questions whose answer is known: most packages of an image are in no
// advisory, and each look-up costs a quarter of a millisecond.
type reader struct {
	v6.Reader

	mu         sync.RWMutex
	looked     map[string]bool // names that Expect looked up, in lower case
	affected   map[string]bool // those of them with advisories
	unaffected map[string]bool // those of them that advisories say are not affected
}

func newReader(r v6.Reader) *reader {
	return &reader{Reader: r, looked: map[string]bool{}, affected: map[string]bool{}, unaffected: map[string]bool{}}
}

// GetDB is what grype asks a reader for where it reads records by their number.
func (r *reader) GetDB() *gorm.DB {
	return r.Reader.(interface{ GetDB() *gorm.DB }).GetDB() // every reader of grype's has it
}

// namesAtOnce is how many names one query asks for; SQLite takes at least 999 parameters.
const namesAtOnce = 500

// expect finds out which of the names are in the database at all, with a few queries for all of them.
func (r *reader) expect(names []string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var asked []string
	for _, n := range names {
		if n = fold(n); !r.looked[n] {
			r.looked[n] = true
			asked = append(asked, n)
		}
	}
	for batch := range slices.Chunk(asked, namesAtOnce) {
		for table, found := range map[string]map[string]bool{
			"affected_package_handles": r.affected, "unaffected_package_handles": r.unaffected,
		} {
			var present []string
			err := r.GetDB().Table("packages").Where("name COLLATE NOCASE IN ?", batch).
				Where(fmt.Sprintf("EXISTS (SELECT 1 FROM %[1]s WHERE %[1]s.package_id = packages.id)", table)).
				Pluck("name", &present).Error
			if err != nil {
				return fmt.Errorf("looking up package names: %w", err)
			}
			for _, n := range present {
				found[fold(n)] = true
			}
		}
	}
	return nil
}

// fold lowers the letters that SQLite's NOCASE takes for the same.
func fold(name string) string {
	return strings.Map(func(c rune) rune {
		if c >= 'A' && c <= 'Z' {
			return c + 'a' - 'A'
		}
		return c
	}, name)
}

// absent tells whether expect found that a name is not among those of a table.
func (r *reader) absent(pkg *v6.PackageSpecifier, present map[string]bool) bool {
	if pkg == nil || pkg.Name == "" {
		return false
	}
	name := fold(pkg.Name)
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.looked[name] && !present[name]
}

// GetAffectedPackages finds what the database says of a package.
func (r *reader) GetAffectedPackages(pkg *v6.PackageSpecifier, config *v6.GetPackageOptions) ([]v6.AffectedPackageHandle, error) {
	if r.absent(pkg, r.affected) {
		return nil, nil
	}
	return r.Reader.GetAffectedPackages(pkg, config)
}

// GetUnaffectedPackages finds what the database says a package is not affected by.
func (r *reader) GetUnaffectedPackages(pkg *v6.PackageSpecifier, config *v6.GetPackageOptions) ([]v6.UnaffectedPackageHandle, error) {
	if r.absent(pkg, r.unaffected) {
		return nil, nil
	}
	return r.Reader.GetUnaffectedPackages(pkg, config)
}

// Which vulnerabilities are exploited, how likely that is and which weakness they have is three queries for each, and
// nothing that a verdict or a report of Layergate's asks for.

// GetKnownExploitedVulnerabilities answers with none.
func (r *reader) GetKnownExploitedVulnerabilities(string) ([]v6.KnownExploitedVulnerabilityHandle, error) {
	return nil, nil
}

// GetEpss answers with none.
func (r *reader) GetEpss(string) ([]v6.EpssHandle, error) { return nil, nil }

// GetCWEs answers with none.
func (r *reader) GetCWEs(string) ([]v6.CWEHandle, error) { return nil, nil }
