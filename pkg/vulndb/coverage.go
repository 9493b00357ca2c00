package vulndb

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"strings"

	v6 "github.com/anchore/grype/grype/db/v6"

	"github.com/layergate/layergate/pkg/finding"
)

// Coverage counts the advisories of a database by what they are about. Those that were withdrawn, which match nothing, and own
// advisories (DB.Add) are not among them.
type Coverage struct {
	Distributions []ReleaseCover   `json:"distributions"` // one for each release, by name and then by version
	Ecosystems    []EcosystemCover `json:"ecosystems"`    // of packages that belong to no distribution, by name
	CPEs          finding.Cover    `json:"cpes"`          // of programs that are looked up by CPE names
}

// ReleaseCover counts the advisories for one release of a distribution. There may be none for a release that the database knows.
type ReleaseCover struct {
	Name     string `json:"name"`               // as grype has it, such as debian
	Version  string `json:"version"`            // such as 12, 3.20, 9+eus or edge; empty for a distribution without versions
	Codename string `json:"codename,omitempty"` // such as bookworm
	finding.Cover
}

// EcosystemCover counts the advisories for packages of one type.
type EcosystemCover struct {
	Name string `json:"name"` // syft's package type, such as npm or java-archive
	finding.Cover
}

// Coverage counts the advisories of the database, which takes a second where it is large and nobody counted before.
func (db *DB) Coverage(ctx context.Context) (Coverage, error) {
	low, err := db.connect(ctx)
	if err != nil {
		return Coverage{}, err
	}
	defer low.close()
	var releases []v6.OperatingSystem
	if err := low.Find(&releases).Error; err != nil {
		return Coverage{}, counting(err)
	}
	counts, err := low.all()
	if err != nil {
		return Coverage{}, err
	}
	out := Coverage{Distributions: []ReleaseCover{}, Ecosystems: []EcosystemCover{}, CPEs: db.info.cover(counts[named("cpe", "")], floorCPEs)}
	slices.SortFunc(releases, compareReleases)
	for _, r := range releases {
		count := counts[named("release", strconv.FormatInt(int64(r.ID), 10))]
		out.Distributions = append(out.Distributions, ReleaseCover{
			Name: r.Name, Version: releaseVersion(r), Codename: r.Codename, Cover: db.info.cover(count, releaseFloor(r.Name)),
		})
	}
	for of, count := range counts {
		if name, ok := strings.CutPrefix(of, named("ecosystem", "")); ok {
			out.Ecosystems = append(out.Ecosystems, EcosystemCover{Name: name, Cover: db.info.cover(count, ecosystemFloor(name))})
		}
	}
	slices.SortFunc(out.Ecosystems, func(a, b EcosystemCover) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// releaseVersion is a release's version as the distribution writes it: the database drops the leading zero of Ubuntu's months.
func releaseVersion(r v6.OperatingSystem) string {
	if r.MajorVersion == "" {
		return r.Version()
	}
	r.LabelVersion = ""
	if r.Name == "ubuntu" && len(r.MinorVersion) == 1 {
		r.MinorVersion = "0" + r.MinorVersion
	}
	return r.Version()
}

// compareReleases orders by distribution and then by version, with those that have no number, such as edge, last.
func compareReleases(a, b v6.OperatingSystem) int {
	number := func(text string) int {
		if n, err := strconv.Atoi(text); err == nil {
			return n
		}
		return math.MaxInt
	}
	return cmp.Or(
		strings.Compare(a.Name, b.Name),
		cmp.Compare(number(a.MajorVersion), number(b.MajorVersion)),
		cmp.Compare(number(a.MinorVersion), number(b.MinorVersion)),
		strings.Compare(a.Version(), b.Version()),
		cmp.Compare(a.ID, b.ID),
	)
}
