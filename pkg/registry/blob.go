package registry

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/layergate/layergate/pkg/image"
)

// changedError says that a blob has other bytes than those that were scanned.
type changedError struct{ was, got string }

// Error names both digests.
func (e *changedError) Error() string {
	return fmt.Sprintf("the bytes of %s changed since they were scanned: their digest is %s", e.was, e.got)
}

// verify reads a blob as it is stored, and fails at its end when the bytes are not those of its digest.
func verify(b image.Blob) io.Reader {
	return &verifier{r: b.Open(), hash: sha256.New(), want: b.Digest}
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
			return 0, &changedError{was: v.want.String(), got: "sha256:" + got}
		}
	}
	return n, err
}
