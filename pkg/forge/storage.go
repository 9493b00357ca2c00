package forge

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
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
	if err := g.Call(ctx, http.MethodGet, g.Repository, nil, &answer); err != nil {
		return "", fmt.Errorf("asking who owns the repository: %w", err)
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
	var answer map[string]any // what else there may be in it, it is GitHub's own and no page of a proxy
	return g.Call(ctx, http.MethodPost, at, r, &answer)
}
