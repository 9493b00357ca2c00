// Package finding is the vocabulary that every other package of Layergate shares: what was found, how bad it is,
// in which package and layer, and where the reader can change it.
//
// It imports the standard library only.
package finding

import (
	"slices"
	"strings"
)

// Kind says what sort of problem a finding is.
type Kind string

// The kinds of findings.
const (
	// KindVulnerability is a known vulnerability in a package of the image.
	KindVulnerability Kind = "vulnerability"
	// KindCheck is a rule that an image or a manifest does not keep.
	KindCheck Kind = "check"
	// KindSecret is a password, key or token that the image ships, in any layer. It is described by a Check.
	KindSecret Kind = "secret"
	// KindCoverage is something that could not be judged, so that nobody knows what is in it.
	KindCoverage Kind = "coverage"
)

// Kinds lists every kind, in the order in which reports show them.
func Kinds() []Kind { return []Kind{KindVulnerability, KindSecret, KindCheck, KindCoverage} }

// Noun names one finding of the kind in a sentence.
func (k Kind) Noun() string {
	switch k {
	case KindVulnerability:
		return "vulnerability"
	case KindCheck:
		return "failed check"
	case KindSecret:
		return "secret"
	case KindCoverage:
		return "coverage gap"
	}
	return "finding"
}

// State says whether what was found is still there when the image runs.
type State string

const (
	// Visible content is part of the final file system.
	Visible State = "visible"
	// Shadowed content was removed or replaced by a later layer. It does not run, but it is still shipped.
	Shadowed State = "shadowed"
)

// Finding is one problem in one place: what every kind of finding has, and exactly one of Vulnerability, Check and
// Coverage, the one that Kind names. Secrets have a Check.
type Finding struct {
	Kind     Kind     `json:"kind"`
	ID       string   `json:"id"`                // of the advisory, such as GHSA-jf85-cpcp-j695, of the rule, or the gap's
	Severity Severity `json:"severity"`          // of the advisory or the rule; unknown for a coverage gap
	Title    string   `json:"title"`             // what is wrong, in a few words
	Summary  string   `json:"summary,omitempty"` // one sentence of the advisory or the rule; not of the image
	URLs     []string `json:"urls"`              // where to read more, the best page first

	Platform string `json:"platform,omitempty"` // os/arch[/variant] of the image; empty in a manifest
	Layer    *Layer `json:"layer,omitempty"`    // of the image; nil where it is about no layer
	// Path is that of the file that holds the problem: an absolute one inside the image, or a manifest's relative to
	// the repository's root. It is empty where the problem is in no file.
	Path  string `json:"path,omitempty"`
	State State  `json:"state,omitempty"` // of what was found in the image; empty for what is not content
	// Location is the line of the project to edit, where it is known: the lock file's or manifest's that names a package's
	// version, or else the instruction that brought the finding. Every report shows this line.
	Location *Location `json:"location,omitempty"`
	// Related are other lines that have to do with it: the instruction where Location is another file's line, or one of the
	// stage that a file was copied from.
	Related []Related `json:"related,omitempty"`

	// Baseline is what the finding is compared with the state before a change; empty where there was nothing to compare with.
	Baseline BaselineState `json:"baseline,omitempty"`

	Vulnerability *Vulnerability `json:"vulnerability,omitempty"`
	Check         *Check         `json:"check,omitempty"`
	Coverage      *Coverage      `json:"coverage,omitempty"`
}

// Identifiers lists the names of the finding by which a policy or a statement may know it, in lower case: its own and, of a
// vulnerability, its aliases.
func (f Finding) Identifiers() []string {
	if f.Vulnerability == nil {
		return []string{strings.ToLower(f.ID)}
	}
	out := make([]string, 0, 1+len(f.Vulnerability.Aliases))
	out = append(out, strings.ToLower(f.ID))
	for _, alias := range f.Vulnerability.Aliases {
		out = append(out, strings.ToLower(alias))
	}
	return out
}

// Malicious tells whether the package that the finding is about is malware, by an identifier that begins with MAL- as those of OSV's
// list of malicious packages do (github.com/ossf/malicious-packages).
func (f Finding) Malicious() bool {
	return f.Vulnerability != nil && slices.ContainsFunc(f.Identifiers(), func(id string) bool { return strings.HasPrefix(id, "mal-") })
}

// Package is a piece of software inside an image, as its package manager or its file names it.
type Package struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Type    string `json:"type"` // syft's package type: deb, apk, rpm, npm, python, gem, go-module, java-archive, binary, …
	PURL    string `json:"purl,omitempty"`
}

// Layer is a finding's or package's place in the image.
type Layer struct {
	Index     int    `json:"index"`               // 0 is the lowest layer
	DiffID    string `json:"diffID"`              // digest of the uncompressed layer (OCI image configuration, rootfs.diff_ids)
	CreatedBy string `json:"createdBy,omitempty"` // the history entry's instruction, as the image's author wrote it
	Base      bool   `json:"base,omitempty"`      // the layer is the base image's, as far as the Dockerfile tells
}

// Location is a range of lines in a file of the project under review, or of a policy that it extends.
type Location struct {
	File    string `json:"file"`    // relative to the repository's root, with forward slashes, or oci:// and a reference
	Line    int    `json:"line"`    // from 1
	EndLine int    `json:"endLine"` // from 1; Line where the range is one line
	// Column is where on Line it begins: from 1, in characters; 0 where only the line is known.
	Column int `json:"column,omitempty"`
}

// InProject tells whether the file is one of the project, which reviewers have before them, and does not lie in a registry.
func (l Location) InProject() bool { return !strings.HasPrefix(l.File, "oci://") }

// Related is a line that has to do with a finding.
type Related struct {
	Location
	Why string `json:"why"` // what the line is to the finding, in a few words
}
