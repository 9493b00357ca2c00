package evidence

import (
	"errors"
	"fmt"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
)

// twistcliReport is what is read of the JSON of Prisma Cloud's twistcli images scan.
type twistcliReport struct {
	Results []struct {
		ID          string   `json:"id"` // digest of the image configuration
		Digest      string   `json:"digest"`
		RepoDigests []string `json:"repoDigests"`
		Compliances []struct {
			ID          any    `json:"id"` // a number, in some versions as text
			Title       string `json:"title"`
			Severity    string `json:"severity"`
			Description string `json:"description"`
			Cause       string `json:"cause"`
		} `json:"compliances"`
		CompliancePassed *bool `json:"complianceScanPassed"`
		Vulnerabilities  []struct {
			ID        string  `json:"id"`
			Status    string  `json:"status"` // such as: fixed in 1.2.3, 1.3.0; open; will not fix
			CVSS      float64 `json:"cvss"`
			Vector    string  `json:"vector"`
			Text      string  `json:"description"`
			Severity  string  `json:"severity"`
			Package   string  `json:"packageName"`
			Version   string  `json:"packageVersion"`
			Path      string  `json:"packagePath"`
			Link      string  `json:"link"`
			Published string  `json:"publishedDate"`
		} `json:"vulnerabilities"`
		VulnerabilityPassed *bool `json:"vulnerabilityScanPassed"`
	} `json:"results"`
}

func (d *Document) twistcli(raw []byte) error {
	var r twistcliReport
	if err := decode(raw, &r); err != nil {
		return err
	}
	d.Tool = "twistcli"
	if len(r.Results) == 0 {
		d.fails(provesNothing(), "", "twistcli lists no image that it scanned")
	}
	for _, image := range r.Results {
		if image.ID == "" || image.CompliancePassed == nil && image.VulnerabilityPassed == nil {
			return errors.New("its results are not those of twistcli images scan: they have no id, or say of no scan whether it passed")
		}
		d.names(append(image.RepoDigests, image.ID, image.Digest)...)
		for _, v := range image.Vulnerabilities {
			out := vulnerability{
				id: v.ID, summary: v.Text, severity: severityOf(v.Severity), url: v.Link, cvss: v.CVSS, vector: v.Vector, published: v.Published,
				pkg: finding.Package{Name: v.Package, Version: v.Version}, path: inImage(v.Path),
			}
			switch status := strings.ToLower(v.Status); {
			case strings.HasPrefix(status, "fixed in "):
				out.fixed = strings.Split(v.Status[len("fixed in "):], ",")
			case strings.Contains(status, "will not fix") || strings.Contains(status, "won't fix") || status == "deferred":
				out.fix = finding.FixWontFix
			case status == "open" || status == "affected" || status == "needed":
				out.fix = finding.FixNone
			}
			if err := d.addVulnerability("twistcli", out); err != nil {
				return err
			}
		}
		for _, c := range image.Compliances {
			d.add("twistcli", fmt.Sprint(c.ID), finding.Finding{
				Severity: severityOf(c.Severity), Title: c.Title, Summary: shorten(c.Description, 500),
				Check: &finding.Check{Saw: firstOf(c.Cause, c.Title), Field: c.Cause},
			})
		}
		d.twistcliPassed("vulnerabilities", image.VulnerabilityPassed)
		d.twistcliPassed("compliance", image.CompliancePassed)
	}
	return nil
}

// twistcliPassed adds that the image did not pass a scan by the thresholds of Prisma Cloud.
func (d *Document) twistcliPassed(scan string, passed *bool) {
	if passed != nil && !*passed {
		d.fails(toolBlocks(), scan, "twistcli says that the image does not keep its thresholds for "+scan)
	}
}
