package osv

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	v6 "github.com/anchore/grype/grype/db/v6"
	"github.com/anchore/grype/grype/db/v6/build/transformers"
)

// convert turns an advisory into rows of grype's database.
func (a *advisory) convert() (converted, error) {
	published, err := a.time("published", a.Published)
	if err != nil {
		return converted{}, err
	}
	modified, err := a.time("modified", a.Modified)
	if err != nil {
		return converted{}, err
	}
	severities, err := a.severities()
	if err != nil {
		return converted{}, err
	}
	packages, none, err := a.packages()
	if err != nil {
		return converted{}, err
	}
	return converted{
		id: a.ID, file: a.file, digest: a.digest, packages: packages, passed: none, cves: a.cves(), cwes: a.cwes(),
		handle: v6.VulnerabilityHandle{
			Name:          a.ID,
			Status:        v6.VulnerabilityActive,
			PublishedDate: published,
			ModifiedDate:  modified,
			BlobValue: &v6.VulnerabilityBlob{
				ID:          a.ID,
				Description: a.description(),
				References:  a.references(),
				Aliases:     a.aliases(),
				Severities:  severities,
			},
		},
	}, nil
}

// packages writes the affected packages down, one row for each run of versions in each release, and names those that have none: what
// is told by commits alone, what is built apart from a release, and what a module brings of which no stream is named.
func (a *advisory) packages() (rows []v6.AffectedPackageHandle, none []passed, err error) {
	if len(a.Affected) == 0 {
		return nil, nil, wrong("affected", "it names no affected package")
	}
	seen := map[string]bool{}
	for i, affected := range a.Affected {
		if affected.onlyCommits() {
			none = append(none, passed{cmp.Or(affected.Package.Name, fmt.Sprintf("affected[%d]", i)), onlyCommits})
			continue
		}
		what := affected.Package.Name + " of " + affected.Package.Ecosystem
		if apart(affected.Package.Ecosystem) {
			none = append(none, passed{what, noRelease(affected.Package.Ecosystem)})
			continue
		}
		if _, known := a.streams(affected); !known {
			none = append(none, passed{what, noStream})
			continue
		}
		found, err := a.packageRows(affected)
		if err != nil {
			return nil, nil, within(fmt.Sprintf("affected[%d]", i), err)
		}
		for _, row := range found {
			if key := rowKey(row); !seen[key] {
				seen[key] = true
				rows = append(rows, row)
			}
		}
	}
	return rows, none, nil
}

// onlyCommits tells whether only commits say what is affected: by ranges of the type GIT, of a repository that may be no package.
func (f osvAffected) onlyCommits() bool {
	return len(f.Ranges) > 0 && len(f.Versions) == 0 && !slices.ContainsFunc(f.Ranges, func(r osvRange) bool { return r.Type != "GIT" })
}

// packageRows writes one affected package down.
func (a *advisory) packageRows(affected osvAffected) ([]v6.AffectedPackageHandle, error) {
	e, err := parseEcosystem(affected.Package.Ecosystem)
	if err != nil {
		return nil, &problem{path: "package.ecosystem", hint: "supported ecosystems are " + strings.Join(Ecosystems(), ", "), err: err}
	}
	if err := e.checkName(affected.Package.Name); err != nil {
		return nil, err
	}
	ranges, err := e.affectedRanges(affected)
	if err != nil {
		return nil, err
	}
	releases := []*v6.OperatingSystem{nil}
	if len(e.releases) > 0 {
		releases = releases[:0]
		for _, r := range e.releases {
			releases = append(releases, &r)
		}
	}
	var out []v6.AffectedPackageHandle
	for _, release := range releases {
		for _, qualifiers := range a.qualifiers(affected) {
			for _, r := range ranges {
				row := v6.AffectedPackageHandle{
					Package:   &v6.Package{Ecosystem: string(e.kind), Name: e.normalName(affected.Package.Name)},
					BlobValue: &v6.PackageBlob{CVEs: a.cves(), Ranges: []v6.Range{r}, Qualifiers: qualifiers},
				}
				if release != nil {
					os := *release
					row.OperatingSystem = &os
				}
				out = append(out, row)
			}
		}
	}
	return out, nil
}

// qualifiers say which packages of the name are meant, each of another one; nil are all.
func (a *advisory) qualifiers(affected osvAffected) []*v6.PackageQualifiers {
	streams, _ := a.streams(affected)
	if len(streams) == 0 {
		return []*v6.PackageQualifiers{nil}
	}
	var out []*v6.PackageQualifiers
	for _, s := range streams {
		out = append(out, &v6.PackageQualifiers{RpmModularity: &s})
	}
	return out
}

// rowKey is the same for rows that say the same of a package.
func rowKey(row v6.AffectedPackageHandle) string {
	key := row.Package.String() + "\x00" + row.BlobValue.Ranges[0].Version.Type + "\x00" + row.BlobValue.Ranges[0].Version.Constraint
	if row.OperatingSystem != nil {
		key += "\x00" + row.OperatingSystem.String()
	}
	if q := row.BlobValue.Qualifiers; q != nil {
		key += "\x00" + *q.RpmModularity
	}
	return key
}

// description returns the summary or, if it is missing, the first line of the details.
func (a *advisory) description() string {
	if s := strings.TrimSpace(a.Summary); s != "" {
		return s
	}
	line, _, _ := strings.Cut(strings.TrimSpace(a.Details), "\n")
	return strings.TrimSpace(line)
}

// aliases returns the other identifiers of the record and of the records that it derives from, sorted.
func (a *advisory) aliases() []string {
	var out []string
	for _, id := range slices.Concat(a.Aliases, a.Upstream) {
		if idPattern.MatchString(id) && id != a.ID {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (a *advisory) cves() []string {
	var out []string
	for _, id := range append(a.aliases(), a.ID) {
		if strings.HasPrefix(id, "CVE-") {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

// references keeps the web addresses, advisories first: grype shows the first as the source.
func (a *advisory) references() []v6.Reference {
	var out []v6.Reference
	for _, r := range a.References {
		if !strings.HasPrefix(r.URL, "https://") && !strings.HasPrefix(r.URL, "http://") {
			continue
		}
		var tags []string
		if r.Type != "" {
			tags = []string{strings.ToLower(r.Type)}
		}
		out = append(out, v6.Reference{URL: r.URL, Tags: tags})
	}
	rank := func(r v6.Reference) int {
		if slices.Contains(r.Tags, v6.AdvisoryReferenceTag) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(out, func(x, y v6.Reference) int { return cmp.Compare(rank(x), rank(y)) })
	return transformers.DeduplicateReferences(out)
}
