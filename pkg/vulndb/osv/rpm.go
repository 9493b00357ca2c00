package osv

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	v6 "github.com/anchore/grype/grype/db/v6"
	syftpkg "github.com/anchore/syft/syft/pkg"
)

// rockyLinux is grype's name for Rocky Linux.
const rockyLinux = "rockylinux"

// rockyAliases are the names under which grype looks Rocky Linux up as Red Hat's, as long as the database says so.
func rockyAliases() []string { return []string{"rocky", rockyLinux} }

// redHatRelease is the part of a CPE name by which OSV tells Red Hat's products apart, such as enterprise_linux:9::appstream. What Red Hat
// repairs for its longest support (rhel_els) counts for the release: a package below that version is affected with that support and without.
var redHatRelease = regexp.MustCompile(`^(?:enterprise_linux|rhel_els):([0-9]{1,2})(?:\.[0-9]{1,2})?(?:::[0-9a-z_]+)?$`)

// redHatReleases takes the advisories of a minor release for those of all: the next one begins with what was repaired in it.
func redHatReleases(suffix string, _ bool) ([]v6.OperatingSystem, error) {
	parts := redHatRelease.FindStringSubmatch(suffix)
	if parts == nil {
		return nil, unsupported("Red Hat", suffix)
	}
	if !between(parts[1], 2, 15) {
		return nil, missing("Red Hat", suffix)
	}
	return []v6.OperatingSystem{{Name: "redhat", ReleaseID: "rhel", MajorVersion: parts[1]}}, nil
}

// redHatApart tells whether a product of Red Hat's is another one than a release, such as OpenShift, or the longer support of one minor
// release (rhel_eus): the versions of its packages say nothing of those of the release. Grype has a place for rhel_eus, but takes an
// advisory of it that shares one CVE with another for the repair of all that the other is about.
func redHatApart(suffix string) bool {
	product, _, _ := strings.Cut(suffix, ":")
	return product != "" && product != "enterprise_linux" && product != "rhel_els"
}

var rockyRelease = regexp.MustCompile(`^[0-9]{1,2}$`)

func rockyReleases(suffix string, _ bool) ([]v6.OperatingSystem, error) {
	if !rockyRelease.MatchString(suffix) {
		return nil, unsupported("Rocky Linux", suffix)
	}
	if !between(suffix, 8, 15) {
		return nil, missing("Rocky Linux", suffix)
	}
	return []v6.OperatingSystem{{Name: rockyLinux, ReleaseID: "rocky", MajorVersion: suffix}}, nil
}

// suseRelease is a product of SUSE Linux Enterprise with its release, such as Linux Enterprise Module for Basesystem 15 SP5, Linux Enterprise
// Server 12 SP5-LTSS or Linux Enterprise Server 16.0. An image has packages of the server, its modules and extensions alike.
var suseRelease = regexp.MustCompile(`^(Linux Enterprise .*|Package Hub) ([0-9]{2})(?: SP([0-9])|\.([0-9]{1,2}))?(?:-[0-9A-Z-]+)?$`)

// lastPackOf12 is the last service pack of SUSE Linux Enterprise 12, whose modules are for all of them.
const lastPackOf12 = 5

// suseReleases takes what is repaired for longer support (LTSS, ESPOS) for the release's own, as Ubuntu Pro's.
func suseReleases(suffix string, _ bool) ([]v6.OperatingSystem, error) {
	parts := suseRelease.FindStringSubmatch(suffix)
	if parts == nil {
		return nil, unsupported("SUSE", suffix)
	}
	if !between(parts[2], 10, 20) {
		return nil, missing("SUSE", suffix)
	}
	release := func(minor string) v6.OperatingSystem {
		return v6.OperatingSystem{Name: "sles", ReleaseID: "sles", MajorVersion: parts[2], MinorVersion: minor}
	}
	out := []v6.OperatingSystem{release(parts[3] + parts[4])}
	if strings.HasPrefix(parts[1], "Linux Enterprise Module") && parts[2] == "12" && out[0].MinorVersion == "" {
		for pack := range lastPackOf12 {
			out = append(out, release(fmt.Sprint(pack+1)))
		}
	}
	return out, nil
}

// suseApart tells whether a product of SUSE's is no part of SUSE Linux Enterprise Server, such as Manager Server 4.3 or Linux Micro 6.0: grype
// does not know it, or it brings packages of its own.
func suseApart(suffix string) bool {
	return isProduct(suffix) && (!strings.HasPrefix(suffix, "Linux Enterprise ") && !strings.HasPrefix(suffix, "Package Hub ") || strings.HasPrefix(suffix, "Linux Enterprise Micro"))
}

// isProduct tells whether what stands behind the colon is the name of a product, and no number of a release alone.
func isProduct(suffix string) bool {
	return suffix != "" && !strings.Contains("0123456789", suffix[:1])
}

var leapRelease = regexp.MustCompile(`^Leap ([0-9]{2})\.([0-9]{1,2})(?: NonFree)?$`)

func openSUSEReleases(suffix string, _ bool) ([]v6.OperatingSystem, error) {
	parts := leapRelease.FindStringSubmatch(suffix)
	if parts == nil {
		return nil, unsupported("openSUSE", suffix)
	}
	if !between(parts[1], 15, 20) && parts[1] != "42" { // which came before 15
		return nil, missing("openSUSE", suffix)
	}
	return []v6.OperatingSystem{{Name: "opensuseleap", ReleaseID: "opensuse-leap", MajorVersion: parts[1], MinorVersion: parts[2]}}, nil
}

// openSUSEApart tells whether a product of openSUSE is another one than Leap, such as Tumbleweed, which grype does not know.
func openSUSEApart(suffix string) bool {
	return isProduct(suffix) && suffix != "Leap" && (!strings.HasPrefix(suffix, "Leap ") || strings.HasPrefix(suffix, "Leap Micro"))
}

var (
	// stream is one of a module's, as the summary of an advisory about it names it: nodejs:16.
	stream = regexp.MustCompile(`(?:^|[\s/])([a-z0-9][\w.+-]*:\w[\w.+-]*)`)
	// ofRelease is what the versions of Red Hat's packages, and of those that are built after them, end with.
	ofRelease = regexp.MustCompile(`\.el[0-9]`)
)

// moduleBuild is what tells the version of a package that a module brings.
const moduleBuild = ".module"

// streams are the streams of modules whose packages an entry is about; the empty one is that of packages of no module. There are none where
// the entry does not tell, so that it is about all. A package of a module cannot be told from that of another stream by its version: where an
// entry is about builds of a module and nothing names the stream, known is false.
func (a *advisory) streams(f osvAffected) (names []string, known bool) {
	if base, _, _ := strings.Cut(f.Package.Ecosystem, ":"); distributions()[base].kind != syftpkg.RpmPkg {
		return nil, true
	}
	if named := words("rpm_modularity", f.EcosystemSpecific); len(named) > 0 {
		return named, true
	}
	versions := slices.Clone(f.Versions)
	for _, r := range f.Ranges {
		for _, e := range r.Events {
			versions = append(versions, e.Introduced, e.Fixed, e.LastAffected)
		}
	}
	switch {
	case slices.ContainsFunc(versions, func(v string) bool { return strings.Contains(v, moduleBuild) }):
		for _, found := range stream.FindAllStringSubmatch(a.Summary, -1) {
			names = append(names, found[1])
		}
		return names, len(names) > 0
	case slices.ContainsFunc(versions, ofRelease.MatchString):
		return []string{""}, true
	}
	return nil, true
}
