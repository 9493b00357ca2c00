package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/regex"
)

// The parts of GitLab's report of container scanning, schema 15.2.1 (security-report-schemas of gitlab-org). GitLab drops a
// report with a value that its schema does not allow as a whole.
type (
	gitlabReport struct {
		Version         string                `json:"version"`
		Scan            gitlabScan            `json:"scan"`
		Vulnerabilities []gitlabVulnerability `json:"vulnerabilities"`
		Remediations    []struct{}            `json:"remediations"` // none: GitLab wants a patch in each
	}
	gitlabScan struct {
		Analyzer  gitlabTool      `json:"analyzer"`
		Scanner   gitlabTool      `json:"scanner"`
		Type      string          `json:"type"`
		StartTime string          `json:"start_time"`
		EndTime   string          `json:"end_time"`
		Status    string          `json:"status"`
		Messages  []gitlabMessage `json:"messages"`
	}
	gitlabTool struct {
		ID      string     `json:"id"`
		Name    string     `json:"name"`
		URL     string     `json:"url"`
		Vendor  gitlabName `json:"vendor"`
		Version string     `json:"version"`
	}
	gitlabName struct {
		Name string `json:"name"`
	}
	gitlabMessage struct {
		Level string `json:"level"`
		Value string `json:"value"`
	}
	gitlabVulnerability struct {
		ID          string                  `json:"id"`
		Name        string                  `json:"name"`
		Description string                  `json:"description,omitempty"`
		Severity    string                  `json:"severity"`
		Solution    string                  `json:"solution"`
		Identifiers []gitlabIdentifier      `json:"identifiers"`
		Links       []gitlabLink            `json:"links"`
		Vectors     []gitlabVector          `json:"cvss_vectors,omitempty"`
		Details     map[string]gitlabDetail `json:"details"`
		Flags       []gitlabFlag            `json:"flags,omitempty"`
		Location    gitlabLocation          `json:"location"`
	}
	gitlabIdentifier struct {
		Type  string `json:"type"`
		Name  string `json:"name"`
		Value string `json:"value"`
		URL   string `json:"url,omitempty"`
	}
	gitlabLink struct {
		URL string `json:"url"`
	}
	gitlabVector struct {
		Vendor string `json:"vendor"`
		Vector string `json:"vector"`
	}
	gitlabDetail struct {
		Name  string `json:"name"`
		Type  string `json:"type"` // text, code or file-location
		Value string `json:"value,omitempty"`
		File  string `json:"file_name,omitempty"`
		Line  int    `json:"line_start,omitempty"`
	}
	gitlabFlag struct {
		Type        string `json:"type"`
		Origin      string `json:"origin"`
		Description string `json:"description"`
	}
	gitlabLocation struct {
		Dependency struct {
			Package gitlabName `json:"package"`
			Version string     `json:"version"`
		} `json:"dependency"`
		OperatingSystem string `json:"operating_system"`
		Image           string `json:"image"`
	}
)

// gitlabMessages is how many coverage gaps and failed checks the report tells beside the vulnerabilities.
const gitlabMessages = 100

// GitLab writes gl-container-scanning-report.json: every vulnerability of each version of a package, whether it blocks or not,
// since GitLab keeps its own record of what was dismissed. What else was found is told in the messages of the scan. The
// scan's times are when the advisory database was built, so that the same report has the same bytes.
func GitLab(w io.Writer, r *Report) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(gitlab(r))
}

func gitlab(r *Report) gitlabReport {
	tool := gitlabTool{
		ID: "layergate", Name: "Layergate", URL: "https://github.com/layergate/layergate", Vendor: gitlabName{"Layergate"},
		Version: cmp.Or(printable(r.Tool.Version), "unknown"),
	}
	at := r.fixedTime().Format("2006-01-02T15:04:05")
	out := gitlabReport{
		Version:         "15.2.1",
		Scan:            gitlabScan{Analyzer: tool, Scanner: tool, Type: "container_scanning", StartTime: at, EndTime: at, Status: "success", Messages: scanMessages(r)},
		Vulnerabilities: []gitlabVulnerability{}, Remediations: []struct{}{},
	}
	distros := map[string]string{}
	for _, p := range r.Platforms {
		distros[p.Platform] = printable(strings.TrimSpace(p.Distro.ID + " " + p.Distro.Version))
	}
	for _, i := range r.each(finding.KindVulnerability) {
		f := r.Findings[i]
		v := gitlabOf(f, r.decision(i))
		v.Location.Image, v.Location.OperatingSystem = cmp.Or(printable(r.title()), "image"), cmp.Or(distros[f.Platform], "unknown")
		out.Vulnerabilities = append(out.Vulnerabilities, v)
	}
	return out
}

// each lists the index of one finding for each that counts once, one that blocks where there is one.
func (r *Report) each(kind finding.Kind) []int {
	blocking, place := r.blocking(), map[finding.Item]int{}
	var out []int
	for i, f := range r.Findings {
		if f.Kind != kind {
			continue
		}
		k := f.Item()
		n, ok := place[k]
		if !ok {
			place[k] = len(out)
			out = append(out, i)
			continue
		}
		_, blocks := blocking[i]
		if _, already := blocking[out[n]]; blocks && !already {
			out[n] = i
		}
	}
	return out
}

// decision is that about finding i; the zero value where there is none.
func (r *Report) decision(i int) policy.Decision {
	if i < len(r.Verdict.Decisions) {
		return r.Verdict.Decisions[i]
	}
	return policy.Decision{}
}

// scanMessages tell what GitLab's report has no place for.
func scanMessages(r *Report) []gitlabMessage {
	s := r.summarize()
	out := []gitlabMessage{{"info", upperFirst(s.sentence)}}
	if s.database != "" {
		out = append(out, gitlabMessage{"warn", upperFirst(s.database)})
	}
	groups, rest := firstOf(r.group(func(f finding.Finding) bool { return f.Vulnerability == nil }), gitlabMessages)
	for _, g := range groups {
		out = append(out, gitlabMessage{"warn", printable(g.words.headline)})
	}
	if rest > 0 {
		out = append(out, gitlabMessage{"warn", plural(rest, "more failed check") + " and coverage gaps in " + JSONFile})
	}
	return out
}

func gitlabOf(f finding.Finding, d policy.Decision) gitlabVulnerability {
	v := f.Vulnerability
	k := f.Item()
	out := gitlabVulnerability{
		ID: uuid("layergate", k.Change, k.Name), Name: shorten(cmp.Or(printable(f.Summary), ruleID(f)), 255), Description: printable(f.Summary),
		Severity: gitlabSeverity(f.Severity), Solution: upperFirst(fixWords(f)) + ".", Identifiers: gitlabIdentifiers(f), Links: []gitlabLink{},
		Details: gitlabDetails(f, d),
	}
	for _, u := range f.URLs {
		if address := webAddress([]string{u}); address != "" {
			out.Links = append(out.Links, gitlabLink{address})
		}
	}
	if baseVector.MatchString(v.CVSSVector) {
		out.Vectors = []gitlabVector{{Vendor: "unknown", Vector: v.CVSSVector}}
	}
	if s := d.Statement; d.Effect == policy.Waived && s != nil && s.Status == policy.StatusNotAffected {
		out.Flags = []gitlabFlag{{"flagged-as-likely-false-positive", "layergate", printable(s.String())}}
	}
	out.Location.Dependency.Package.Name, out.Location.Dependency.Version = printable(v.Package.Name), printable(v.Package.Version)
	return out
}

// baseVector is a vector of CVSS 3 with all base metrics and nothing else, in the order of the specification. GitLab takes
// others, too, and none of CVSS 4.
var baseVector = regex.New(`^CVSS:3\.[01]/AV:[NALP]/AC:[LH]/PR:[NLH]/UI:[NR]/S:[UC]/C:[NLH]/I:[NLH]/A:[NLH]$`)

func gitlabSeverity(s finding.Severity) string {
	switch s {
	case finding.SeverityCritical:
		return "Critical"
	case finding.SeverityHigh:
		return "High"
	case finding.SeverityMedium:
		return "Medium"
	case finding.SeverityLow:
		return "Low"
	case finding.SeverityNegligible:
		return "Info"
	}
	return "Unknown"
}

// gitlabIdentifiers are the vulnerability's own and its other names. GitLab tells vulnerabilities apart by the first.
func gitlabIdentifiers(f finding.Finding) []gitlabIdentifier {
	var out []gitlabIdentifier
	for i, id := range append([]string{f.ID}, f.Vulnerability.Aliases...) {
		id = cmp.Or(printable(id), "unknown")
		if slices.ContainsFunc(out, func(o gitlabIdentifier) bool { return o.Value == id }) {
			continue
		}
		kind, _, _ := strings.Cut(strings.ToLower(id), "-")
		g := gitlabIdentifier{Type: cmp.Or(kind, "advisory"), Name: id, Value: id}
		if i == 0 {
			g.URL = webAddress(f.URLs)
		}
		out = append(out, g)
	}
	return out
}

// gitlabDetails say where the package is, which line brought it and what the policy says of it.
func gitlabDetails(f finding.Finding, d policy.Decision) map[string]gitlabDetail {
	out := map[string]gitlabDetail{
		"path":   {Name: "Path in the image", Type: "code", Value: orDash(printable(f.Path))},
		"policy": {Name: "Policy", Type: "text", Value: orDash(printable(strings.TrimSpace(string(d.Effect) + ": " + d.Reason)))},
	}
	if l := f.Layer; l != nil {
		out["layer"] = gitlabDetail{Name: fmt.Sprintf("Layer %d", l.Index), Type: "code", Value: instruction(l.CreatedBy)}
	}
	if f.State == finding.Shadowed {
		out["state"] = gitlabDetail{Name: "State", Type: "text", Value: "A later layer removed or replaced it: it does not run."}
	}
	if l := f.Location; l != nil && l.Line > 0 && printable(l.File) != "" {
		out["line"] = gitlabDetail{Name: "Brought by", Type: "file-location", File: printable(l.File), Line: l.Line}
	}
	return out
}
