// Package report turns the result of a run into what people and systems read: SARIF, JSON, Markdown, an SBOM and the
// terminal's table, one file each, all rendered from one Report.
//
// A Report holds no time and nothing that changes between two runs over the same image and database, so that every
// renderer gives the same bytes again. Renderers must not import anything that reads images or databases.
package report

import (
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/remedy"
)

// SchemaVersion is the version of layergate.json, described by layergate.schema.json. A reader may rely on every field
// of its major version; new fields raise the minor version.
const SchemaVersion = "2.7"

// Report is everything one run found out about one subject: an image, all its platforms included, manifests, or both.
type Report struct {
	Schema string `json:"schema"` // SchemaVersion
	Tool   Tool   `json:"tool"`
	// Series is the name that all reports of this image have, whatever its tag is and wherever it goes; empty where a report
	// was made without one.
	Series string `json:"series,omitempty"`
	Subject
	Database  Database       `json:"database,omitzero"`  // zero where none was asked
	Baseline  *Baseline      `json:"baseline,omitempty"` // what the findings were compared with; nil for nothing
	Policy    policy.Policy  `json:"policy"`
	Evidence  []Evidence     `json:"evidence,omitempty"` // results of other tools that were given to the run
	Verdict   policy.Verdict `json:"verdict"`
	Remedies  remedy.Plan    `json:"remedies,omitzero"` // what to do about what blocks; zero before anybody worked it out
	Warnings  []string       `json:"warnings"`          // what a reader should know beside the findings, such as an end-of-life distribution
	Platforms []Platform     `json:"platforms"`         // of the image; none of manifests
	Rules     []Rule         `json:"rules,omitempty"`   // that the findings of checks and secrets name, by identifier
	// Findings are in the order of finding.Sort; Verdict.Decisions refers to them by index.
	Findings []finding.Finding `json:"findings"`
}

// Tool names the program that made the report.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// BaseImage is the image that another one was built on: by the Dockerfile, by the user's word that its layers bear
// out, or by the image's own word.
type BaseImage struct {
	Name     string            `json:"name"`               // as FROM, the user or the image names it; scratch for an empty image
	Digest   string            `json:"digest,omitempty"`   // as FROM or the image gives it
	Layers   int               `json:"layers"`             // how many of the image's layers are the base's; 0 where that is not known
	Location *finding.Location `json:"location,omitempty"` // of the FROM instruction, where it is known
}

// Platform is one image of a multi-platform index, or the only one.
type Platform struct {
	Platform string       `json:"platform"` // os/arch[/variant]
	Digest   string       `json:"digest,omitempty"`
	ID       string       `json:"id"` // digest of the image configuration
	Distro   Distribution `json:"distro"`
	Layers   []Layer      `json:"layers"`
	Packages []Package    `json:"packages"`
	Coverage Coverage     `json:"coverage"` // what was looked at
}

// ImageID is the digest of the image's configuration (OCI image specification, "ImageID"), which an image has also where nothing made its
// manifest. It is empty for an image of several platforms, of which each has its own, and for manifests alone.
func (r *Report) ImageID() string {
	if len(r.Platforms) != 1 {
		return ""
	}
	return r.Platforms[0].ID
}

// Distribution is the Linux distribution of an image; its zero value means that none was recognised.
type Distribution struct {
	ID        string `json:"id,omitempty"` // os-release ID, such as debian
	Version   string `json:"version,omitempty"`
	Name      string `json:"name,omitempty"` // pretty name
	EndOfLife bool   `json:"endOfLife"`      // the database says that the distribution gets no more security updates
}

// Layer is one layer of a platform, with the findings of packages that it introduced.
type Layer struct {
	finding.Layer
	Digest    string         `json:"digest,omitempty"` // of the layer as it is stored or pushed
	MediaType string         `json:"mediaType,omitempty"`
	Size      int64          `json:"size"`     // stored size in bytes
	Unpacked  int64          `json:"unpacked"` // size of the uncompressed tar in bytes
	Packages  int            `json:"packages"` // packages introduced here
	Counts    finding.Counts `json:"counts"`   // visible findings in packages introduced here
	Shadowed  finding.Counts `json:"shadowed"` // shadowed findings in packages introduced here
	// Location is the instruction that made the layer, or the FROM instruction that brought it, where that is known.
	Location *finding.Location `json:"location,omitempty"`
}

// Package is a package with its layer and state.
type Package struct {
	finding.Package
	Path  string        `json:"path"`  // absolute path, inside the image, of the file that names the package
	Layer int           `json:"layer"` // index of the layer that introduced it
	State finding.State `json:"state"`
	// Distribution is the os-release ID and version of the system that the package is installed in, such as debian 11; empty
	// where that is the platform's own.
	Distribution string   `json:"distribution,omitempty"`
	Licenses     []string `json:"licenses"`
	CPEs         []string `json:"cpes"`
}

// Rule is what is known of a rule of checks or secrets, whatever it found.
type Rule struct {
	ID         string      `json:"id"`                 // as findings name it
	Name       string      `json:"name"`               // in words, such as runs-as-root
	Title      string      `json:"title"`              // what is wrong where it is not kept
	Why        string      `json:"why"`                // what can happen then
	Remedy     string      `json:"remedy"`             // what to change
	References []Reference `json:"references"`         // the same rule elsewhere
	Example    string      `json:"example,omitempty"`  // what keeps the rule: lines of a manifest or of a Dockerfile
	Language   string      `json:"language,omitempty"` // of the example, as Markdown knows it: yaml, json or dockerfile
}

// Reference is a rule of a benchmark, a standard or another tool that asks for the same.
type Reference struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"` // of a page about it
}

// rule finds a rule by its identifier; false means that the report does not describe it.
func (r *Report) rule(id string) (Rule, bool) {
	for _, rule := range r.Rules {
		if rule.ID == id {
			return rule, true
		}
	}
	return Rule{}, false
}

// Baseline is the state before a change.
type Baseline struct {
	Source string `json:"source"`           // as the user named it: a layergate.json, or an image
	Name   string `json:"name,omitempty"`   // of the image
	Digest string `json:"digest,omitempty"` // of the image
}

// Database says which advisories the findings come from.
type Database struct {
	Schema   string `json:"schema"`             // grype's schema version, such as 6.1.7
	Built    string `json:"built"`              // RFC 3339, UTC
	Checksum string `json:"checksum"`           // of the database file, such as xxh64:… or sha256:…
	From     string `json:"from,omitempty"`     // where it was downloaded or imported from, where that is known
	Digest   string `json:"digest,omitempty"`   // of what the database says; empty where it was not pinned
	PinnedBy string `json:"pinnedBy,omitempty"` // who chose the database by its digest, such as layergate.lock; empty for nobody
	MaxAge   string `json:"maxAge,omitempty"`   // the enforced age limit as a Go duration; empty where the limit was turned off
	Own      Own    `json:"ownAdvisories,omitzero"`
	Complete bool   `json:"complete,omitempty"` // its builder calls it complete, so that few advisories in it are no gap

	// Unanswered are the sources that were asked before the one that it comes from, and all of them where it is Outdated.
	Unanswered []Unanswered `json:"unanswered,omitempty"`
	Outdated   bool         `json:"outdated,omitempty"` // no source answered, and this is the newest that an earlier run kept
}

// EndOfLife lists the platforms whose distribution gets no more security updates.
func (r *Report) EndOfLife() []string {
	var out []string
	for _, p := range r.Platforms {
		if p.Distro.EndOfLife {
			out = append(out, p.Platform)
		}
	}
	return out
}

// Blocking lists the findings that block, worst first.
func (r *Report) Blocking() []finding.Finding {
	var out []finding.Finding
	for _, d := range r.Verdict.Blocking() {
		out = append(out, r.Findings[d.Finding])
	}
	return out
}

// blocking maps the index of each blocking finding to the reason.
func (r *Report) blocking() map[int]string {
	reasons := map[int]string{}
	for _, d := range r.Verdict.Blocking() {
		reasons[d.Finding] = d.Reason
	}
	return reasons
}

// withEffect maps the index of each finding on which the policy has an effect to the decision.
func (r *Report) withEffect(effect policy.Effect) map[int]policy.Decision {
	out := map[int]policy.Decision{}
	for _, d := range r.Verdict.Decisions {
		if d.Effect == effect {
			out[d.Finding] = d
		}
	}
	return out
}
