// Package finding is the vocabulary that every other package of Layergate shares: what was found, how bad it is,
// in which package and layer, and where the reader can change it.
//
// It imports the standard library only.
package finding

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// Kind says what sort of problem a finding is.
type Kind string

// KindVulnerability is a known vulnerability in a package of the image.
const KindVulnerability Kind = "vulnerability"

// State says whether what was found is still there when the image runs.
type State string

const (
	// Visible content is part of the final file system.
	Visible State = "visible"
	// Shadowed content was removed or replaced by a later layer. It does not run, but it is still shipped.
	Shadowed State = "shadowed"
)

// Finding is one problem in one place.
type Finding struct {
	Kind     Kind     `json:"kind"`
	ID       string   `json:"id"`       // the advisory's own identifier, such as GHSA-jf85-cpcp-j695 or CVE-2019-10744
	Aliases  []string `json:"aliases"`  // other identifiers of the same problem, sorted
	Severity Severity `json:"severity"` // the advisory's severity
	// CVSS is the highest base score of the advisory (CVSS v2, v3 or v4; 0.1 to 10.0), or 0 where it has none.
	CVSS       float64  `json:"cvss"`
	CVSSVector string   `json:"cvssVector,omitempty"` // the vector that gave CVSS
	Summary    string   `json:"summary,omitempty"`    // one sentence; text of the advisory, not of the image
	URLs       []string `json:"urls"`                 // where to read more, the advisory's own page first
	Source     string   `json:"source"`               // the database namespace that matched, such as github:language:javascript
	Fix        Fix      `json:"fix"`

	KnownExploited []KnownExploited `json:"knownExploited,omitempty"` // entries about it in CISA's catalogue, sorted by CVE
	EPSS           *EPSS            `json:"epss,omitempty"`           // of its CVE that is most likely to be exploited; nil where none has a score
	CWEs           []string         `json:"cwes,omitempty"`           // kinds of weakness, such as CWE-79, sorted

	Package  Package `json:"package"`
	Platform string  `json:"platform"` // os/arch[/variant] of the image that holds the package
	Layer    Layer   `json:"layer"`
	State    State   `json:"state"`
	// Location is the line of the project that brought the finding, where it is known.
	Location *Location `json:"location,omitempty"`
	// Related are other lines that a reader may want to change: in the stage that a file was copied from, or in a lock file.
	Related []Related `json:"related,omitempty"`
}

// Package is a piece of software inside an image, as its package manager or its file names it.
type Package struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Type    string `json:"type"` // syft's package type: deb, apk, rpm, npm, python, gem, go-module, java-archive, binary, …
	PURL    string `json:"purl,omitempty"`
	// Path is the absolute path, inside the image, of the file that names the package: a database, a manifest or a binary.
	Path string `json:"path"`
}

// Layer is a finding's or package's place in the image.
type Layer struct {
	Index     int    `json:"index"`               // 0 is the lowest layer
	DiffID    string `json:"diffID"`              // digest of the uncompressed layer (OCI image configuration, rootfs.diff_ids)
	CreatedBy string `json:"createdBy,omitempty"` // the history entry's instruction, as the image's author wrote it
	Base      bool   `json:"base,omitempty"`      // the layer is the base image's, as far as the Dockerfile tells
}

// Location is a range of lines in a file of the project under review.
type Location struct {
	File    string `json:"file"`    // relative to the repository's root, with forward slashes
	Line    int    `json:"line"`    // from 1
	EndLine int    `json:"endLine"` // from 1; Line where the range is one line
}

// Related is a line that has to do with a finding.
type Related struct {
	Location
	Why string `json:"why"` // what the line is to the finding, in a few words
}

// FixState says what the advisory knows about a repair.
type FixState string

// The fix states of grype's database.
const (
	FixUnknown FixState = "unknown"
	FixFixed   FixState = "fixed"
	FixNone    FixState = "not-fixed"
	FixWontFix FixState = "wont-fix"
)

// Fix is how a vulnerability is repaired.
type Fix struct {
	State    FixState `json:"state"`
	Versions []string `json:"versions"` // versions that repair it, as the advisory lists them; empty unless State is fixed
}

// Fingerprint identifies the finding across runs and rebuilds: the same vulnerability in the same package at the same
// path, whatever the version, the layer digest or the platform.
func (f Finding) Fingerprint() string {
	sum := sha256.Sum256([]byte(strings.Join([]string{string(f.Kind), f.ID, f.Package.Type, f.Package.Name, f.Package.Path}, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// Sort orders findings for every report: the most severe first, then those that can be fixed, then by package,
// version, identifier, path, layer and platform. The order is total for findings that differ in any of these.
func Sort(findings []Finding) {
	slices.SortStableFunc(findings, Compare)
}

// Compare is the order of Sort.
func Compare(a, b Finding) int {
	return cmp.Or(
		cmp.Compare(b.Severity, a.Severity),
		cmp.Compare(fixRank(a.Fix.State), fixRank(b.Fix.State)),
		cmp.Compare(stateRank(a.State), stateRank(b.State)),
		cmp.Compare(a.Package.Name, b.Package.Name),
		cmp.Compare(a.Package.Version, b.Package.Version),
		cmp.Compare(a.ID, b.ID),
		cmp.Compare(a.Package.Type, b.Package.Type),
		cmp.Compare(a.Package.Path, b.Package.Path),
		cmp.Compare(a.Layer.Index, b.Layer.Index),
		cmp.Compare(a.Platform, b.Platform),
		cmp.Compare(a.Source, b.Source),
		slices.Compare(a.Fix.Versions, b.Fix.Versions),
		cmp.Compare(a.Package.PURL, b.Package.PURL),
	)
}

func fixRank(s FixState) int {
	if s == FixFixed {
		return 0
	}
	return 1
}

func stateRank(s State) int {
	if s == Visible {
		return 0
	}
	return 1
}
