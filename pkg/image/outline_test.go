package image_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/layergate/layergate/pkg/image"
)

// stored is a repository that gives what it holds under a digest, whether or not it is that.
type stored struct {
	root  []byte
	bytes map[string][]byte
}

func (s *stored) put(raw string) string {
	sum := sha256.Sum256([]byte(raw))
	digest := "sha256:" + hex.EncodeToString(sum[:])
	s.bytes[digest] = []byte(raw)
	return digest
}

func (s *stored) manifest(raw []byte) image.Manifest {
	mediaType := types.OCIManifestSchema1
	if bytes.Contains(raw, []byte(`"manifests"`)) {
		mediaType = types.OCIImageIndex
	}
	return image.Manifest{Raw: raw, MediaType: mediaType}
}

func (s *stored) Root(context.Context) (image.Manifest, error) { return s.manifest(s.root), nil }
func (s *stored) Manifest(_ context.Context, digest v1.Hash) (image.Manifest, error) {
	return s.manifest(s.bytes[digest.String()]), nil
}
func (s *stored) Blob(_ context.Context, digest v1.Hash) (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(s.bytes[digest.String()])), nil
}
func (s *stored) Referrers(context.Context, v1.Hash) ([]v1.Descriptor, error) {
	return nil, errors.New("nobody asks for that")
}

// What the configuration says is believed only where the bytes are those of the digests that lead to it.
func TestReadOutline(t *testing.T) {
	t.Parallel()
	layer := "sha256:" + strings.Repeat("ab", 32)
	config := fmt.Sprintf(`{"architecture":"arm64","os":"linux","created":"2026-11-26T03:04:05Z","rootfs":{"type":"layers","diff_ids":[%q]}}`, layer)
	s := &stored{bytes: map[string][]byte{}}
	configDigest := s.put(config)
	manifestDigest := s.put(fmt.Sprintf(`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":%q,"size":%d},"layers":[]}`, configDigest, len(config)))
	index := fmt.Sprintf(`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":%q,"size":1,"platform":{"os":"linux","architecture":"arm64"}}]}`, manifestDigest)
	indexDigest := s.put(index)
	s.root = []byte(index)

	got, err := image.ReadOutline(context.Background(), s, "linux/arm64")
	if err != nil || !slices.Equal(got.Digests, []string{indexDigest, manifestDigest}) || !slices.Equal(got.DiffIDs, []string{layer}) || !got.Created.Equal(time.Date(2026, 11, 26, 3, 4, 5, 0, time.UTC)) {
		t.Errorf("ReadOutline() = %+v, %v", got, err)
	}
	if _, err := image.ReadOutline(context.Background(), s, "linux/amd64"); err == nil {
		t.Error("there is an outline of a platform that the index does not have")
	}
	for digest, change := range map[string]string{manifestDigest: "other bytes", configDigest: "in the place of the configuration"} {
		kept := s.bytes[digest]
		s.bytes[digest] = []byte(strings.Replace(string(kept), "2026", "2025", 1) + " ")
		if _, err := image.ReadOutline(context.Background(), s, "linux/arm64"); err == nil || !strings.Contains(err.Error(), "the registry gave") {
			t.Errorf("ReadOutline(%s) = %v, want it refused", change, err)
		}
		s.bytes[digest] = kept
	}
	s.bytes[configDigest] = bytes.Repeat([]byte(" "), 9<<20)
	if _, err := image.ReadOutline(context.Background(), s, "linux/arm64"); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("ReadOutline(a large configuration) = %v, want it refused", err)
	}
}
