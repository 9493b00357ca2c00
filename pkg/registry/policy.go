package registry

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
)

// The types of a policy file in a registry (OCI image specification 1.1, "Guidelines for Artifact Usage"): of the artifact, and of
// the blob that is the file.
const (
	PolicyArtifact  = "application/vnd.layergate.policy.v1"
	PolicyMediaType = "application/vnd.layergate.policy.v1+yaml"
)

// maxPolicyManifest is how many bytes the manifest of a policy may have.
const maxPolicyManifest = 64 << 10

// PublishPolicy stores a policy file under a tag and returns the reference to write into extends, without oci://: the tag with
// the digest. It needs no clearance, since what it pushes is no image: nothing can run it. The same file has the same digest.
// A tag that leads to anything but a policy is not moved, which is a wrong request.
func (c *Client) PublishPolicy(ctx context.Context, ref string, content []byte) (string, error) {
	return c.publish(ctx, ref, publication{
		kind: "a policy", artifact: PolicyArtifact, file: image.NewBlob(PolicyMediaType, content), fileOf: policyFile,
		hint: "publish the policy in a repository of its own, such as registry.example/policies/web:v1",
	})
}

// Policy reads the policy file at a reference with a digest, of at most limit bytes. Manifest and file are those of the digest.
// A reference without a digest is a wrong request, which names the digest that it leads to now, and so is one that does not
// lead to a policy.
func (c *Client) Policy(ctx context.Context, ref string, limit int64) ([]byte, error) {
	if _, err := name.ParseReference(ref); err != nil {
		return nil, fault.Request(fmt.Errorf("the reference %q is not valid", ref), "write oci://REGISTRY/REPOSITORY@sha256:DIGEST, as layergate policy publish prints it")
	}
	place, err := c.Image(ref)
	if err != nil {
		return nil, err
	}
	digest, file, err := place.policy(ctx)
	if err != nil {
		return nil, err
	}
	if _, pinned := place.ref.(name.Digest); !pinned {
		return nil, fault.Request(errors.New("it has no digest, and a tag can be moved to another policy"), fmt.Sprintf("write oci://%s@%s", place.ref.Name(), digest))
	}
	if file.Size > limit {
		return nil, fault.Request(fmt.Errorf("it has %d bytes, more than %d", file.Size, limit), "publish a smaller policy")
	}
	body, err := place.Blob(ctx, file.Digest)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	content, err := io.ReadAll(io.LimitReader(body, file.Size+1))
	if err != nil {
		return nil, place.explain(err)
	}
	if image.NewBlob(PolicyMediaType, content).Digest != file.Digest {
		return nil, fault.WithHint(fmt.Errorf("%s sends other bytes than those of %s", place.ref.Context().RegistryStr(), file.Digest), "what the registry keeps is damaged: publish the policy again")
	}
	return content, nil
}

// policy reads the manifest of a policy, and returns its digest and the file that it names.
func (i *Image) policy(ctx context.Context) (digest v1.Hash, file v1.Descriptor, err error) {
	got, err := i.puller.Get(ctx, i.ref)
	var refused *transport.Error
	switch {
	case errors.As(err, &refused) && refused.StatusCode == http.StatusNotFound:
		return digest, file, fault.Request(fmt.Errorf("%s has no policy %s", i.ref.Context().RegistryStr(), short(i.ref)),
			"check the name and the digest; some registries also say this of what the account may not read")
	case err != nil:
		return digest, file, i.explain(err)
	}
	if file, err = policyFile(got); err != nil {
		return digest, file, fault.Request(fmt.Errorf("%s leads to no policy: %w", short(i.ref), err), "name what layergate policy publish printed")
	}
	return got.Digest, file, nil
}

// policyFile is the file that the manifest of a policy names.
func policyFile(got *remote.Descriptor) (v1.Descriptor, error) {
	var m artifactManifest
	switch {
	case !mediaType(got).IsImage() || len(got.Manifest) > maxPolicyManifest:
		return v1.Descriptor{}, fmt.Errorf("it is of the type %s", mediaType(got))
	case json.Unmarshal(got.Manifest, &m) != nil:
		return v1.Descriptor{}, errors.New("its manifest is not valid")
	case m.ArtifactType != PolicyArtifact:
		return v1.Descriptor{}, fmt.Errorf("it is of the type %s", cmp.Or(m.ArtifactType, string(m.Config.MediaType)))
	case len(m.Layers) != 1 || m.Layers[0].MediaType != PolicyMediaType || m.Layers[0].Size < 0:
		return v1.Descriptor{}, fmt.Errorf("it does not hold one file of the type %s", PolicyMediaType)
	}
	return m.Layers[0], nil
}
