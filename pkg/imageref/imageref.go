// Package imageref takes references of images apart, as they stand in Dockerfiles, manifests, policies and reports. It refuses
// nothing: what is no reference, such as a pattern or a name with a variable in it, is cut where a reference would be.
package imageref

import (
	"slices"
	"strings"
)

// Reference is a reference of an image in parts.
type Reference struct {
	Repository string // as written, with the registry's host where it names one
	Tag        string // empty where it has none
	Digest     string // sha256:…; empty where it has none
}

// Split cuts a reference of the form REPOSITORY[:TAG][@DIGEST].
func Split(text string) Reference {
	var r Reference
	r.Repository, r.Digest, _ = strings.Cut(text, "@")
	last := strings.LastIndexByte(r.Repository, '/') + 1
	if i := strings.IndexByte(r.Repository[last:], ':'); i >= 0 {
		r.Repository, r.Tag = r.Repository[:last+i], r.Repository[last+i+1:]
	}
	return r
}

// FullRepository is the repository with what Docker adds to a short name: docker.io/ and library/. It keeps the * and ** of a
// pattern, and adds nothing where a variable decides on the registry.
func (r Reference) FullRepository() string {
	s := r.Repository
	first, _, several := strings.Cut(s, "/")
	switch {
	case s == "", strings.Contains(first, "$"):
	case !several:
		s = "docker.io/library/" + s
	case first == "index.docker.io":
		s = strings.TrimPrefix(s, "index.")
	case !strings.ContainsAny(first, ".:*") && first != "localhost":
		s = "docker.io/" + s
	}
	if rest, ok := strings.CutPrefix(s, "docker.io/"); ok && !strings.Contains(rest, "/") && rest != "" && rest != "**" {
		s = "docker.io/library/" + rest
	}
	return s
}

// ForAttachments tells whether a tag is one under which clients keep what belongs to a digest, and not an image, whatever the algorithm: with
// the end of cosign's, or as the list of referrers has it, which shortens long digests (OCI distribution specification, "Referrers Tag
// Schema"). An image there would take the place of signatures.
func ForAttachments(tag string) bool {
	algorithm, rest, ok := strings.Cut(tag, "-")
	hex, _, _ := strings.Cut(rest, ".")
	return ok && slices.Contains([]string{"sha256", "sha384", "sha512"}, algorithm) && len(hex) >= 64 && strings.Trim(hex, "0123456789abcdef") == ""
}

// AttachedTo is the digest that a tag is made of: cosign keeps what it attaches to an image under such a tag, sha256-….sig, and clients of
// a registry that lists no referrers keep the list of them (OCI distribution specification, "Referrers Tag Schema"). It is empty for any
// other tag.
func AttachedTo(tag string) string {
	rest, ok := strings.CutPrefix(tag, "sha256-")
	hex, _, _ := strings.Cut(rest, ".")
	if !ok || len(hex) != 64 || strings.Trim(hex, "0123456789abcdef") != "" {
		return ""
	}
	return "sha256:" + hex
}
