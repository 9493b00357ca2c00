package registry

import (
	"encoding/json"
	"fmt"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
)

// checkSubjects refuses manifests that name another image as their subject (OCI image specification, "subject"): a
// registry lists them as that image's signature, SBOM or statement, which nobody cleared them for. An image may hold
// statements about itself.
func checkSubjects(manifests []image.Manifest) error {
	own := map[v1.Hash]bool{}
	for _, m := range manifests {
		own[m.Digest] = true
	}
	for _, m := range manifests {
		var parsed struct {
			Subject *v1.Descriptor `json:"subject"`
		}
		if err := json.Unmarshal(m.Raw, &parsed); err != nil {
			return fmt.Errorf("the manifest %s is not valid: %w", m.Digest, err)
		}
		if s := parsed.Subject; s != nil && !own[s.Digest] {
			return fault.WithHint(fmt.Errorf("the manifest %s names another image as its subject, %s, and would become a statement about that one", m.Digest, s.Digest),
				"build the image without a subject; signatures and other statements are attached to an image after its push")
		}
	}
	return nil
}
