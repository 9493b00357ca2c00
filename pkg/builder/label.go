package builder

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/layergate/layergate/pkg/dockerfile"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/regular"
	"github.com/layergate/layergate/pkg/textfile"
)

// The labels that a build gets by itself (OCI image specification, "Pre-Defined Annotation Keys").
const (
	labelSource     = "org.opencontainers.image.source"
	labelRevision   = "org.opencontainers.image.revision"
	labelCreated    = "org.opencontainers.image.created"
	labelBaseName   = "org.opencontainers.image.base.name"
	labelBaseDigest = "org.opencontainers.image.base.digest"
)

// addOrigin gives the image the labels that say where it comes from, but for those that the request or the Dockerfile sets. They
// are the same for the same commit and the same arguments, so that builds stay reproducible.
func (r *request) addOrigin(cfg Config) error {
	raw, err := regular.ReadNamed(filepath.Dir(r.dockerfile), r.dockerfile, maxDockerfile)
	if err != nil {
		return nil // BuildKit says what is wrong with the file
	}
	if _, err := textfile.Decode(raw); err != nil { // of which BuildKit says only that its first instruction does not exist
		return fault.Request(fmt.Errorf("the Dockerfile %s: %w", r.dockerfile, err), "")
	}
	file, err := dockerfile.Parse(filepath.Base(r.dockerfile), raw)
	if err != nil {
		return nil
	}
	r.label(file, labelSource, cfg.Source)
	r.label(file, labelRevision, cfg.Revision)
	if created := r.created(cfg.Created); !created.IsZero() {
		r.label(file, labelCreated, created.UTC().Format(time.RFC3339))
	}
	args := map[string]string{}
	for name, value := range r.attrs {
		if name, ok := strings.CutPrefix(name, "build-arg:"); ok {
			args[name] = value
		}
	}
	base, ok := file.BaseOf(dockerfile.Build{Target: cfg.Target, Args: args})
	if !ok || strings.EqualFold(base.Name, "scratch") || base.Name == "" {
		return nil
	}
	name, digest, _ := strings.Cut(base.Name, "@")
	if r.label(file, labelBaseName, name) {
		// Until the digest is known the label is empty, and not what the base image says of its own base.
		r.attrs["label:"+labelBaseDigest] = digest
		if digest == "" {
			r.base = name
		}
	}
	return nil
}

// label sets a label, unless it has no value, or somebody else sets it. It tells whether it did.
func (r *request) label(file *dockerfile.File, name, value string) bool {
	_, given := r.attrs["label:"+name]
	if value == "" || given || file.SetsLabel(name) {
		return false
	}
	r.attrs["label:"+name] = value
	return true
}

// created is the time that a reproducible build is given (https://reproducible-builds.org/specs/source-date-epoch/), or else that
// of the commit.
func (r *request) created(commit time.Time) time.Time {
	epoch, given := r.attrs["build-arg:SOURCE_DATE_EPOCH"]
	if !given {
		return commit
	}
	seconds, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil {
		return time.Time{} // BuildKit says so
	}
	return time.Unix(seconds, 0)
}
