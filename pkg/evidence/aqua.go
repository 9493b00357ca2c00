package evidence

import (
	"fmt"

	"github.com/layergate/layergate/pkg/finding"
)

// aquaReport is what is read of the JSON of Aqua's scannercli.
type aquaReport struct {
	Image    string `json:"image"`
	Digest   string `json:"digest"`
	Metadata struct {
		ID          string   `json:"id"`
		RepoDigests []string `json:"repo_digests"`
	} `json:"metadata"`
	Partial   bool `json:"partial_results"`
	Resources []struct {
		Resource struct {
			Path    string `json:"path"`
			Name    string `json:"name"`
			Version string `json:"version"`
		} `json:"resource"`
		Error           string `json:"scan_error"`
		Vulnerabilities []struct {
			Name      string  `json:"name"`
			Text      string  `json:"description"`
			Fixed     string  `json:"fix_version"`
			Score     float64 `json:"aqua_score"`
			Severity  string  `json:"aqua_severity"`
			Vectors   string  `json:"aqua_vectors"`
			NVD       string  `json:"nvd_severity"` // of versions that have no severity of Aqua's
			NVDScore  float64 `json:"nvd_score"`
			NVDURL    string  `json:"nvd_url"`
			VendorURL string  `json:"vendor_url"`
			Published string  `json:"publish_date"`
		} `json:"vulnerabilities"`
	} `json:"resources"`
	Assurance struct {
		Disallowed bool `json:"disallowed"`
		Checks     []struct {
			Policy  string `json:"policy_name"`
			Control string `json:"control"`
			Failed  bool   `json:"failed"`
		} `json:"checks_performed"`
	} `json:"image_assurance_results"`
	Summary struct {
		Sensitive int `json:"sensitive"`
		Malware   int `json:"malware"`
	} `json:"vulnerability_summary"`
}

func (d *Document) aqua(raw []byte) error {
	var r aquaReport
	if err := decode(raw, &r); err != nil {
		return err
	}
	d.Tool = "Aqua"
	d.names(append(r.Metadata.RepoDigests, r.Digest, r.Metadata.ID)...)
	if len(r.Resources) == 0 {
		d.fails(provesNothing(), "", "Aqua lists nothing that it found in "+r.Image)
	}
	if r.Partial {
		d.fails(notComplete(), "", "Aqua says that its results are partial")
	}
	for _, s := range r.Resources {
		if s.Error != "" {
			d.fails(notComplete(), s.Resource.Path+s.Resource.Name, fmt.Sprintf("Aqua did not scan %s: %s", firstOf(s.Resource.Name, s.Resource.Path), s.Error))
		}
		for _, v := range s.Vulnerabilities {
			out := vulnerability{
				id: v.Name, summary: v.Text, severity: severityOf(firstOf(v.Severity, v.NVD)), url: firstOf(v.VendorURL, v.NVDURL), cvss: v.Score, vector: v.Vectors,
				published: v.Published, fixed: []string{v.Fixed}, path: inImage(s.Resource.Path),
				pkg: finding.Package{Name: firstOf(s.Resource.Name, s.Resource.Path), Version: s.Resource.Version},
			}
			if out.cvss == 0 {
				out.cvss = v.NVDScore
			}
			if err := d.addVulnerability("Aqua", out); err != nil {
				return err
			}
		}
	}
	d.aquaCounts("malware", r.Summary.Malware, finding.SeverityCritical)
	d.aquaCounts("sensitive-data", r.Summary.Sensitive, finding.SeverityHigh)
	if !r.Assurance.Disallowed {
		return nil
	}
	said := len(d.Findings)
	for _, c := range r.Assurance.Checks {
		if c.Failed {
			d.fails(toolBlocks(), c.Policy+": "+c.Control, fmt.Sprintf("Aqua disallows %s: it fails %s of the policy %s", r.Image, c.Control, c.Policy))
		}
	}
	if len(d.Findings) == said {
		d.fails(toolBlocks(), "", "Aqua disallows "+r.Image)
	}
	return nil
}

// aquaCounts adds what Aqua only counts at the top of its result.
func (d *Document) aquaCounts(what string, n int, severity finding.Severity) {
	if n > 0 {
		d.add("aqua", what, finding.Finding{Severity: severity, Title: "Aqua found " + what, Check: &finding.Check{Saw: fmt.Sprintf("%d files with %s", n, what), Wants: "see in Aqua which files they are, and remove them"}})
	}
}
