package finding

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// Fingerprint identifies the finding across runs and rebuilds: two findings have the same one where a reader would see
// one problem. Of every kind the file counts and the platform, the layer and the state do not. A vulnerability is also
// told by its package without the version, so that an upgrade that repairs nothing keeps it, and by its Copy; a check
// by the resource, container and field and not by what it saw there, or by its package; a gap by its subject, of a package again without
// the version.
func (f Finding) Fingerprint() string {
	parts := []string{string(f.Kind), f.ID, f.Path}
	switch {
	case f.Vulnerability != nil:
		parts = append(parts, f.Vulnerability.Package.Identity())
		if n := f.Vulnerability.Copy; n > 0 {
			parts = append(parts, strconv.Itoa(n))
		}
	case f.Check != nil:
		parts = append(parts, f.Check.Resource, f.Check.Container, f.Check.Field)
		if p := f.Check.Package; p != nil {
			parts = append(parts, p.Identity())
		}
	case f.Coverage != nil:
		parts = append(parts, f.Coverage.Distribution, f.Coverage.Ecosystem)
		if p := f.Coverage.Package; p != nil {
			parts = append(parts, p.Identity())
		}
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// Identity returns the part of a package that stays the same when its version changes: its type, its name and the
// namespace of its purl (package-url specification), which tells packages of one name apart, such as artifacts of two
// Maven groups in one archive.
func (p Package) Identity() string {
	purl, _, _ := strings.Cut(p.PURL, "@")
	purl, _, _ = strings.Cut(purl, "?")
	namespace := purl[:max(strings.LastIndexByte(purl, '/'), 0)]
	return strings.Join([]string{p.Type, p.Name, namespace}, "\x00")
}

// Sort orders findings for every report: the most severe first, then those that can be repaired, then visible ones,
// then by kind, package, identifier and place. The order is total: only equal findings compare as equal.
func Sort(findings []Finding) {
	slices.SortStableFunc(findings, Compare)
}

// Compare is the order of Sort.
func Compare(a, b Finding) int {
	pa, _ := a.Package()
	pb, _ := b.Package()
	order := cmp.Or(
		cmp.Compare(b.Severity, a.Severity),
		compareBool(a.Repairable(), b.Repairable()),
		compareBool(a.State != Shadowed, b.State != Shadowed),
		cmp.Compare(slices.Index(Kinds(), a.Kind), slices.Index(Kinds(), b.Kind)),
		cmp.Compare(pa.Name, pb.Name),
		cmp.Compare(pa.Version, pb.Version),
		cmp.Compare(a.ID, b.ID),
		cmp.Compare(pa.Type, pb.Type),
		cmp.Compare(a.Path, b.Path),
		cmp.Compare(a.layerIndex(), b.layerIndex()),
		cmp.Compare(a.Platform, b.Platform),
		cmp.Compare(a.line(), b.line()),
	)
	if order == 0 && a.Check != nil && b.Check != nil {
		order = cmp.Or(cmp.Compare(a.Check.Resource, b.Check.Resource), cmp.Compare(a.Check.Container, b.Check.Container), cmp.Compare(a.Check.Field, b.Check.Field))
	}
	if order != 0 {
		return order
	}
	// What is left differs in a detail, if at all; any order of it will do that is always the same.
	return bytes.Compare(a.encoded(), b.encoded())
}

// compareBool puts what is true first.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	default:
		return 1
	}
}

// Package is the package that the finding is about; false means that it is about none.
func (f Finding) Package() (Package, bool) {
	switch {
	case f.Vulnerability != nil:
		return f.Vulnerability.Package, true
	case f.Coverage != nil && f.Coverage.Package != nil:
		return *f.Coverage.Package, true
	case f.Check != nil && f.Check.Package != nil:
		return *f.Check.Package, true
	}
	return Package{}, false
}

// Repairable tells whether somebody knows how to repair it: by a fixed version, or as a check says.
func (f Finding) Repairable() bool {
	return f.Check != nil || f.Vulnerability != nil && f.Vulnerability.Fix.State == FixFixed
}

// layerIndex is -1 for a finding of no layer.
func (f Finding) layerIndex() int {
	if f.Layer == nil {
		return -1
	}
	return f.Layer.Index
}

// line is 0 for a finding whose line is not known.
func (f Finding) line() int {
	if f.Location == nil {
		return 0
	}
	return f.Location.Line
}

func (f Finding) encoded() []byte {
	raw, err := json.Marshal(f)
	if err != nil {
		return nil // only a number that is none does that, which Valid refuses
	}
	return raw
}
