package image

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// MaxDocumentManifest is how many bytes a manifest that refers to an image may have: what registries take at the least (OCI
// distribution specification, "Pushing Manifests").
const MaxDocumentManifest = 4 << 20

// The media types of the Notary Project's signatures (https://github.com/notaryproject/specifications, signature-specification.md), the one
// sort of document that is not text, and of their configuration.
const (
	notaryCOSE   = "application/cose"
	notaryConfig = "application/vnd.cncf.notary.signature"
)

// CheckDocumentType says why manifests of a media type are no documents.
func CheckDocumentType(mt types.MediaType) error {
	if !mt.IsImage() {
		return fmt.Errorf("it is of the type %.100q, and only single manifests with documents are copied", mt)
	}
	return nil
}

// ParseDocument reads a manifest that refers to an image: a signature, an SBOM or another statement about it. An error says why every
// reader need not take it for that.
func ParseDocument(m Manifest) (*v1.Manifest, error) {
	if err := CheckDocumentType(m.MediaType); err != nil {
		return nil, err
	}
	if len(m.Raw) > MaxDocumentManifest {
		return nil, fmt.Errorf("its manifest has more than %d bytes", MaxDocumentManifest)
	}
	if err := checkKind(m, "manifests", "fslayers"); err != nil {
		return nil, err
	}
	var manifest v1.Manifest
	if err := parseJSON("the manifest", m.Raw, &manifest); err != nil {
		return nil, err
	}
	if len(manifest.Layers) > maxLayers {
		return nil, fmt.Errorf("it has %d layers, more than %d", len(manifest.Layers), maxLayers)
	}
	for _, d := range append(append(subject(manifest.Subject), manifest.Config), manifest.Layers...) {
		if _, err := blobName(d.Digest); err != nil {
			return nil, err
		}
		if len(d.URLs) > 0 {
			return nil, errors.New("its content is said to be elsewhere than in the registry")
		}
		if err := checkData(d); err != nil {
			return nil, err
		}
	}
	return &manifest, nil
}

// CheckDocument says why a blob of a manifest that ParseDocument read is no document. Nobody scans what refers to an image: only what
// nothing can run, or unpack into files, goes with it.
func CheckDocument(of *v1.Manifest, d v1.Descriptor, body []byte) error {
	if d.MediaType == notaryCOSE && of.Config.MediaType == notaryConfig { // runtimes take many other types for those of an image
		return nil
	}
	if !utf8.Valid(body) || bytes.IndexByte(body, 0) >= 0 {
		return fmt.Errorf("it holds %.100q that is no text, which nobody scanned", d.MediaType)
	}
	if len(body) > 0 && holdsTar(io.NewSectionReader(bytes.NewReader(body), 0, int64(len(body)))) { // one of the oldest format is text
		return fmt.Errorf("it holds %.100q that is a tar, which nobody scanned", d.MediaType)
	}
	return nil
}
