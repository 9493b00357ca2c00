//go:build !anchore_public

package anchore

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	v6 "github.com/anchore/grype/grype/db/v6"
	"github.com/anchore/grype/grype/vulnerability"
	"gorm.io/gorm"
)

// Reader is grype's reader of a database, spared the questions whose answer is known: most packages of an image are in
// no advisory, and each look-up costs a quarter of a millisecond. It is safe for concurrent use.
type Reader struct {
	v6.Reader
	db *gorm.DB

	mu         sync.RWMutex
	looked     map[string]bool // names that Expect looked up, in lower case
	affected   map[string]bool // those of them with advisories
	unaffected map[string]bool // those of them that advisories say are not affected
}

// NewReader makes a Reader of one that grype opened, which it closes with itself.
func NewReader(r v6.Reader) (*Reader, error) {
	low, ok := r.(interface{ GetDB() *gorm.DB })
	if !ok {
		return nil, fmt.Errorf("preparing the advisory database: grype's reader %T does not give its database", r)
	}
	if err := rememberSmallTables(low.GetDB()); err != nil {
		return nil, err
	}
	return &Reader{Reader: r, db: low.GetDB(), looked: map[string]bool{}, affected: map[string]bool{}, unaffected: map[string]bool{}}, nil
}

// Provider returns the provider in which grype's matchers look up advisories. Closing it closes the reader.
func (r *Reader) Provider() vulnerability.Provider { return v6.NewVulnerabilityProvider(r) }

// GetDB returns the database connection, through which grype reads records by their row ID.
func (r *Reader) GetDB() *gorm.DB { return r.db }

// namesAtOnce is how many names one query asks for; SQLite takes at least 999 parameters.
const namesAtOnce = 500

// Expect finds out which of the names are in the database at all, with a few queries for all of them. It changes no
// answer: what is asked about others of them afterwards is answered without a query, and names that were not expected
// are looked up one by one.
func (r *Reader) Expect(names []string) error {
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
			err := r.db.Table("packages").Where("name COLLATE NOCASE IN ?", batch).
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

// absent tells whether Expect found that a name is not among those of a table.
func (r *Reader) absent(pkg *v6.PackageSpecifier, present map[string]bool) bool {
	if pkg == nil || pkg.Name == "" {
		return false
	}
	name := fold(pkg.Name)
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.looked[name] && !present[name]
}

// GetAffectedPackages finds what the database says of a package.
func (r *Reader) GetAffectedPackages(pkg *v6.PackageSpecifier, config *v6.GetPackageOptions) ([]v6.AffectedPackageHandle, error) {
	if r.absent(pkg, r.affected) {
		return nil, nil
	}
	return r.Reader.GetAffectedPackages(pkg, config)
}

// GetUnaffectedPackages finds what the database says a package is not affected by.
func (r *Reader) GetUnaffectedPackages(pkg *v6.PackageSpecifier, config *v6.GetPackageOptions) ([]v6.UnaffectedPackageHandle, error) {
	if r.absent(pkg, r.unaffected) {
		return nil, nil
	}
	return r.Reader.GetUnaffectedPackages(pkg, config)
}

// What is known about the exploits and the weakness of a vulnerability is three queries for each that a matcher looks
// at, most of which it then leaves out. The matchers get none of it; KnownExploited, EPSS and CWEs answer for those
// that were reported.

// GetKnownExploitedVulnerabilities answers with none: see KnownExploited.
func (r *Reader) GetKnownExploitedVulnerabilities(string) ([]v6.KnownExploitedVulnerabilityHandle, error) {
	return nil, nil
}

// GetEpss answers with none: see EPSS.
func (r *Reader) GetEpss(string) ([]v6.EpssHandle, error) { return nil, nil }

// GetCWEs answers with none: see CWEs.
func (r *Reader) GetCWEs(string) ([]v6.CWEHandle, error) { return nil, nil }
