package registry

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/layergate/layergate/pkg/imageref"
)

// Annotations of manifests, and labels of images (OCI image specification, "Annotations").
const (
	annotationBase    = "org.opencontainers.image.base.digest"
	annotationCreated = "org.opencontainers.image.created"
)

// maxSurveyConfig is how many bytes a configuration may have.
const maxSurveyConfig = 8 << 20

// read reads a manifest and what its image says of itself; nil where the registry does not have it.
func (l *look) read(ctx context.Context, digest string) (*Manifest, error) {
	s, key := l.survey, l.repo.Name()+"@"+digest
	s.mu.Lock()
	m, known := s.known[key]
	s.mu.Unlock()
	if known {
		return &m, nil
	}
	hash, err := v1.NewHash(digest)
	if err != nil {
		return nil, err
	}
	began := s.client.cfg.Now()
	got, err := l.image.get(ctx, l.repo.Digest(hash.String()))
	if got == nil {
		return nil, err
	}
	s.mu.Lock()
	if r := s.readings[key]; r != nil {
		r.from, r.to = began, s.client.cfg.Now()
	}
	s.mu.Unlock()
	m = Manifest{Digest: digest}
	if err := l.parse(ctx, got.Manifest, &m); err != nil {
		return nil, fmt.Errorf("the manifest %s: %w", digest, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known[key] = m
	return &m, nil
}

// artifacts finds out which of the manifests are artifacts that have a tag made of a digest, as cosign's and lists of referrers do. The tag
// alone does not tell: anybody may push an image under it.
func (l *look) artifacts(ctx context.Context) error {
	var asked []*Manifest
	for _, m := range l.found {
		if slices.ContainsFunc(m.Tags, func(tag string) bool { return imageref.AttachedTo(tag) != "" }) {
			asked = append(asked, m)
		}
	}
	return l.each(ctx, len(asked), func(ctx context.Context, i int) (err error) {
		s, key := l.survey, l.repo.Name()+"@"+asked[i].Digest
		s.mu.Lock()
		of, known := s.types[key]
		s.mu.Unlock()
		if !known {
			if of, err = l.image.artifactType(ctx, asked[i].Digest); err != nil {
				return err
			}
			s.mu.Lock()
			if s.types[key] = of; s.readings[key] != nil {
				s.readings[key].to = s.client.cfg.Now()
			}
			s.mu.Unlock()
		}
		asked[i].Artifact = of
		return nil
	})
}

// parse reads what ties a manifest or an index to others.
func (l *look) parse(ctx context.Context, raw []byte, m *Manifest) error {
	var parsed struct {
		Config      *v1.Descriptor
		Manifests   []v1.Descriptor
		Subject     *v1.Descriptor
		Annotations map[string]string
	}
	if err := json.Unmarshal(raw, &parsed); err != nil {
		return err
	}
	for _, d := range parsed.Manifests {
		m.Parts = append(m.Parts, d.Digest.String())
	}
	if parsed.Subject != nil {
		m.Subject = parsed.Subject.Digest.String()
	}
	if parsed.Config != nil {
		m.Config = parsed.Config.Digest.String()
	}
	m.Base = parsed.Annotations[annotationBase]
	m.Created, _ = time.Parse(time.RFC3339, parsed.Annotations[annotationCreated]) // a time that is none is not known
	if parsed.Config == nil || !parsed.Config.MediaType.IsConfig() {
		return nil
	}
	return l.config(ctx, parsed.Config.Digest, m)
}

// config reads what the configuration of an image says.
func (l *look) config(ctx context.Context, digest v1.Hash, m *Manifest) error {
	raw, err := l.image.small(ctx, digest, maxSurveyConfig)
	var parsed struct {
		Created time.Time
		Config  struct{ Labels map[string]string }
	}
	if err == nil {
		err = json.Unmarshal(raw, &parsed)
	}
	if err != nil {
		return fmt.Errorf("its configuration: %w", err)
	}
	if !parsed.Created.IsZero() {
		m.Created = parsed.Created
	}
	m.Base = cmp.Or(m.Base, parsed.Config.Labels[annotationBase])
	return nil
}
