package vulndb

import "github.com/layergate/layergate/pkg/finding"

// A database covers packages of some sort if it has as many advisories about them as the floor says: well below what is published, so
// that a real database is never under it, and above what somebody writes down for a try or what a broken feed leaves. It is no proof
// that none is missing.
const (
	// floorEcosystem is for the ecosystems that have some hundred advisories or more, by both GitHub and OSV.
	floorEcosystem = 100
	// floorSmallEcosystem is for all others. OSV has 10 to 60 for Pub, Swift, GitHub Actions and Haskell.
	floorSmallEcosystem = 5
	// floorRelease is for a release of a distribution. Where only what was repaired is listed, a new release begins with none
	// and has some dozen after weeks.
	floorRelease = 20
	// floorTrackedRelease is for a release of a distribution that lists all vulnerabilities of its packages, with those of before the
	// release: each has a thousand or more from its first day on, and the oldest of Alpine some hundred.
	floorTrackedRelease = 100
	// floorCPEs is for advisories by CPE names, which are those of the NVD: some hundred thousand.
	floorCPEs = 1000
)

// completeProvider is the provider whose row in a database says that its builder calls it complete, however few its advisories
// are: the floors do not count for it then.
const completeProvider = "layergate-complete"

// cover is what is counted, held against a floor.
func (i Info) cover(count finding.Cover, floor int) finding.Cover {
	if i.Complete {
		floor = 1
	}
	count.TooFew = count.Advisories < floor
	return count
}

// ecosystemFloor is the floor of an ecosystem, by syft's type of package.
func ecosystemFloor(ecosystem string) int {
	switch ecosystem {
	case "bitnami", "dotnet", "gem", "go-module", "java-archive", "npm", "php-composer", "python", "rust-crate":
		return floorEcosystem
	}
	return floorSmallEcosystem
}

// releaseFloor is the floor of each release of a distribution, by the name that the database has for it.
func releaseFloor(distribution string) int {
	switch distribution {
	case "alpine", "chainguard", "debian", "minimos", "ubuntu", "wolfi":
		return floorTrackedRelease
	}
	return floorRelease
}
