package image

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// marksAttestation tells whether a descriptor says that it is one of BuildKit's attestations: no runtime would choose
// what it describes for a platform.
func marksAttestation(d v1.Descriptor) bool {
	return d.Annotations[annotationReferenceType] == "attestation-manifest" &&
		d.Platform != nil && d.Platform.OS == "unknown" && d.Platform.Architecture == "unknown"
}

// addAttestation keeps an attestation with the image. It is not scanned, so it must be nothing else: in-toto statements
// in JSON, and a configuration for no operating system.
func (img *Image) addAttestation(ctx context.Context, m Manifest, d v1.Descriptor, manifest v1.Manifest) error {
	if n := len(manifest.Layers); n > maxLayers {
		return fmt.Errorf("the attestation %s names %d statements, more than %d", m.Digest, n, maxLayers)
	}
	rawConfig, err := img.readBlob("attestation configuration", manifest.Config, maxConfigSize)
	if err != nil {
		return err
	}
	var config v1.ConfigFile
	if err := parseConfigJSON("the attestation configuration "+manifest.Config.Digest.String(), rawConfig, &config); err != nil {
		return err
	}
	if config.OS != "" && config.OS != "unknown" {
		return fmt.Errorf("the manifest %s is marked as an attestation, but is an image for %s", m.Digest, config.OS)
	}
	if err := img.hold(rawConfig); err != nil {
		return err
	}
	img.attestations = append(img.attestations, bytesBlob(manifest.Config.Digest, manifest.Config.MediaType, rawConfig))
	for _, l := range manifest.Layers {
		if l.MediaType != inTotoMediaType {
			return fmt.Errorf("the manifest %s is marked as an attestation, but holds %q", m.Digest, l.MediaType)
		}
		if err := img.addStatement(ctx, l); err != nil {
			return err
		}
		img.storedFor[l.Digest] = append(img.storedFor[l.Digest], d.Annotations[annotationReferenceDigest])
	}
	img.kept[m.Digest] = true
	return nil
}

// addStatement checks an in-toto statement and keeps it where it lies: an image may have many large ones.
func (img *Image) addStatement(ctx context.Context, d v1.Descriptor) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	data, err := img.blobSection("the attestation", d)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(img.attestations, func(b Blob) bool { return b.Digest == d.Digest }) {
		return nil // it was read for another manifest
	}
	statement, err := img.readBlob("attestation", d, maxStatementSize)
	if err != nil {
		return err
	}
	if !json.Valid(statement) || !bytes.HasPrefix(bytes.TrimSpace(statement), []byte("{")) {
		return fmt.Errorf("the attestation %s is not an in-toto statement: it is not a JSON object", d.Digest)
	}
	blob := Blob{
		Digest: d.Digest, MediaType: d.MediaType, Size: d.Size,
		open: func() io.Reader { return io.NewSectionReader(data, 0, data.Size()) },
	}
	img.attestations = append(img.attestations, blob)
	img.statements = append(img.statements, Attached{blob, predicate(d.Annotations)})
	return nil
}
