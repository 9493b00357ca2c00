package inventory

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	grypepkg "github.com/anchore/grype/grype/pkg"
	"github.com/anchore/syft/syft/artifact"
	"github.com/anchore/syft/syft/cpe"
	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/pkg"

	"github.com/layergate/layergate/pkg/finding"
)

// Details hold what packages are matched by beside their names and versions. Matchables hands grype's matchers what they read of it.
type Details struct {
	Language  pkg.Language
	Places    []place
	CPEs      []cpe.CPE
	Upstreams []grypepkg.UpstreamPackage
	Metadata  metadata
	Clues     Clues
	// Maintainer is who made a system's package, by the package's own word: dpkg's and apk's Maintainer, RPM's Vendor, pacman's Packager.
	Maintainer string
}

// Matchables are the packages as grype's matchers want them, in the order of Packages. The identifier of each is its
// index. Its related packages are those that own a file in which it was found.
func (inv *Inventory) Matchables() []*grypepkg.Package {
	out := make([]*grypepkg.Package, len(inv.Packages))
	for i := range inv.Packages {
		out[i] = inv.Packages[i].matchable(i)
	}
	for i, p := range inv.Packages {
		for _, owner := range p.Owners {
			related := out[i].RelatedPackages
			related[artifact.OwnershipByFileOverlapRelationship] = append(related[artifact.OwnershipByFileOverlapRelationship], out[owner])
		}
	}
	return out
}

func (p *Package) matchable(i int) *grypepkg.Package {
	locations := make([]file.Location, 0, len(p.Details.Places))
	for _, at := range p.Details.Places {
		l := file.NewVirtualLocation(at.Path, at.Access)
		l.FileSystemID = at.Layer
		locations = append(locations, l)
	}
	return &grypepkg.Package{
		ID: grypepkg.ID(strconv.Itoa(i)), Name: p.Name, Version: p.Version, Locations: file.NewLocationSet(locations...),
		Language: p.Details.Language, Type: pkg.Type(p.Type), CPEs: p.Details.CPEs, PURL: p.PURL, Upstreams: p.Details.Upstreams,
		Metadata: p.Details.Metadata.value, RelatedPackages: map[artifact.RelationshipType][]*grypepkg.Package{},
	}
}

// Check makes sure that an inventory that was read back can be one of an image with so many layers.
func (inv *Inventory) Check(layers int) error {
	for i, p := range inv.Packages {
		if err := inv.checkPackage(p, layers); err != nil {
			return fmt.Errorf("package %d (%.100q): %w", i, p.Name, err)
		}
	}
	for _, g := range slices.Concat(inv.Unreadable, inv.Unread, inv.Unidentified) {
		if g.Layer < 0 || g.Layer >= layers {
			return fmt.Errorf("%.100q, which was not read, is in layer %d of %d", g.Path, g.Layer, layers)
		}
	}
	return inv.Looked.check(layers)
}

func (inv *Inventory) checkPackage(p Package, layers int) error {
	switch {
	case p.Name == "" || p.Version == "":
		return errors.New("it has no name or no version")
	case p.State != finding.Visible && p.State != finding.Shadowed:
		return fmt.Errorf("it is in the state %.20q", p.State)
	case p.Layer < 0 || p.Layer >= layers:
		return fmt.Errorf("it is in layer %d of %d", p.Layer, layers)
	case p.HiddenBy < 0 || p.HiddenBy >= layers:
		return fmt.Errorf("layer %d of %d hides it", p.HiddenBy, layers)
	}
	for _, owner := range p.Owners {
		if owner < 0 || owner >= len(inv.Packages) {
			return fmt.Errorf("package %d of %d owns it", owner, len(inv.Packages))
		}
		if p.State == finding.Visible && inv.Packages[owner].State != finding.Visible {
			return fmt.Errorf("it is visible, and package %d, which owns it, is not", owner)
		}
	}
	return nil
}
