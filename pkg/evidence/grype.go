package evidence

import (
	"encoding/json"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
)

// grypeReport is what is read of grype's JSON.
type grypeReport struct {
	Matches []grypeMatch `json:"matches"`
	Ignored []struct {
		grypeMatch
		Rules []struct {
			Reason    string `json:"reason"`
			VEXStatus string `json:"vex-status"`
		} `json:"appliedIgnoreRules"`
	} `json:"ignoredMatches"`
	Source *struct {
		Type   string          `json:"type"`
		Target json.RawMessage `json:"target"` // an object for an image, a text for a directory
	} `json:"source"`
	Descriptor struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	} `json:"descriptor"`
}

type grypeMatch struct {
	Vulnerability struct {
		grypeMetadata
		Fix struct {
			Versions []string `json:"versions"`
			State    string   `json:"state"`
		} `json:"fix"`
	} `json:"vulnerability"`
	Related  []grypeMetadata `json:"relatedVulnerabilities"`
	Artifact struct {
		Name      string `json:"name"`
		Version   string `json:"version"`
		Type      string `json:"type"`
		PURL      string `json:"purl"`
		Locations []struct {
			Path string `json:"path"`
		} `json:"locations"`
	} `json:"artifact"`
}

type grypeMetadata struct {
	ID          string `json:"id"`
	DataSource  string `json:"dataSource"`
	Severity    string `json:"severity"`
	Description string `json:"description"`
	CVSS        []struct {
		Vector  string `json:"vector"`
		Metrics struct {
			BaseScore float64 `json:"baseScore"`
		} `json:"metrics"`
	} `json:"cvss"`
}

func (d *Document) grype(raw []byte) error {
	var r grypeReport
	if err := decode(raw, &r); err != nil {
		return err
	}
	d.Tool = strings.TrimSpace(firstOf(r.Descriptor.Name, "grype") + " " + r.Descriptor.Version)
	if r.Source == nil || r.Source.Type != "image" {
		d.fails(provesNothing(), "", "grype scanned something that is no image, such as a directory or an SBOM, which does not say what an image holds")
	} else {
		var target struct {
			ImageID        string   `json:"imageID"`
			ManifestDigest string   `json:"manifestDigest"`
			RepoDigests    []string `json:"repoDigests"`
		}
		if err := json.Unmarshal(r.Source.Target, &target); err != nil {
			return err
		}
		d.names(append(target.RepoDigests, target.ImageID, target.ManifestDigest)...)
	}
	for _, m := range r.Matches {
		if err := d.grypeMatch(m, ""); err != nil {
			return err
		}
	}
	for _, m := range r.Ignored {
		why := ""
		for _, rule := range m.Rules {
			why = firstOf(why, rule.Reason, rule.VEXStatus)
		}
		if err := d.grypeMatch(m.grypeMatch, firstOf(why, "it does not say why")); err != nil {
			return err
		}
	}
	return nil
}

func (d *Document) grypeMatch(m grypeMatch, why string) error {
	v, a := m.Vulnerability, m.Artifact
	out := vulnerability{
		id: v.ID, title: v.Description, severity: severityOf(v.Severity), url: v.DataSource, fixed: v.Fix.Versions, suppressed: why,
		pkg: finding.Package{Name: a.Name, Version: a.Version, Type: a.Type, PURL: a.PURL},
	}
	if len(a.Locations) > 0 {
		out.path = a.Locations[0].Path
	}
	switch v.Fix.State {
	case "not-fixed":
		out.fix = finding.FixNone
	case "wont-fix":
		out.fix = finding.FixWontFix
	}
	for _, r := range m.Related {
		out.aliases = append(out.aliases, r.ID)
	}
	for _, c := range v.CVSS {
		if c.Metrics.BaseScore > out.cvss {
			out.cvss, out.vector = c.Metrics.BaseScore, c.Vector
		}
	}
	return d.addVulnerability("grype", out)
}
