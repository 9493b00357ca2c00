package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/layergate/layergate/pkg/entra"
)

// metadataRead is the scope of tokens for what Azure Container Registry keeps about its content.
const metadataRead = "metadata_read"

// Limits of what a registry says about one repository.
const (
	maxPage  = 32 << 20 // bytes
	maxPages = 1000
	perPage  = 100
)

// acr is the part of Azure Container Registry's own API (version 1 of /acr, "Manifests" and "Tag") that speaks about one repository. Azure's
// library for it logs in by Entra alone, and not as the images do; it also sends a change without its body first, to be asked who it is.
type acr struct {
	repo   name.Repository
	client *http.Client // logged in
}

// acr is the API of the registry that a repository lies in; nil where the registry is none of Azure's.
func (c *Client) acr(ctx context.Context, repo name.Repository, scope string) (*acr, error) {
	if !entra.Serves(repo.RegistryStr()) {
		return nil, nil
	}
	client, err := c.loggedIn(ctx, repo, scope)
	if err != nil {
		return nil, err
	}
	return &acr{repo, client}, nil
}

// changeable is what may be done with a manifest or a tag. What the registry does not say is allowed.
type changeable struct {
	Delete *bool `json:"deleteEnabled,omitempty"`
	Write  *bool `json:"writeEnabled,omitempty"`
}

// locked tells whether something can be neither deleted nor written.
func (c changeable) locked() bool {
	return c.Delete != nil && !*c.Delete || c.Write != nil && !*c.Write
}

// acrManifest and acrTag are what the API says of a manifest, and of a tag.
type (
	acrManifest struct {
		Digest     string
		ImageSize  int64
		Created    time.Time  `json:"createdTime"`
		Updated    time.Time  `json:"lastUpdateTime"`
		Tags       []string   // null where there are none
		Changeable changeable `json:"changeableAttributes"`
	}
	acrTag struct {
		Name, Digest string
		Changeable   changeable `json:"changeableAttributes"`
	}
)

// manifests lists all manifests of the repository, also those without a tag.
func (a *acr) manifests(ctx context.Context) ([]acrManifest, error) {
	var out []acrManifest
	return out, a.each(ctx, "_manifests", func(raw []byte) error {
		var page struct{ Manifests []acrManifest }
		err := json.Unmarshal(raw, &page)
		out = append(out, page.Manifests...)
		return err
	})
}

// tags lists all tags of the repository.
func (a *acr) tags(ctx context.Context) ([]acrTag, error) {
	var out []acrTag
	return out, a.each(ctx, "_tags", func(raw []byte) error {
		var page struct{ Tags []acrTag }
		err := json.Unmarshal(raw, &page)
		out = append(out, page.Tags...)
		return err
	})
}

// each reads the pages of a list.
func (a *acr) each(ctx context.Context, list string, take func(raw []byte) error) error {
	page := a.address(list)
	page.RawQuery = url.Values{"n": {fmt.Sprint(perPage)}}.Encode()
	for n := 0; page != nil; n++ {
		if n == maxPages {
			return fmt.Errorf("the list %s has more than %d pages", list, maxPages)
		}
		raw, links, err := a.send(ctx, http.MethodGet, page, nil)
		if err != nil {
			return err
		}
		if err := take(raw); err != nil {
			return fmt.Errorf("the list %s is not valid: %w", list, err)
		}
		if page, err = nextPage(page, links); err != nil {
			return err
		}
	}
	return nil
}

func (a *acr) address(path string) *url.URL {
	return &url.URL{Scheme: a.repo.Scheme(), Host: a.repo.RegistryStr(), Path: "/acr/v1/" + a.repo.RepositoryStr() + "/" + path}
}

// send sends a request and returns the answer, and the links to further pages.
func (a *acr) send(ctx context.Context, method string, to *url.URL, body []byte) (raw []byte, links []string, err error) {
	r, err := http.NewRequestWithContext(ctx, method, to.String(), bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	resp, err := a.client.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	if err := transport.CheckError(resp, http.StatusOK); err != nil {
		return nil, nil, err
	}
	raw, err = io.ReadAll(io.LimitReader(resp.Body, maxPage+1))
	if err == nil && len(raw) > maxPage {
		err = fmt.Errorf("the answer has more than %d bytes", maxPage)
	}
	return raw, resp.Header.Values("Link"), err
}
