package match

import (
	"slices"
	"strings"

	"github.com/anchore/grype/grype/distro"
	grypepkg "github.com/anchore/grype/grype/pkg"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/regex"
)

// matchable lists the packages of a part that are in a state, but for those that are only a part of a package of their
// distribution: its advisories say more about them, because it mends what upstream calls the same version.
func (m *matching) matchable(p *part, state finding.State) []grypepkg.Package {
	var out []grypepkg.Package
	for _, i := range p.packages {
		if m.inv.Packages[i].State == state && !isPart(m.inv, m.packages, i) {
			out = append(out, *m.packages[i])
		}
	}
	return out
}

// isPart tells whether a package of an inventory, by its index, is only a part of one that owns its files.
func isPart(inv *inventory.Inventory, packages []*grypepkg.Package, i int) bool {
	return slices.ContainsFunc(inv.Packages[i].Owners, func(owner int) bool {
		return partOf(inv.Packages[i], inv.Packages[owner], packages[owner].Distro)
	})
}

// partOf tells whether p is the software that owner, which has its files, brings for a distribution: the distribution
// made the owner and lists vulnerabilities that it has not fixed, too, and the owner's version is p's. That a package
// has the files says nothing by itself: a vendor's or one's own package has libraries of which no distribution knows.
func partOf(p, owner inventory.Package, d *distro.Distro) bool {
	version := spelling(p.Version)
	return d != nil && isSystemType(owner.Type) && !isSystemType(p.Type) && listsUnfixed(d) &&
		(slices.Contains(noVersion, version) || version == spelling(upstreamVersion(owner.Version))) && owner.Brings(p)
}

// noVersion is what stands for a version, as it is spelled, that the sources of a package did not know when it was built: 0.0.0, 0 and unknown.
var noVersion = []string{"", "unknown"}

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

// upstreamVersion is the version of what a system's package packages: without its epoch and its revision, and of one that
// was put back under a higher version ("8.2.0+really8.1.8") the real one.
func upstreamVersion(version string) string {
	if epoch, rest, ok := strings.Cut(version, ":"); ok && strings.Trim(epoch, "0123456789") == "" {
		version = rest
	}
	if i := strings.LastIndex(version, "-"); i >= 0 {
		version = version[:i]
	}
	if i := strings.LastIndex(version, "really"); i >= 0 {
		version = strings.TrimLeft(version[i+len("really"):], ".-+~")
	}
	return version
}

var (
	// notOfVersion is what distributions add to a version that they repacked or took from a repository, or to which they
	// joined other sources, and what languages write behind the number of a release.
	notOfVersion = regex.New(`\+.*|[.~-]+(?:dfsg|ds|repack|cs|git|svn|hg)(?:[0-9.+~-].*)?$|~[0-9].*|[.-](?:jre|android|final|release|ga)$`)
	inVersion    = regex.New(`[0-9]+|[a-z]+`)
)

// spelling writes versions alike that upstream and distributions spell differently: 31.1-jre and 31.1, 2022.09.24 and
// 2022.9.24, 1.0rc1 and 1.0~rc1, 2.0 and 2.0.0.
func spelling(version string) string {
	words := inVersion.FindAllString(notOfVersion.ReplaceAllString(strings.ToLower(version), ""), -1)
	for i, w := range words {
		words[i] = strings.TrimLeft(w, "0")
	}
	for len(words) > 0 && words[len(words)-1] == "" {
		words = words[:len(words)-1]
	}
	return strings.Join(words, ".")
}
