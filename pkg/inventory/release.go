package inventory

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/anchore/grype/grype/distro"
	"github.com/anchore/syft/syft/linux"
	"github.com/anchore/syft/syft/pkg"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/natural"
	"github.com/layergate/layergate/pkg/regex"
)

// releasePackage is a package whose version is the release of the distribution that brings it.
type releasePackage struct {
	typ   pkg.Type
	names []string
	of    []distro.Type
	parts int // how many numbers of the version are the release
}

// releasePackages are those that bring os-release. Ubuntu's base-files and Alpine's baselayout do, too, and have versions of their own.
func releasePackages() []releasePackage {
	return []releasePackage{
		{pkg.DebPkg, []string{"base-files"}, []distro.Type{distro.Debian, distro.Raspbian}, 1},
		{pkg.ApkPkg, []string{"alpine-release", "alpine-base"}, []distro.Type{distro.Alpine}, 2},
		{
			pkg.RpmPkg,
			[]string{"redhat-release", "redhat-release-server", "centos-release", "centos-linux-release", "centos-stream-release", "rocky-release", "almalinux-release", "oraclelinux-release", "sl-release"},
			[]distro.Type{distro.RedHat, distro.CentOS, distro.RockyLinux, distro.AlmaLinux, distro.OracleLinux, distro.Scientific}, 1,
		},
		{pkg.RpmPkg, []string{"fedora-release", "fedora-release-common"}, []distro.Type{distro.Fedora}, 1},
		{pkg.RpmPkg, []string{"system-release"}, []distro.Type{distro.AmazonLinux}, 1},
		{pkg.RpmPkg, []string{"mariner-release"}, []distro.Type{distro.Mariner}, 2},
		{pkg.RpmPkg, []string{"azurelinux-release"}, []distro.Type{distro.Azure}, 2},
		{pkg.RpmPkg, []string{"photon-release"}, []distro.Type{distro.Photon}, 2},
		{pkg.RpmPkg, []string{"sles-release"}, []distro.Type{distro.SLES}, 2},
		{pkg.RpmPkg, []string{"openSUSE-release", "Leap-release"}, []distro.Type{distro.OpenSuseLeap}, 2},
	}
}

var releaseNumber = regex.New(`^(?:\d+:)?(\d+(?:\.\d+)*)`)

// numbers are the first numbers of a version, without an epoch and a zero at the end; empty where it does not begin with one.
func numbers(version string, n int) string {
	m := releaseNumber.FindStringSubmatch(version)
	if m == nil {
		return ""
	}
	all := strings.Split(m[1], ".")
	return strings.TrimSuffix(strings.Join(all[:min(n, len(all))], "."), ".0")
}

// settle has each system be of the release that its own package names, where its os-release names another: a file that anybody writes says
// less than what is installed. That package is the one that was recorded beside the same os-release, so that what is left of before an
// upgrade stays what it was, or else the one that is still there. Where there is none, or os-release names no release, that one counts.
func (inv *Inventory) settle() {
	type system struct{ root, id, version string }
	settled := map[system]*linux.Release{}
	of := func(root string, r *linux.Release) *linux.Release {
		if r == nil || r.VersionID == "" {
			return r
		}
		at := system{root, r.ID, r.VersionID}
		if _, known := settled[at]; !known {
			settled[at] = inv.named(root, r)
		}
		return cmp.Or(settled[at], r)
	}
	image := of("/", inv.Release)
	releases := make([]*linux.Release, len(inv.Packages))
	for i, p := range inv.Packages {
		releases[i] = of(p.Root, p.Release)
	}
	inv.Release = image
	for i := range releases {
		inv.Packages[i].Release = releases[i]
	}
}

// named is the release that a system is by its packages, or nil where they do not say another one than r.
func (inv *Inventory) named(root string, r *linux.Release) *linux.Release {
	beside, there, parts := "", "", 0
	typ := distro.TypeFromRelease(*r)
	known := slices.DeleteFunc(releasePackages(), func(k releasePackage) bool { return !slices.Contains(k.of, typ) })
	for _, p := range inv.Packages {
		if p.Root != root || p.Release == nil {
			continue
		}
		at := slices.IndexFunc(known, func(k releasePackage) bool { return string(k.typ) == p.Type && slices.Contains(k.names, p.Name) })
		if at < 0 {
			continue
		}
		parts = known[at].parts
		version := numbers(p.Version, parts)
		if p.Release.ID == r.ID && p.Release.VersionID == r.VersionID && natural.Compare(version, beside) > 0 {
			beside = version
		}
		if p.State == finding.Visible && natural.Compare(version, there) > 0 {
			there = version
		}
	}
	version := cmp.Or(beside, there)
	if version == "" || version == numbers(r.VersionID, parts) {
		return nil
	}
	if parts == 2 && !strings.Contains(version, ".") {
		version += ".0"
	}
	out := *r
	out.VersionID, out.Version, out.VersionCodename = version, "", ""
	out.PrettyName = fmt.Sprintf("%s %s (os-release: %s)", cmp.Or(r.Name, r.ID), version, r.VersionID)
	return &out
}
