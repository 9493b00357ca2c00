package registry

import (
	"context"
	"fmt"
	"net/http"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/layergate/layergate/pkg/fault"
)

// Delete deletes a manifest by its digest (OCI distribution specification, "Deleting Manifests"), and with it every tag that leads to it. It
// returns the registry's answer: 202 Accepted, or 404 Not Found for one that was gone already. Any other is an error.
func (c *Client) Delete(ctx context.Context, repository, digest string) (answer string, err error) {
	repo, err := c.repository(repository)
	if err != nil {
		return "", err
	}
	client, err := c.loggedIn(ctx, repo, transport.DeleteScope)
	if err != nil {
		return "", c.explain(repo, remove, err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodDelete, addressIn(repo, "manifests/"+digest).String(), nil)
	if err != nil {
		return "", err
	}
	resp, err := client.Do(r)
	if err != nil {
		return "", c.explain(repo, remove, err)
	}
	defer resp.Body.Close()
	if err := transport.CheckError(resp, http.StatusAccepted, http.StatusNotFound); err != nil {
		if resp.StatusCode == http.StatusMethodNotAllowed {
			return "", fault.WithHint(fmt.Errorf("%s refuses it (405 Method Not Allowed): %w", repo.RegistryStr(), err),
				"the registry allows no deletions (docker-registry: REGISTRY_STORAGE_DELETE_ENABLED=true), or the manifest or the repository is locked")
		}
		return "", c.explain(repo, remove, err)
	}
	return fmt.Sprintf("%d %s", resp.StatusCode, http.StatusText(resp.StatusCode)), nil
}

// Has tells whether a repository has a manifest.
func (c *Client) Has(ctx context.Context, repository, digest string) (bool, error) {
	repo, err := c.repository(repository)
	if err != nil {
		return false, err
	}
	switch _, err := c.puller.Get(ctx, repo.Digest(digest)); {
	case isMissing(err):
		return false, nil
	case err != nil:
		return false, c.explain(repo, pull, err)
	}
	return true, nil
}
