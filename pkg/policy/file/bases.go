package file

import (
	"regexp"
	"strconv"

	"github.com/goccy/go-yaml/token"

	"github.com/layergate/layergate/pkg/policy"
)

// maxBases is how many images remedies may choose from: each is read and judged.
const maxBases = 20

// baseReference is a reference with a repository: a tag alone would be one of whatever the base image is.
var baseReference = regexp.MustCompile(`^[a-z0-9][A-Za-z0-9._-]*(?:[:/][A-Za-z0-9][A-Za-z0-9._-]*)+(?:@sha256:[0-9a-f]{64})?$`)

// validBases checks the images that may take the place of the base image.
func (d *decoder) validBases(bases []string) error {
	for i, ref := range bases {
		if !baseReference.MatchString(ref) {
			return d.errorAt(d.placeOf("bases", strconv.Itoa(i)), "write repository and tag, such as registry.example/base/debian:12.14", "%q is no reference of an image", ref)
		}
		if i == maxBases {
			return d.errorAt(d.placeOf("bases", strconv.Itoa(i)), "keep those that projects are to take", "bases has more than %d images, each of which is read", maxBases)
		}
	}
	return nil
}

// validAllowedBases checks the patterns for base images, and what has to prove them.
func (d *decoder) validAllowedBases(bases []allowedBase) error {
	for i, b := range bases {
		entry := item("allowed-bases", i)
		if err := d.validPattern(d.placeOf(entry, "image"), b.Image); err != nil {
			return err
		}
		if _, asks := d.places[entry+".proven"]; !asks {
			continue
		}
		if key, err := b.Proven.Problem(); err != nil {
			return d.errorAt(d.placeOf(entry+".proven", key), "a proof has a key, a block that begins with -----BEGIN PUBLIC KEY-----, by: signature, provenance or verdict, and of a verdict the verifier",
				"the proof of the base image is not valid: %s", err)
		}
	}
	return nil
}

// validPatterns checks the patterns for images that a key lists.
func (d *decoder) validPatterns(key string, patterns []policy.ImagePattern) error {
	for i, p := range patterns {
		if err := d.validPattern(d.placeOf(key, strconv.Itoa(i)), p); err != nil {
			return err
		}
	}
	return nil
}

func (d *decoder) validPattern(at *token.Position, p policy.ImagePattern) error {
	if err := p.Valid(); err != nil {
		return d.errorAt(at, `write such as registry.example/base/**, "debian:12*" or debian@sha256:…`, "%q is no pattern for images: %s", p, err)
	}
	return nil
}

// validLabels checks that each label that is asked for has a name.
func (d *decoder) validLabels(labels []label) error {
	for i, l := range labels {
		if l.Name == "" {
			return d.errorAt(d.placeOf("labels", strconv.Itoa(i)), "write its name, such as org.opencontainers.image.source", "a label has no name")
		}
	}
	return nil
}

// validRequire checks the forms of evidence that a push depends on.
func (d *decoder) validRequire(required []policy.Requirement) error {
	for i, r := range required {
		if err := r.Valid(); err != nil {
			return d.errorAt(d.placeOf("require", strconv.Itoa(i)), "write junit, sarif or result, or such as junit=build/tests.xml or attestation=https://slsa.dev/provenance/v1", "the required evidence is not valid: %s", err)
		}
	}
	return nil
}

// validAttesters checks that each attester has a key.
func (d *decoder) validAttesters(attesters []policy.Attester) error {
	for i, a := range attesters {
		if key, err := a.Problem(); err != nil {
			return d.errorAt(d.placeOf(item("attesters", i), key), "an attester has a key, a block that begins with -----BEGIN PUBLIC KEY-----", "the attester is not valid: %s", err)
		}
	}
	return nil
}
