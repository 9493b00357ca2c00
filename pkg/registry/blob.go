package registry

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/progress"
)

// blob makes stored bytes pushable as they are.
type blob struct {
	b     image.Blob
	meter *progress.Meter // counts what is read
}

// Digest is that of the stored bytes.
func (b blob) Digest() (v1.Hash, error) { return b.b.Digest, nil }

// Size is that of the stored bytes.
func (b blob) Size() (int64, error) { return b.b.Size, nil }

// MediaType is the blob's type.
func (b blob) MediaType() (types.MediaType, error) { return b.b.MediaType, nil }

// Compressed reads the stored bytes, whether or not they are compressed, and fails at their end when they are not those
// of the digest.
func (b blob) Compressed() (io.ReadCloser, error) {
	return io.NopCloser(&verifier{r: b.meter.Reader(b.b.Open()), hash: sha256.New(), want: b.b.Digest}), nil
}

// verifier reads bytes that must have a digest.
type verifier struct {
	r    io.Reader
	hash hash.Hash
	want v1.Hash
}

// Read fails instead of ending when the digest is another.
func (v *verifier) Read(p []byte) (int, error) {
	n, err := v.r.Read(p)
	v.hash.Write(p[:n])
	if errors.Is(err, io.EOF) {
		if got := hex.EncodeToString(v.hash.Sum(nil)); got != v.want.Hex {
			return 0, fmt.Errorf("the bytes of %s changed since they were scanned: their digest is sha256:%s", v.want, got)
		}
	}
	return n, err
}

// DiffID is not known here, and nothing that pushes asks for it.
func (b blob) DiffID() (v1.Hash, error) { return v1.Hash{}, errors.ErrUnsupported }

// Uncompressed is not known here, and nothing that pushes asks for it.
func (b blob) Uncompressed() (io.ReadCloser, error) { return nil, errors.ErrUnsupported }
