package forge

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
)

// StorageRecord says where an image is stored (GitHub's REST API, "Create artifact metadata storage record").
type StorageRecord struct {
	Name        string `json:"name"`
	Digest      string `json:"digest"`            // sha256:…
	Version     string `json:"version,omitempty"` // such as a tag
	ArtifactURL string `json:"artifact_url,omitempty"`
	RegistryURL string `json:"registry_url"` // https://…, as GitHub demands it
	Repository  string `json:"repository,omitempty"`
	Status      string `json:"status,omitempty"`
	// GitHubRepository is the name of the repository that the image was built from, without its owner. GitHub takes that of the build's
	// provenance in its place where it has one.
	GitHubRepository string `json:"github_repository,omitempty"`
}

// StorageActive is the status of an image that is in use.
const StorageActive = "active"

// Organization is the owner of the repository; empty where that is a user, and no organization.
func (g *GitHub) Organization(ctx context.Context) (string, error) {
	var answer struct{ Owner struct{ Login, Type string } }
	if err := g.Repeat(ctx, http.MethodGet, g.Repository, nil, &answer); err != nil {
		return "", fmt.Errorf("asking who owns the repository: %w", storageHint(err, "give the job the permission contents: read"))
	}
	switch {
	case answer.Owner.Login == "" || answer.Owner.Type == "":
		return "", errors.New("asking who owns the repository: the answer names nobody")
	case answer.Owner.Type != "Organization":
		return "", nil
	}
	return answer.Owner.Login, nil
}

// RecordStorage has an organization know where an image is stored.
func (g *GitHub) RecordStorage(ctx context.Context, organization string, r StorageRecord) error {
	at := strings.TrimSuffix(g.API, "/") + "/orgs/" + url.PathEscape(organization) + "/artifacts/metadata/storage-record"
	var answer storageAnswer
	// The same record again is the same: its digest and its repository tell it.
	if err := g.Repeat(ctx, http.MethodPost, at, r, &answer); err != nil {
		return storageHint(err, "give the job the permission artifact-metadata: write")
	}
	if !answer.has(r.Digest) {
		return fault.WithHint(fmt.Errorf("the answer lists no record of %s", r.Digest),
			"check that the repository is one of the organization, and whether a proxy answers in the place of GitHub")
	}
	return nil
}

// storageAnswer lists the records that there are now.
type storageAnswer struct {
	Records []struct {
		Digest string `json:"digest"`
	} `json:"storage_records"`
}

// has tells whether one of the records is about a digest. One that does not say which it is about counts.
func (a storageAnswer) has(digest string) bool {
	for _, r := range a.Records {
		if r.Digest == "" || r.Digest == digest {
			return true
		}
	}
	return false
}

// storageHint adds what to do about what GitHub refuses; right is what to do where the token may not.
func storageHint(err error, right string) error {
	var r *refusal
	if !errors.As(err, &r) || r.limited {
		return err
	}
	switch {
	case r.status == http.StatusUnauthorized:
		return fault.WithHint(err, "the token is wrong or has expired: give that of the running job, ${{ github.token }}")
	case r.status == http.StatusForbidden:
		return fault.WithHint(err, right)
	case r.status == http.StatusNotFound:
		return fault.WithHint(err, right+"; where it has that, the server has no storage records, as a GitHub Enterprise Server may not, or the repository is none of the organization")
	case r.status == http.StatusUnprocessableEntity:
		return fault.WithHint(err, "GitHub says what it does not take: it wants names of at most 255 characters, and a registry at an address with https")
	case r.status >= http.StatusInternalServerError:
		return fault.WithHint(err, "the server fails: see https://www.githubstatus.com, and run it again later")
	}
	return err
}
