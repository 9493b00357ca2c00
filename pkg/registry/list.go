package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/layergate/layergate/pkg/image"
)

// fallbackTries is how often the list of referrers under a tag is written, where somebody else writes it at the same time.
const fallbackTries = 5

// list makes sure that manifests which were stored are among the referrers of their subject. A registry that answers the question for them
// lists them by itself. In any other, clients keep the list under a tag (OCI distribution specification, "Referrers Tag Schema"), which
// nothing locks: it is read back, and written again where it was replaced meanwhile.
func (u *upload) list(ctx context.Context, subject v1.Hash, stored ...v1.Descriptor) error {
	tag := u.place.tagOf(subject, "")
	for tries := 0; ; tries++ {
		listed, byTag, err := u.place.listReferrers(ctx, u.writer, subject)
		if err != nil {
			return fmt.Errorf("looking among the referrers: %w", err)
		}
		missing := slices.DeleteFunc(slices.Clone(stored), func(d v1.Descriptor) bool {
			return slices.ContainsFunc(listed, func(l v1.Descriptor) bool { return l.Digest == d.Digest })
		})
		switch {
		case len(missing) == 0:
			return nil
		case !byTag:
			return fmt.Errorf("the registry stored %s, and does not name it among the referrers", missing[0].Digest)
		case tries == fallbackTries:
			return fmt.Errorf("the list of referrers under the tag %s was replaced by others at the same time: run again", tag.TagStr())
		}
		if err := u.writeList(ctx, tag, append(listed, missing...)); err != nil {
			return err
		}
	}
}

// writeList writes the list of referrers under a tag.
func (u *upload) writeList(ctx context.Context, tag name.Tag, list []v1.Descriptor) error {
	if list == nil {
		list = []v1.Descriptor{}
	}
	raw, err := json.Marshal(v1.IndexManifest{SchemaVersion: 2, MediaType: types.OCIImageIndex, Manifests: list})
	if err != nil {
		return err
	}
	if err := u.put(ctx, tag, image.Manifest{MediaType: types.OCIImageIndex, Raw: raw}); err != nil {
		return fmt.Errorf("writing the list of referrers: %w", err)
	}
	return nil
}
