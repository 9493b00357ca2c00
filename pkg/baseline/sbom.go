package baseline

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/report"
	"github.com/layergate/layergate/pkg/textfile"
)

// MaxSBOM is how many bytes an SBOM may have.
const MaxSBOM = 256 << 20

// ErrNoSBOM says that a document is no SBOM of a form that is read: CycloneDX or SPDX 2, in JSON.
var ErrNoSBOM = errors.New("it is neither CycloneDX nor SPDX 2 in JSON")

// SBOM is what a bill of materials says of an image before a change. It knows packages by their package URLs alone, and nothing
// of what could not be judged.
type SBOM struct {
	Name, Digest string // of the image; empty where it does not say

	// platforms are the states of package URLs by os/arch[/variant], which only layergate's own SBOMs name, or the empty name.
	platforms map[string]map[string]finding.State
}

// cycloneDX is what is read of CycloneDX 1 (https://cyclonedx.org/docs/1.6/json), with what layergate says of its own components.
type cycloneDX struct {
	BOMFormat string `json:"bomFormat"`
	Metadata  struct {
		Component component `json:"component"`
	} `json:"metadata"`
	Components []component `json:"components"`
}

type component struct {
	Name       string      `json:"name"`
	Version    string      `json:"version"`
	PURL       string      `json:"purl"`
	Components []component `json:"components"`
	Properties []struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	} `json:"properties"`
}

// spdx is what is read of SPDX 2 (https://spdx.github.io/spdx-spec/v2.3).
type spdx struct {
	SPDXVersion string `json:"spdxVersion"`
	Name        string `json:"name"`
	Packages    []struct {
		ExternalRefs []struct {
			Type    string `json:"referenceType"`
			Locator string `json:"referenceLocator"`
		} `json:"externalRefs"`
	} `json:"packages"`
}

// ParseSBOM reads an SBOM. A document of another form is ErrNoSBOM.
func ParseSBOM(raw []byte) (*SBOM, error) {
	var head struct {
		BOMFormat   string `json:"bomFormat"`
		SPDXVersion string `json:"spdxVersion"`
	}
	raw, err := textfile.Decode(raw)
	if err != nil || json.Unmarshal(raw, &head) != nil {
		return nil, ErrNoSBOM
	}
	s := &SBOM{platforms: map[string]map[string]finding.State{}}
	switch {
	case head.BOMFormat == "CycloneDX":
		var doc cycloneDX
		if err := json.Unmarshal(raw, &doc); err != nil {
			return nil, fmt.Errorf("it is not valid CycloneDX: %w", err)
		}
		s.Name = doc.Metadata.Component.Name
		if version := doc.Metadata.Component.Version; strings.HasPrefix(version, "sha256:") {
			s.Digest = version
		}
		s.addComponents(doc.Components)
	case strings.HasPrefix(head.SPDXVersion, "SPDX-2."):
		var doc spdx
		if err := json.Unmarshal(raw, &doc); err != nil {
			return nil, fmt.Errorf("it is not valid SPDX: %w", err)
		}
		s.Name = doc.Name
		for _, p := range doc.Packages {
			for _, ref := range p.ExternalRefs {
				if ref.Type == "purl" {
					s.add("", ref.Locator, finding.Visible)
				}
			}
		}
	default:
		return nil, ErrNoSBOM
	}
	return s, nil
}

// addComponents adds components and those in them, with the platform and the state that layergate's own SBOMs name.
func (s *SBOM) addComponents(list []component) {
	for _, c := range list {
		platform, state := "", finding.Visible
		for _, p := range c.Properties {
			switch p.Name {
			case "layergate:platform":
				platform = p.Value
			case "layergate:state":
				state = finding.State(p.Value)
			}
		}
		s.add(platform, c.PURL, state)
		s.addComponents(c.Components)
	}
}

func (s *SBOM) add(platform, purl string, state finding.State) {
	if purl == "" { // nor have all packages of findings one
		return
	}
	if s.platforms[platform] == nil {
		s.platforms[platform] = map[string]finding.State{}
	}
	if s.platforms[platform][purl] != finding.Visible {
		s.platforms[platform][purl] = state
	}
}

// CompareSBOM sets the baseline's state of every finding of now as Compare does. A vulnerability of a package that was there was
// there, known or not. Of what could not be judged an SBOM says nothing, and so all of that is new.
func CompareSBOM(now *report.Report, before *SBOM) {
	for i := range now.Findings {
		f := &now.Findings[i]
		f.Baseline = finding.BaselineNew
		if f.Vulnerability == nil {
			continue
		}
		switch before.of(now, f.Platform)[f.Vulnerability.Package.PURL] {
		case finding.Visible:
			f.Baseline = finding.BaselineUnchanged
		case finding.Shadowed:
			if f.State == finding.Shadowed {
				f.Baseline = finding.BaselineUnchanged
			}
		}
	}
}

// of are the packages of a platform. An SBOM that names none is of the only one that the image has.
func (s *SBOM) of(now *report.Report, platform string) map[string]finding.State {
	if packages, ok := s.platforms[platform]; ok || len(now.Platforms) != 1 {
		return packages
	}
	return s.platforms[""]
}

// WarningsSBOM names the platforms of which an SBOM says nothing.
func WarningsSBOM(now *report.Report, before *SBOM) []string {
	var out []string
	for _, p := range now.Platforms {
		if before.of(now, p.Platform) == nil {
			out = append(out, p.Platform+": the baseline lists no packages of this platform, and so all that was found counts as new")
		}
	}
	return out
}
