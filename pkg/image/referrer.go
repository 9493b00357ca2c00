package image

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Attached is an in-toto statement that is attached to an image: as BuildKit keeps it in the image's index, as a referrer (OCI
// image specification, "subject"), or under the tag that cosign gives it.
type Attached struct {
	Blob             // the statement, or an envelope around it; it is not believed
	Predicate string // the type of its predicate, by the word of whoever attached it; empty where nobody says it
}

// The annotations of a layer or a manifest that name the type of the predicate: BuildKit's, cosign's, and those of Sigstore
// bundles.
func predicateAnnotations() []string {
	return []string{"in-toto.io/predicate-type", "predicateType", "dev.sigstore.bundle.predicateType"}
}

// HoldsStatement tells whether content of a media type is an in-toto statement, or an envelope around one.
func HoldsStatement(mt types.MediaType) bool {
	return mt == inTotoMediaType || mt == "application/vnd.dsse.envelope.v1+json" ||
		strings.HasPrefix(string(mt), "application/vnd.dev.sigstore.bundle")
}

// predicate is the type that the first annotations name that name any.
func predicate(of ...map[string]string) string {
	for _, annotations := range of {
		for _, key := range predicateAnnotations() {
			if p := annotations[key]; p != "" {
				return p
			}
		}
	}
	return ""
}

// referrer is a manifest of index.json that is attached to another.
type referrer struct {
	v1.Descriptor
	subject v1.Hash
}

// attachedTag is the tag of what cosign attaches to a digest.
func attachedTag(digest v1.Hash) string { return digest.Algorithm + "-" + digest.Hex + ".att" }

// attachedTo is the digest that a tag of cosign's names, such as sha256-….att, which may follow a repository.
func attachedTo(name string) (v1.Hash, bool) {
	tag, ok := strings.CutSuffix(name[strings.LastIndexByte(name, ':')+1:], ".att")
	if !ok {
		return v1.Hash{}, false
	}
	digest, err := v1.NewHash(strings.Replace(tag, "-", ":", 1))
	return digest, err == nil
}

// cosignKind is what the annotation kind begins with in the layouts of cosign save: image or imageIndex follows, or what is attached to the
// image before, such as sigs and atts (https://github.com/sigstore/cosign, pkg/oci/layout).
const cosignKind = "dev.cosignproject.cosign/"

// splitReferrers takes out of an index.json of several manifests those that are attached to others: nobody means them by an image.
func (img *Image) splitReferrers(index *v1.IndexManifest) {
	if len(index.Manifests) < 2 {
		return
	}
	img.referrers = nil
	var saved v1.Hash
	index.Manifests = slices.DeleteFunc(index.Manifests, func(d v1.Descriptor) bool {
		subject, is := img.subjectOf(d)
		switch kind, ok := strings.CutPrefix(d.Annotations["kind"], cosignKind); {
		case ok && (kind == "image" || kind == "imageIndex"):
			saved = d.Digest
		case ok && !is && saved != v1.Hash{} && !img.mayRun(d):
			subject, is = saved, true
		}
		if is {
			img.referrers = append(img.referrers, referrer{d, subject})
		}
		return is
	})
}

// subjectOf is the digest that a manifest of index.json is attached to. One that is an image, whatever else it says, is
// attached to none.
func (img *Image) subjectOf(d v1.Descriptor) (v1.Hash, bool) {
	for _, name := range ociNames(d) {
		if digest, ok := attachedTo(name); ok {
			return digest, true
		}
	}
	var m struct {
		Subject      *v1.Descriptor
		ArtifactType string
		Config       v1.Descriptor
	}
	if !d.MediaType.IsImage() {
		return v1.Hash{}, false
	}
	raw, err := img.readBlob("manifest", d, maxManifestSize)
	if err != nil || parseJSON("the manifest", raw, &m) != nil || m.Subject == nil {
		return v1.Hash{}, false // whoever opens it as an image says what is wrong
	}
	return m.Subject.Digest, m.ArtifactType != "" || !m.Config.MediaType.IsConfig()
}

// mayRun tells whether a manifest has a layer of a file system, or could have one for all that is known.
func (img *Image) mayRun(d v1.Descriptor) bool {
	var m v1.Manifest
	raw, err := img.readBlob("manifest", d, maxManifestSize)
	return err != nil || !d.MediaType.IsImage() || parseJSON("the manifest", raw, &m) != nil ||
		slices.ContainsFunc(m.Layers, func(l v1.Descriptor) bool { return l.MediaType.IsLayer() })
}

// Attached lists the in-toto statements that are attached to the image or one of its platforms. They are those of a
// layout, and of a registry where Options.Referrers asked for them.
func (img *Image) Attached() ([]Attached, error) {
	out := slices.Clone(img.statements)
	own := img.Digests()
	for _, r := range img.referrers {
		if !slices.Contains(own, r.subject.String()) {
			continue
		}
		raw, err := img.readBlob("referrer", r.Descriptor, maxManifestSize)
		if err != nil {
			return nil, err
		}
		var m v1.Manifest
		if err := parseJSON("the referrer "+r.Digest.String(), raw, &m); err != nil {
			return nil, err
		}
		for _, l := range m.Layers {
			if !HoldsStatement(l.MediaType) {
				continue
			}
			body, err := img.readBlob("attached statement", l, maxStatementSize)
			if err != nil {
				return nil, err
			}
			out = append(out, Attached{bytesBlob(l.Digest, l.MediaType, body), predicate(l.Annotations, m.Annotations, r.Annotations)})
		}
	}
	return out, nil
}

// referrers reads what is attached to each manifest of the image that was read.
func (d *download) referrers(ctx context.Context) error {
	for _, digest := range slices.SortedFunc(maps.Keys(d.manifests), func(a, b v1.Hash) int { return strings.Compare(a.Hex, b.Hex) }) {
		descriptors, err := d.repo.Referrers(ctx, digest)
		if err != nil {
			return err
		}
		for _, desc := range descriptors {
			if !desc.MediaType.IsImage() {
				continue // an index holds no statements
			}
			if err := d.takeReferrer(ctx, digest, desc); err != nil {
				return fmt.Errorf("what is attached to %s: %w", digest, err)
			}
		}
	}
	return nil
}

// takeReferrer notes a manifest that is attached to a digest, and the statements in it.
func (d *download) takeReferrer(ctx context.Context, subject v1.Hash, desc v1.Descriptor) error {
	if len(d.manifests) > maxManifests {
		return fmt.Errorf("there are more than %d manifests", maxManifests)
	}
	m, err := d.manifest(ctx, desc)
	if err != nil {
		return err
	}
	var manifest v1.Manifest
	if err := parseJSON("the manifest "+desc.Digest.String(), m.Raw, &manifest); err != nil {
		return err
	}
	var statements []v1.Descriptor
	for _, l := range manifest.Layers {
		if HoldsStatement(l.MediaType) {
			statements = append(statements, l)
		}
	}
	d.manifests[desc.Digest] = m
	d.attached = append(d.attached, v1.Descriptor{
		MediaType: desc.MediaType, Digest: desc.Digest, Size: desc.Size,
		Annotations: map[string]string{annotationRefName: attachedTag(subject)},
	})
	return d.need(m, statements)
}
