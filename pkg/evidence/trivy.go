package evidence

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
)

// trivyReport is what is read of a report of Trivy, whose schema 2 has been the same since version 0.20.
type trivyReport struct {
	SchemaVersion int
	ArtifactName  string
	ArtifactType  string
	Trivy         struct{ Version string }
	Metadata      struct {
		ImageID     string
		RepoDigests []string
	}
	Results []struct {
		Target            string
		Vulnerabilities   []trivyVulnerability
		Misconfigurations []trivyMisconfiguration
		Secrets           []trivySecret
		Licenses          []trivyLicense
		// ModifiedFindings are those that VEX documents and ignore files took away.
		ModifiedFindings []struct {
			Type      string
			Status    string
			Statement string
			Finding   trivyVulnerability
		} `json:"ExperimentalModifiedFindings"`
	}
}

type trivyVulnerability struct {
	VulnerabilityID  string
	VendorIDs        []string
	PkgName          string
	PkgPath          string
	PkgIdentifier    struct{ PURL string }
	InstalledVersion string
	FixedVersion     string
	Status           string
	Severity         string
	PrimaryURL       string
	Title            string
	Description      string
	PublishedDate    string
	CVSS             map[string]struct {
		V2Score, V3Score, V40Score    float64
		V2Vector, V3Vector, V40Vector string
	}
}

type trivyMisconfiguration struct {
	ID, AVDID, Title, Description, Message, Resolution, Severity, PrimaryURL, Status string
	CauseMetadata                                                                    struct{ Resource string }
}

type trivySecret struct {
	RuleID, Category, Severity, Title string
	StartLine                         int
}

type trivyLicense struct {
	Severity, Category, PkgName, FilePath, Name string
}

func (d *Document) trivy(raw []byte) error {
	var r trivyReport
	if err := decode(raw, &r); err != nil {
		return err
	}
	if r.SchemaVersion != 2 {
		return fmt.Errorf("it is a report of Trivy with the schema %d, and only 2 is known", r.SchemaVersion)
	}
	d.Tool = strings.TrimSpace("Trivy " + r.Trivy.Version)
	d.names(append(r.Metadata.RepoDigests, r.Metadata.ImageID)...)
	if r.ArtifactType != "container_image" {
		d.fails(provesNothing(), "", fmt.Sprintf("Trivy scanned %s, which is no image but a %s", r.ArtifactName, firstOf(r.ArtifactType, "thing of an unknown type")))
	}
	if len(r.Results) == 0 {
		d.fails(provesNothing(), "", "Trivy found nothing in "+r.ArtifactName+" that it could scan")
	}
	for _, target := range r.Results {
		for _, v := range target.Vulnerabilities {
			if err := d.trivyVulnerability(v, ""); err != nil {
				return err
			}
		}
		for _, m := range target.ModifiedFindings {
			// Of what is modified, others than vulnerabilities say less of themselves.
			if m.Type != "" && m.Type != "vulnerability" || m.Finding.VulnerabilityID == "" {
				d.add("trivy", "modified-"+firstOf(m.Type, "finding"), finding.Finding{
					Severity: severityOf(m.Finding.Severity), Title: firstOf(m.Finding.Title, "a finding that an ignore file took away"), URLs: []string{m.Finding.PrimaryURL},
					Check: &finding.Check{Resource: target.Target, Field: m.Statement, Saw: firstOf(m.Finding.Description, m.Status) + suppressed(firstOf(m.Statement, m.Status))},
				})
				continue
			}
			if err := d.trivyVulnerability(m.Finding, firstOf(m.Statement, m.Status, "it does not say why")); err != nil {
				return err
			}
		}
		d.trivyChecks(target.Target, target.Misconfigurations)
		for _, s := range target.Secrets {
			d.add("trivy", s.RuleID, finding.Finding{
				Kind: finding.KindSecret, Severity: severityOf(s.Severity), Title: firstOf(s.Title, s.Category, s.RuleID), Path: inImage(target.Target),
				Check: &finding.Check{Saw: fmt.Sprintf("%s in line %d", firstOf(s.Title, s.RuleID), s.StartLine), Wants: "remove the secret from every layer, and have it replaced", Field: fmt.Sprint("line ", s.StartLine)},
			})
		}
		for _, l := range target.Licenses {
			d.add("trivy", "license-"+l.Name, finding.Finding{
				Severity: severityOf(l.Severity), Title: "license " + l.Name + " (" + l.Category + ")", Path: inImage(l.FilePath),
				Check: &finding.Check{Saw: firstOf(l.PkgName, l.FilePath, target.Target) + " has the license " + l.Name, Resource: l.PkgName},
			})
		}
	}
	return nil
}

// trivyChecks adds the checks that failed. One that an ignore file takes away has the status EXCEPTION.
func (d *Document) trivyChecks(target string, checks []trivyMisconfiguration) {
	for _, m := range checks {
		if m.Status == "PASS" {
			continue
		}
		saw := firstOf(m.Message, m.Description)
		if m.Status != "" && m.Status != "FAIL" {
			saw += suppressed("its status is " + m.Status)
		}
		d.add("trivy", firstOf(m.ID, m.AVDID), finding.Finding{
			Severity: severityOf(m.Severity), Title: m.Title, Summary: shorten(m.Description, 500), URLs: []string{m.PrimaryURL},
			Check: &finding.Check{Saw: saw, Wants: m.Resolution, Resource: target, Field: firstOf(m.CauseMetadata.Resource, m.Message)},
		})
	}
}

func (d *Document) trivyVulnerability(v trivyVulnerability, why string) error {
	out := vulnerability{
		id: v.VulnerabilityID, aliases: v.VendorIDs, title: v.Title, summary: v.Description, severity: severityOf(v.Severity), url: v.PrimaryURL,
		pkg:  finding.Package{Name: v.PkgName, Version: v.InstalledVersion, PURL: v.PkgIdentifier.PURL},
		path: inImage(v.PkgPath), published: v.PublishedDate, fixed: strings.Split(v.FixedVersion, ","), suppressed: why,
	}
	switch v.Status {
	case "affected":
		out.fix = finding.FixNone
	case "will_not_fix", "fix_deferred", "end_of_life":
		out.fix = finding.FixWontFix
	}
	for _, source := range slices.Sorted(maps.Keys(v.CVSS)) {
		c := v.CVSS[source]
		for score, vector := range map[float64]string{c.V2Score: c.V2Vector, c.V3Score: c.V3Vector, c.V40Score: c.V40Vector} {
			if score > out.cvss {
				out.cvss, out.vector = score, vector
			}
		}
	}
	return d.addVulnerability("Trivy", out)
}
