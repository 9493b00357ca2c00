package match

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/anchore/grype/grype/distro"
	grypepkg "github.com/anchore/grype/grype/pkg"
	"github.com/anchore/syft/syft/artifact"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/kept"
)

// keptFormat changes whenever what matches hold, or how they are found, changes.
const keptFormat = "1"

// matches are what a database says of the packages of an inventory. They are kept from run to run, so that nothing of the project or of
// the image's layers is in them.
type matches struct {
	Found []finding.Finding // of no package and no place; see Target.place
	Of    []int             // for each, the index of its package
	// Incomparable are the packages, by index and sorted, with whose versions some of their advisories cannot be compared.
	Incomparable []int
}

// recall takes from a store what an earlier run found under a key, in so many packages; nil where that is nothing that a run can have
// found.
func recall(from kept.Store, key string, packages int) *matches {
	m := &matches{}
	if !kept.Get(from, key, m) || len(m.Found) != len(m.Of) || len(m.Found) > MaxFindings {
		return nil
	}
	outside := func(i int) bool { return i < 0 || i >= packages }
	if slices.ContainsFunc(m.Of, outside) || slices.ContainsFunc(m.Incomparable, outside) || !slices.IsSorted(m.Incomparable) {
		return nil
	}
	for i := range m.Found {
		f := &m.Found[i]
		placed := *f
		if placed.State, placed.Title = finding.Visible, f.ID; f.Vulnerability == nil || placed.Valid() != nil {
			return nil
		}
		// Empty lists are not written down, and are read as nil.
		v := f.Vulnerability
		f.URLs, v.Aliases, v.Fix.Versions = append([]string{}, f.URLs...), append([]string{}, v.Aliases...), append([]finding.FixVersion{}, v.Fix.Versions...)
	}
	return m
}

// key identifies all that the matches of packages depend on: the database, this program, the settings of its matchers, and of the packages and of their
// distribution what the matchers see. It is empty where the target does not say which database it is.
func (t Target) key(inv *inventory.Inventory, packages []*grypepkg.Package, d *distro.Distro) (string, error) {
	if t.Kept == nil || t.Database == "" {
		return "", nil
	}
	h := sha256.New()
	fmt.Fprintf(h, "matches %s %q %q %+v %+v\n", keptFormat, inventory.Versions(), t.Database, settings(), kernelHeaders())
	lines := json.NewEncoder(h)
	if err := lines.Encode(newSeenDistro(d)); err != nil {
		return "", fmt.Errorf("identifying what was matched: %w", err)
	}
	distros := map[*distro.Distro]string{}
	for i, p := range packages {
		if err := lines.Encode(newSeenPackage(inv.Packages[i], p)); err != nil {
			return "", fmt.Errorf("identifying what was matched: %w", err)
		}
		if _, ok := distros[p.Distro]; !ok {
			raw, err := json.Marshal(newSeenDistro(p.Distro))
			if err != nil {
				return "", fmt.Errorf("identifying what was matched: %w", err)
			}
			distros[p.Distro] = string(raw)
		}
		_, _ = io.WriteString(h, distros[p.Distro]+"\n")
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// seenPackage is what a matcher sees of a package, but for its distribution.
type seenPackage struct {
	State         finding.State // the matchers are shown the packages of one state at a time
	Name, Version string
	Type          string
	PURL          string
	Details       any // language, places in whatever layer, CPEs and upstream packages
	Kind          string
	Metadata      any
	Owners        []grypepkg.ID
}

func newSeenPackage(from inventory.Package, p *grypepkg.Package) seenPackage {
	places := slices.Clone(from.Details.Places)
	for i := range places {
		places[i].Layer = "" // no matcher asks for it, and each build makes other layers of the same packages
	}
	out := seenPackage{
		State: from.State, Name: p.Name, Version: p.Version, Type: string(p.Type), PURL: p.PURL,
		Details: []any{p.Language, places, p.CPEs, p.Upstreams}, Kind: fmt.Sprintf("%T", p.Metadata), Metadata: p.Metadata,
	}
	for _, owner := range p.RelatedPackages[artifact.OwnershipByFileOverlapRelationship] {
		out.Owners = append(out.Owners, owner.ID)
	}
	return out
}

// seenDistro is what a matcher sees of a distribution.
type seenDistro struct {
	*distro.Distro
	Parts []string
}

func newSeenDistro(d *distro.Distro) seenDistro {
	if d == nil {
		return seenDistro{}
	}
	return seenDistro{d, []string{d.MajorVersion(), d.MinorVersion(), d.RemainingVersion(), d.LabelVersion()}}
}
