package osv

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/anchore/grype/grype/db/data"
	v6 "github.com/anchore/grype/grype/db/v6"
	"github.com/anchore/grype/grype/db/v6/build/transformers"
)

// entries turns an advisory into what grype's database writer takes, and counts the rows of affected packages.
func (a *advisory) entries(provider v6.Provider) ([]data.Entry, int, error) {
	published, err := a.time("published", a.Published)
	if err != nil {
		return nil, 0, err
	}
	modified, err := a.time("modified", a.Modified)
	if err != nil {
		return nil, 0, err
	}
	severities, err := a.severities()
	if err != nil {
		return nil, 0, err
	}
	packages, err := a.packages()
	if err != nil {
		return nil, 0, err
	}

	models := []any{v6.VulnerabilityHandle{
		Name:          a.ID,
		Status:        v6.VulnerabilityActive,
		PublishedDate: published,
		ModifiedDate:  modified,
		ProviderID:    provider.ID,
		Provider:      &provider,
		BlobValue: &v6.VulnerabilityBlob{
			ID:          a.ID,
			Description: a.description(),
			References:  a.references(),
			Aliases:     a.aliases(),
			Severities:  severities,
		},
	}}
	for _, p := range packages {
		models = append(models, p)
	}
	return transformers.NewEntries(models...), len(packages), nil
}

// packages writes the affected packages down, one row for each run of versions in each release.
func (a *advisory) packages() ([]v6.AffectedPackageHandle, error) {
	if len(a.Affected) == 0 {
		return nil, a.errorf("it names no affected package")
	}
	var out []v6.AffectedPackageHandle
	seen := map[string]bool{}
	for i, affected := range a.Affected {
		e, err := parseEcosystem(affected.Package.Ecosystem)
		if err != nil {
			return nil, a.hintf("supported ecosystems are "+strings.Join(Ecosystems(), ", "), "affected package %d: %w", i+1, err)
		}
		if !validName(affected.Package.Name) {
			return nil, a.errorf("affected package %d: %q is not a package name", i+1, affected.Package.Name)
		}
		ranges, err := e.affectedRanges(affected)
		if err != nil {
			return nil, a.errorf("affected package %d (%s): %w", i+1, affected.Package.Name, err)
		}
		releases := []*v6.OperatingSystem{nil}
		if len(e.releases) > 0 {
			releases = releases[:0]
			for _, r := range e.releases {
				releases = append(releases, &r)
			}
		}
		for _, release := range releases {
			for _, r := range ranges {
				row := v6.AffectedPackageHandle{
					Package:   &v6.Package{Ecosystem: string(e.kind), Name: e.normalName(affected.Package.Name)},
					BlobValue: &v6.PackageBlob{CVEs: a.cves(), Ranges: []v6.Range{r}},
				}
				key := row.Package.String() + "\x00" + r.Version.Type + "\x00" + r.Version.Constraint
				if release != nil {
					os := *release
					row.OperatingSystem = &os
					key += "\x00" + os.String()
				}
				if !seen[key] {
					seen[key] = true
					out = append(out, row)
				}
			}
		}
	}
	return out, nil
}

func validName(s string) bool {
	return s != "" && len(s) <= 512 && strings.TrimSpace(s) == s && !strings.ContainsFunc(s, unicode.IsControl)
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
