package image

import (
	"encoding/json"
	"fmt"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/layergate/layergate/pkg/fault"
)

// checkSubjects refuses manifests that name another image as their subject (OCI image specification, "subject"): a
// registry lists them as that image's signature, SBOM or statement, which nobody cleared them for. An image may hold
// statements about itself.
func (img *Image) checkSubjects() error {
	all := img.children
	if !img.unsealed {
		all = append(all[:len(all):len(all)], img.Root)
	}
	own := map[v1.Hash]bool{}
	for _, m := range all {
		own[m.Digest] = true
	}
	for _, m := range all {
		var parsed struct {
			Subject *v1.Descriptor `json:"subject"`
		}
		if err := json.Unmarshal(m.Raw, &parsed); err != nil { // it was read strictly before
			return fmt.Errorf("the manifest %s is not valid: %w", m.Digest, err)
		}
		if s := parsed.Subject; s != nil && !own[s.Digest] {
			return fault.WithHint(fmt.Errorf("the manifest %s names another image as its subject, %s, and would become a statement about that one", m.Digest, s.Digest),
				"build the image without a subject; signatures and other statements are attached to an image after its push")
		}
	}
	return nil
}
