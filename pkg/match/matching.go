package match

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/anchore/grype/grype"
	"github.com/anchore/grype/grype/db/v6/name"
	"github.com/anchore/grype/grype/distro"
	grypematch "github.com/anchore/grype/grype/match"
	grypepkg "github.com/anchore/grype/grype/pkg"
	"github.com/anchore/grype/grype/vulnerability"
	"golang.org/x/sync/errgroup"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/inventory"
)

// vulnerabilities finds those of an inventory's packages. What an earlier run found in a part of them is not looked for again where nothing
// that it depends on is different.
func vulnerabilities(ctx context.Context, inv *inventory.Inventory, packages []*grypepkg.Package, d *distro.Distro, db vulnerability.Provider, target Target) (*matches, error) {
	m := &matching{inv: inv, packages: packages, distro: d, db: newProvider(db, newGuesses(ctx, inv, target)), target: target, about: target.about()}
	parts := divide(inv)
	if err := m.each(ctx, parts, m.recall); err != nil {
		return nil, err
	}
	var unknown []*part
	for _, p := range parts {
		if p.found == nil {
			unknown = append(unknown, p)
		} else if err := m.db.count(p.found.Records); err != nil {
			return nil, err
		}
	}
	if err := m.look(ctx, unknown); err != nil {
		return nil, err
	}
	out := join(parts)
	numbers := copiesIn(inv)
	for i, of := range out.Of {
		p := inv.Packages[of]
		target.place(&out.Found[i], p, numbers.number(p))
	}
	return out, nil
}

// matching looks for the vulnerabilities of an inventory's packages.
type matching struct {
	inv      *inventory.Inventory
	packages []*grypepkg.Package // in the order of the inventory's
	distro   *distro.Distro      // of the image
	db       *provider
	target   Target
	about    string // what the matches of all packages depend on; empty where none are kept
}

// each does something with parts, some at a time.
func (m *matching) each(ctx context.Context, parts []*part, do func(context.Context, *part) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(m.target.Parts, 1))
	for _, p := range parts {
		group.Go(func() error { return do(ctx, p) })
	}
	return group.Wait()
}

// look asks the database about the packages of parts, and keeps what it finds.
func (m *matching) look(ctx context.Context, parts []*part) error {
	if len(parts) == 0 {
		return nil
	}
	var asked []*grypepkg.Package
	for _, p := range parts {
		for _, i := range p.packages {
			asked = append(asked, m.packages[i])
		}
	}
	if err := m.target.Expect(names(asked, m.db)); err != nil {
		return err
	}
	if err := cmp.Or(m.each(ctx, parts, m.lookIn), ctx.Err()); err != nil { // what was found may not be all
		return err
	}
	var found []finding.Finding
	for _, p := range parts {
		found = append(found, p.found.Found...)
	}
	if err := addExploitation(found, m.target); err != nil {
		return err
	}
	return m.each(ctx, parts, m.keep)
}

// lookIn asks the database about the packages of a part.
func (m *matching) lookIn(ctx context.Context, p *part) error {
	db, versions, out := m.db.part(), &incomparable{}, &matches{}
	place := map[grypepkg.ID]int{}
	for k, i := range p.packages {
		place[m.packages[i].ID] = k
	}
	at := map[advised]int{}
	for _, state := range []finding.State{finding.Visible, finding.Shadowed} {
		packages := m.matchable(p, state)
		if len(packages) == 0 {
			continue
		}
		matched, err := find(ctx, db, packages, m.distro, versions)
		if err != nil {
			return err
		}
		for _, one := range matched {
			k := place[one.Package.ID]
			f, err := newFinding(one)
			if err != nil {
				return err
			}
			if f.Vulnerability.Guess, err = db.guesses.because(one.Package.ID, one.Vulnerability.PackageName); err != nil {
				return err
			}
			key := advised{k, f.ID}
			if first, twice := at[key]; !twice {
				at[key] = len(out.Found)
				out.Found, out.Of = append(out.Found, f), append(out.Of, k)
			} else if f.Severity > out.Found[first].Severity {
				out.Found[first] = f
			}
		}
	}
	for k, i := range p.packages {
		if versions.packages[m.packages[i].ID] {
			out.Incomparable = append(out.Incomparable, k)
		}
	}
	out.Records = db.records
	p.found = out
	return nil
}

// advised is an advisory about a package, by its index in a part. Where two sources have one of the same identifier, the more severe counts.
type advised struct {
	of int
	id string
}

// find matches packages.
func find(ctx context.Context, db *provider, packages []grypepkg.Package, d *distro.Distro, versions *incomparable) ([]grypematch.Match, error) {
	m := grype.VulnerabilityMatcher{VulnerabilityProvider: db, Matchers: versions.watch(matchers(), db), IgnoreRules: kernelHeaders()}
	matches, _, err := m.FindMatchesContext(ctx, packages, grypepkg.Context{Distro: d})
	if err != nil {
		return nil, fmt.Errorf("matching packages: %w", err)
	}
	// The matchers only log what the database fails to answer; a gate must not.
	switch err := db.failure(); {
	case errors.Is(err, ErrTooMany):
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("reading the vulnerability database: %w", err)
	}
	return matches.Sorted(), nil
}

// names lists the names by which the matchers look packages up.
func names(packages []*grypepkg.Package, db vulnerability.Provider) []string {
	var out []string
	for _, known := range packages {
		p := *known
		searched := db.PackageSearchNames(p)
		for _, u := range p.Upstreams {
			p.Name = u.Name
			searched = append(searched, db.PackageSearchNames(p)...)
		}
		for _, n := range searched {
			out = append(out, n, name.Normalize(n, p.Type))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
