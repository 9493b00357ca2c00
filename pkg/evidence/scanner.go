package evidence

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/layergate/layergate/pkg/finding"
)

// result reads the JSON of an image scanner, told by the fields at its top.
func (d *Document) result(raw []byte) error {
	var top map[string]json.RawMessage
	if err := decode(raw, &top); err != nil {
		return err
	}
	has := func(fields ...string) bool {
		return !slices.ContainsFunc(fields, func(f string) bool { _, ok := top[f]; return !ok })
	}
	switch {
	case has("SchemaVersion", "ArtifactName"):
		return d.trivy(raw)
	case has("matches", "descriptor"):
		return d.grype(raw)
	case has("image", "resources"):
		return d.aqua(raw)
	case has("results"):
		return d.twistcli(raw)
	}
	return errors.New("it is no result that is known: Trivy's has SchemaVersion and ArtifactName, grype's matches and descriptor, Aqua's image and resources, and that of twistcli results")
}

// vulnerability is what a scanner says of a package.
type vulnerability struct {
	id, title, summary string
	aliases            []string
	severity           finding.Severity
	pkg                finding.Package
	path               string // of the file that holds the package; empty where the scanner names none
	url                string
	cvss               float64
	vector             string
	published          string   // RFC 3339, or the day alone
	fixed              []string // versions
	fix                finding.FixState
	suppressed         string // why the scanner does not count it; empty where it does
}

// addVulnerability adds a vulnerability by the name of the tool.
func (d *Document) addVulnerability(tool string, v vulnerability) error {
	switch {
	case strings.TrimSpace(v.id) == "":
		return errors.New("a vulnerability has no identifier")
	case v.pkg.Name == "":
		return errors.New("the vulnerability " + shorten(v.id, 100) + " names no package")
	}
	if v.suppressed != "" {
		tool += suppressed(v.suppressed)
	}
	out := &finding.Vulnerability{
		Package: v.pkg, Aliases: []string{}, Source: d.Tool, ReportedBy: []string{tool}, Published: dayOf(v.published), CVSSVector: v.vector,
		Fix: finding.Fix{State: v.fix, Versions: []finding.FixVersion{}},
	}
	if v.cvss > 0 && v.cvss <= 10 {
		out.CVSS = v.cvss
	}
	for _, a := range v.aliases {
		if a != "" && a != v.id {
			out.Aliases = append(out.Aliases, shorten(a, 200))
		}
	}
	slices.Sort(out.Aliases)
	out.Aliases = slices.Compact(out.Aliases)
	for _, version := range v.fixed {
		if version = strings.TrimSpace(version); version != "" {
			out.Fix.Versions = append(out.Fix.Versions, finding.FixVersion{Version: shorten(version, 200)})
		}
	}
	switch {
	case len(out.Fix.Versions) > 0:
		out.Fix.State = finding.FixFixed
	case out.Fix.State == "" || out.Fix.State == finding.FixFixed:
		out.Fix.State = finding.FixUnknown
	}
	id := shorten(v.id, 200)
	d.Findings = append(d.Findings, finding.Finding{
		Kind: finding.KindVulnerability, ID: id, Severity: v.severity, URLs: httpOnly([]string{v.url}), State: finding.Visible, Path: v.path,
		Title: id + " in " + strings.TrimSpace(v.pkg.Name+" "+v.pkg.Version), Summary: shorten(firstOf(v.title, v.summary), 500), Vulnerability: out,
	})
	return nil
}

// dayOf is the day of a time as findings have it; empty where it is none.
func dayOf(text string) string {
	if len(text) > len(time.DateOnly) {
		text = text[:len(time.DateOnly)]
	}
	if _, err := time.Parse(time.DateOnly, text); err != nil {
		return ""
	}
	return text
}

// inImage is the path of a file in the image as findings have it.
func inImage(path string) string {
	if path == "" || strings.HasPrefix(path, "/") {
		return path
	}
	return "/" + path
}
