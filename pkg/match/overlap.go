package match

import (
	"slices"
	"strings"

	"github.com/anchore/grype/grype/distro"
	grypepkg "github.com/anchore/grype/grype/pkg"
	"github.com/anchore/syft/syft/artifact"
	"github.com/anchore/syft/syft/pkg"

	"github.com/layergate/layergate/pkg/finding"
)

// matchable lists the packages of a part that are in a state, but for those that are only a part of an
// operating system's package, by the rule that grype's command follows: the distribution's own advisories say more
// about them.
func (m *matching) matchable(p *part, state finding.State) []grypepkg.Package {
	var out []grypepkg.Package
	for _, i := range p.packages {
		if m.inv.Packages[i].State == state && !isPart(m.packages[i]) {
			out = append(out, *m.packages[i])
		}
	}
	return out
}

// isPart tells whether a package is only a part of one that owns its files.
func isPart(p *grypepkg.Package) bool {
	owners := p.RelatedPackages[artifact.OwnershipByFileOverlapRelationship]
	return slices.ContainsFunc(owners, func(owner *grypepkg.Package) bool { return partOf(p, owner) })
}

// partOf tells whether p, whose files belong to owner, adds nothing to it: both have about the same version, and p is
// either a plain binary or covered by a distribution that also lists vulnerabilities it has not fixed.
func partOf(p, owner *grypepkg.Package) bool {
	if owner.Distro == nil {
		return false
	}
	if !strings.HasPrefix(owner.Version, p.Version) && !strings.HasPrefix(p.Version, owner.Version) {
		return false
	}
	if p.Type == pkg.BinaryPkg {
		return true
	}
	return isSystemPackage(owner) && !isSystemPackage(p) && listsUnfixed(owner.Distro)
}

func isSystemPackage(p *grypepkg.Package) bool {
	return slices.Contains([]pkg.Type{pkg.AlpmPkg, pkg.ApkPkg, pkg.DebPkg, pkg.PortagePkg, pkg.RpmPkg}, p.Type)
}

// listsUnfixed tells whether a distribution's advisories also name what it has not fixed. Amazon Linux calls itself
// like RHEL, and does not.
func listsUnfixed(d *distro.Distro) bool {
	if d.Type == distro.AmazonLinux {
		return false
	}
	for _, t := range []distro.Type{distro.ArchLinux, distro.Azure, distro.Debian, distro.Mariner, distro.RedHat, distro.Ubuntu} {
		like := func(name string) bool { return strings.EqualFold(name, string(t)) }
		if like(d.Name()) || slices.ContainsFunc(d.IDLike, like) {
			return true
		}
	}
	return false
}
