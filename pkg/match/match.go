// Package match finds the known vulnerabilities of an inventory's packages, with grype's matchers over grype's
// database.
//
// Beside pkg/inventory and pkg/vulndb it is the only package that may import anchore's modules.
package match

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/anchore/grype/grype/distro"
	grypematch "github.com/anchore/grype/grype/match"
	"github.com/anchore/grype/grype/matcher"
	"github.com/anchore/grype/grype/matcher/rpm"
	"github.com/anchore/grype/grype/matcher/stock"
	"github.com/anchore/grype/grype/version"
	"github.com/anchore/grype/grype/vulnerability"
	"github.com/anchore/syft/syft/linux"
	"github.com/anchore/syft/syft/pkg"
	"golang.org/x/sync/errgroup"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/kept"
)

// MaxFindings is how many findings an image may have for which there are reports, and how many records the database may
// name for the packages of a platform, most of which become findings. Large and old images have some ten thousand.
const MaxFindings = 100_000

// ErrTooMany is the error for an image with more.
var ErrTooMany = fmt.Errorf("the image has more findings than the %d that can be reported", MaxFindings)

// Result holds the findings of one platform, and says what its packages were judged by.
type Result struct {
	Findings []finding.Finding // in the order of finding.Sort
	// Distro is the distribution of the final file system.
	Distro Distro
	// Others are the further distributions of which there are packages: in other systems inside the image, and of before
	// an upgrade of the distribution.
	Others []Distro
	// LookedUp are the visible packages by type and distribution, sorted.
	LookedUp []LookedUp
}

// Distro is a distribution whose advisories were used; its zero value means none.
type Distro struct {
	ID, Version, Name string
	// EndOfLife is set where the database says that the distribution gets no more security updates.
	EndOfLife bool
}

// Target says what the findings are about.
type Target struct {
	Platform string          // os/arch[/variant]
	Layers   []finding.Layer // of the image, the lowest first, with the base image's marked
	Now      time.Time       // against which ends of life are judged
	// Covers counts the advisories for a release of a distribution, and tells whether the database knows the distribution at all.
	Covers func(context.Context, *distro.Distro) (cover finding.Cover, distribution bool, err error)
	// Ecosystems counts the advisories for those of some package types of which there are any, and CPEs those by CPE names.
	Ecosystems func(ctx context.Context, types []string) (map[string]finding.Cover, error)
	CPEs       func(context.Context) (finding.Cover, error)
	// Coordinates lists the packages of Maven of which the database knows anything, as group:artifact.
	Coordinates func(context.Context) ([]string, error)
	// Expect tells the database which names of packages it will be asked for.
	Expect func(names []string) error
	// Exploitation looks up what is known of identifiers about their use in attacks, by their names in capital letters.
	Exploitation func(ids []string) (map[string]finding.Exploitation, error)
	// Locate tells which line of the project to edit for a package that was found at a path of a layer, and which other lines
	// have to do with it. It is nil where nothing is known of the project.
	Locate func(layer int, p finding.Package, path string) (*finding.Location, []finding.Related)
	// Parts is how many parts of the packages are matched at the same time.
	Parts int
	// Kept keeps from run to run what was found, for the same packages, program and database; nil finds it in each run. Whoever can write to
	// it chooses what is found.
	Kept kept.Store
	// Database identifies all that Find is told by the database and by Exploitation; empty keeps nothing.
	Database string
}

// Find matches the inventory's packages, visible and shadowed ones, against a database.
func Find(ctx context.Context, inv *inventory.Inventory, db vulnerability.Provider, target Target) (Result, error) {
	packages := inv.Matchables()
	known := newDistros(inv, packages)
	result, err := describe(inv, known, db, target)
	if err != nil {
		return Result{}, err
	}
	var found *matches
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		result.LookedUp, err = lookUp(ctx, inv, packages, known, target)
		return err
	})
	group.Go(func() (err error) {
		found, err = vulnerabilities(ctx, inv, packages, known.of(inv.Release), db, target)
		return err
	})
	if err := group.Wait(); err != nil {
		return Result{}, err
	}
	result.Findings = append(found.Found, target.gaps(inv, known, result.LookedUp, found.Incomparable)...)
	finding.Sort(result.Findings)
	return result, nil
}

// matchers are grype's.
func matchers() []grypematch.Matcher { return matcher.NewDefaultMatchers(settings()) }

// settings are the defaults of grype's command.
func settings() matcher.Config {
	return matcher.Config{
		Stock: stock.MatcherConfig{UseCPEs: true},
		Rpm:   rpm.MatcherConfig{MissingEpochStrategy: version.MissingEpochStrategyAuto},
	}
}

// kernelHeaders are the packages that grype's command leaves out: they are built from the kernel's source and named in
// all its advisories, but hold no kernel.
func kernelHeaders() []grypematch.IgnoreRule {
	rule := func(typ pkg.Type, name, upstream string) grypematch.IgnoreRule {
		return grypematch.IgnoreRule{
			Package:   grypematch.IgnoreRulePackage{Name: name, UpstreamName: upstream, Type: string(typ)},
			MatchType: grypematch.ExactIndirectMatch,
		}
	}
	return []grypematch.IgnoreRule{
		rule(pkg.RpmPkg, "kernel-headers", "kernel"),
		rule(pkg.DebPkg, "linux(-.*)?-headers-.*", "linux.*"),
		rule(pkg.DebPkg, "linux-libc-dev", "linux"),
		rule(pkg.DebPkg, "linux-kbuild-.*", "linux.*"),
	}
}

// describe says which distributions the packages of an inventory are judged by, and what is to be known of them.
func describe(inv *inventory.Inventory, known *distros, db vulnerability.Provider, target Target) (Result, error) {
	var result Result
	var err error
	if inv.Release != nil {
		if result.Distro, err = newDistro(inv.Release, known.of(inv.Release), db, target.Now); err != nil {
			return Result{}, err
		}
	}
	for _, i := range known.installations(inv) {
		if err := i.check(); err != nil {
			return Result{}, err
		}
		d, err := newDistro(i.release, i.distro, db, target.Now)
		if err != nil {
			return Result{}, err
		}
		same := func(other Distro) bool { return other.ID == d.ID && other.Version == d.Version }
		if !same(result.Distro) && !slices.ContainsFunc(result.Others, same) {
			result.Others = append(result.Others, d)
		}
	}
	return result, nil
}

func newDistro(r *linux.Release, d *distro.Distro, db vulnerability.Provider, now time.Time) (Distro, error) {
	out := Distro{ID: r.ID, Version: r.VersionID, Name: r.PrettyName}
	if d == nil {
		return out, nil
	}
	var err error
	out.EndOfLife, err = endOfLife(db, d, now)
	return out, err
}

func endOfLife(db vulnerability.Provider, d *distro.Distro, now time.Time) (bool, error) {
	checker, ok := db.(vulnerability.EOLChecker)
	if !ok {
		return false, nil
	}
	end, _, err := checker.GetOperatingSystemEOL(d)
	if err != nil {
		return false, fmt.Errorf("asking for the end of life of %s: %w", d, err)
	}
	return end != nil && now.After(*end), nil
}
