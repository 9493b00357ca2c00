package image

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// The annotations of a manifest, or labels of a configuration, that name the base image (OCI image specification,
// "Pre-Defined Annotation Keys").
const (
	annotationBaseName   = "org.opencontainers.image.base.name"
	annotationBaseDigest = "org.opencontainers.image.base.digest"
)

// Base is the image that another one was built on, by the word of who built it.
type Base struct {
	Name   string // such as docker.io/library/debian:12
	Digest string // sha256:…; either may be empty
}

// Base reads what a platform's image says of its base: in its annotations, else in its labels, else in BuildKit's
// provenance, where that names a single image. Nothing of it is verified.
func (img *Image) Base(p *Platform) Base {
	var manifest v1.Manifest
	if len(p.Manifest.Raw) > 0 && json.Unmarshal(p.Manifest.Raw, &manifest) != nil {
		return Base{}
	}
	for _, words := range []map[string]string{manifest.Annotations, p.Config.Config.Labels} {
		b := Base{Name: words[annotationBaseName], Digest: words[annotationBaseDigest]}
		if _, err := v1.NewHash(b.Digest); err != nil {
			b.Digest = ""
		}
		if b != (Base{}) {
			return b
		}
	}
	materials := img.Materials(p)
	if len(materials) == 1 {
		return materials[0]
	}
	return Base{}
}

// statement is the part of an in-toto statement with SLSA provenance, version 0.2 or 1, that names what went into an
// image.
type statement struct {
	Subject   []struct{ Digest map[string]string }
	Predicate struct {
		Materials       []resource
		BuildDefinition struct{ ResolvedDependencies []resource }
	}
}

type resource struct {
	URI    string
	Digest map[string]string
}

// maxProvenance is how many bytes a statement may have that is looked at for materials. Larger ones are SBOMs.
const maxProvenance = 4 << 20

// Materials lists the images that BuildKit's provenance of a platform says went into it, by name.
func (img *Image) Materials(p *Platform) []Base {
	var out []Base
	for _, b := range img.attestations {
		var s statement
		if b.MediaType != inTotoMediaType || b.Size > maxProvenance || json.NewDecoder(b.Open()).Decode(&s) != nil {
			continue
		}
		about := slices.ContainsFunc(s.Subject, func(subject struct{ Digest map[string]string }) bool {
			return subject.Digest["sha256"] == p.Manifest.Digest.Hex
		})
		// BuildKit names the subjects by the names of the image, and none where it has no name.
		nameless := len(s.Subject) == 0 && slices.Contains(img.storedFor[b.Digest], p.Manifest.Digest.String())
		if !about && !nameless {
			continue
		}
		for _, m := range append(s.Predicate.Materials, s.Predicate.BuildDefinition.ResolvedDependencies...) {
			base := Base{Name: imageOf(m.URI)}
			if hash, err := v1.NewHash("sha256:" + m.Digest["sha256"]); err == nil {
				base.Digest = hash.String()
			}
			if base.Name != "" && !slices.Contains(out, base) {
				out = append(out, base)
			}
		}
	}
	slices.SortFunc(out, func(a, b Base) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// imageOf is the reference in a package URL of the type docker, such as pkg:docker/debian@12?platform=linux%2Famd64.
func imageOf(purl string) string {
	rest, ok := strings.CutPrefix(purl, "pkg:docker/")
	if !ok {
		return ""
	}
	rest, _, _ = strings.Cut(rest, "?")
	name, tag, tagged := strings.Cut(rest, "@")
	name, err := url.PathUnescape(name)
	if err != nil {
		return ""
	}
	if tagged {
		name += ":" + tag
	}
	return name
}
