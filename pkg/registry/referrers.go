package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/netip"
	"net/url"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Limits of what a registry says is attached to one manifest, and how often it sends a request on.
const (
	maxReferrers     = 1000
	maxReferrerPages = 100
	maxReferrerPage  = 4 << 20 // bytes
	maxRedirects     = 10
)

// The ends of the tags under which cosign keeps what is attached to a digest.
const (
	cosignStatements = ".att"
	cosignSignatures = ".sig"
	cosignSBOM       = ".sbom"
)

// Referrers lists the manifests that are attached to one: its referrers (OCI distribution specification, "Listing Referrers"), and
// the one that cosign keeps under a tag, sha256-….att.
func (i *Image) Referrers(ctx context.Context, digest v1.Hash) ([]v1.Descriptor, error) {
	client, err := i.client.loggedIn(ctx, i.ref.Context(), transport.PullScope)
	if err != nil {
		return nil, fmt.Errorf("the referrers of %s: %w", digest, i.explain(err))
	}
	out, _, err := i.listReferrers(ctx, client, digest)
	if err != nil {
		return nil, fmt.Errorf("the referrers of %s: %w", digest, i.explain(err))
	}
	statements, err := i.tagged(ctx, digest, cosignStatements)
	if err != nil {
		return nil, fmt.Errorf("the statements about %s: %w", digest, i.explain(err))
	}
	return append(out, statements...), nil
}

// tagged is the manifest under a tag that is made of a digest; none where there is no such tag.
func (i *Image) tagged(ctx context.Context, digest v1.Hash, end string) ([]v1.Descriptor, error) {
	got, err := i.get(ctx, i.tagOf(digest, end))
	if got == nil {
		return nil, err
	}
	return []v1.Descriptor{{MediaType: mediaType(got), Digest: got.Digest, Size: int64(len(got.Manifest))}}, nil
}

// tagOf is the tag that is made of a digest, with an end.
func (i *Image) tagOf(digest v1.Hash, end string) name.Tag {
	return i.ref.Context().Tag(digest.Algorithm + "-" + digest.Hex + end)
}

// get is the manifest at a reference; nil where there is none.
func (i *Image) get(ctx context.Context, ref name.Reference) (*remote.Descriptor, error) {
	got, err := i.puller.Get(ctx, ref)
	var refused *transport.Error
	if errors.As(err, &refused) && refused.StatusCode == http.StatusNotFound {
		return nil, nil
	}
	return got, err
}

// listReferrers asks the registry, page by page, or reads the list that is kept under a tag where the registry has no such question.
// byTag tells that it is the latter. go-containerregistry reads the first page alone.
func (i *Image) listReferrers(ctx context.Context, client *http.Client, digest v1.Hash) (list []v1.Descriptor, byTag bool, err error) {
	repo := i.ref.Context()
	page := &url.URL{Scheme: repo.Scheme(), Host: repo.RegistryStr(), Path: "/v2/" + repo.RepositoryStr() + "/referrers/" + digest.String()}
	for n := 0; page != nil; n++ {
		if n == maxReferrerPages {
			return nil, false, fmt.Errorf("the list has more than %d pages", maxReferrerPages)
		}
		index, next, err := readPage(ctx, client, page)
		if err != nil {
			return nil, false, err
		}
		if index == nil && n == 0 {
			list, err := i.fallback(ctx, digest)
			return list, true, err
		}
		if index == nil {
			return nil, false, fmt.Errorf("the list ends in the middle: there is no page %d", n+1)
		}
		if list = append(list, index.Manifests...); len(list) > maxReferrers {
			return nil, false, tooMany(fmt.Errorf("there are more than %d", maxReferrers))
		}
		page = next
	}
	return list, false, nil
}

// readPage reads a page of referrers, and where the next one is; no page where the registry does not know the question.
func readPage(ctx context.Context, client *http.Client, page *url.URL) (*v1.IndexManifest, *url.URL, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, page.String(), nil)
	if err != nil {
		return nil, nil, err
	}
	r.Header.Set("Accept", string(types.OCIImageIndex))
	resp, err := client.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	if err := transport.CheckError(resp, http.StatusOK, http.StatusNotFound, http.StatusBadRequest, http.StatusMethodNotAllowed, http.StatusNotAcceptable); err != nil {
		return nil, nil, err
	}
	if said, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); resp.StatusCode != http.StatusOK || said != string(types.OCIImageIndex) {
		return nil, nil, nil
	}
	raw, err := readList(resp.Body, maxReferrerPage)
	if err != nil {
		return nil, nil, err
	}
	var index v1.IndexManifest
	if err := json.Unmarshal(raw, &index); err != nil {
		return nil, nil, fmt.Errorf("the list is not valid: %w", err)
	}
	next, err := nextPage(page, resp.Header.Values("Link"))
	return &index, next, err
}

// fallback reads the list of referrers that clients keep under a tag (OCI distribution specification, "Referrers Tag Schema").
func (i *Image) fallback(ctx context.Context, digest v1.Hash) ([]v1.Descriptor, error) {
	tag := i.tagOf(digest, "")
	got, err := i.get(ctx, tag)
	if got == nil {
		return nil, err
	}
	if !mediaType(got).IsIndex() {
		return nil, fmt.Errorf("the tag %s is no list of them: it has the media type %q", tag.TagStr(), mediaType(got))
	}
	var index v1.IndexManifest
	if err := json.Unmarshal(got.Manifest, &index); err != nil {
		return nil, fmt.Errorf("the list under the tag %s is not valid: %w", tag.TagStr(), err)
	}
	if len(index.Manifests) > maxReferrers {
		return nil, tooMany(fmt.Errorf("there are more than %d", maxReferrers))
	}
	return index.Manifests, nil
}

// loggedIn makes a client that is logged in to a repository, and for other scopes of the same registry, for requests that go-containerregistry does not make.
func (c *Client) loggedIn(ctx context.Context, repo name.Repository, scope string, others ...string) (*http.Client, error) {
	return c.loggedInAs(ctx, repo, repo.Registry, append([]string{repo.Scope(scope)}, others...))
}

// loggedInAs makes a client that is logged in to a registry for some scopes, as whoever logs in to the target.
func (c *Client) loggedInAs(ctx context.Context, target authn.Resource, registry name.Registry, scopes []string) (*http.Client, error) {
	auth, err := c.keys.ResolveContext(ctx, target)
	if err != nil {
		return nil, err
	}
	inner := transport.NewUserAgent(transport.NewRetry(c.outside), c.cfg.UserAgent)
	with, err := transport.NewWithContext(ctx, registry, auth, inner, scopes)
	if err != nil {
		return nil, explainToken(err)
	}
	return &http.Client{Transport: with, CheckRedirect: keepOutside}, nil
}

// keepOutside refuses a redirect as outside does, and too many of them.
func keepOutside(to *http.Request, via []*http.Request) error {
	if len(via) == maxRedirects {
		return fmt.Errorf("%s redirects more than %d times", via[0].URL.Host, maxRedirects)
	}
	return outside(via[0].URL, to.URL)
}

// outside refuses to be led from a registry to an address of this machine or its network, as go-containerregistry does. Those that
// the registry may lead to have names here; see numbers.
func outside(from, to *url.URL) error {
	address, err := netip.ParseAddr(to.Hostname())
	if err == nil && to.Hostname() != from.Hostname() && (address.IsPrivate() || address.IsLoopback() || address.IsLinkLocalUnicast()) {
		return fmt.Errorf("%s leads to %s, an address of this network", from.Host, to.Hostname())
	}
	return nil
}
