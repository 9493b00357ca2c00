package forge

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// PageSize is how many entries of a list are read at once, and MaxPages how many such pages at most.
const (
	PageSize = 100
	MaxPages = 100
)

// GitHub speaks the REST API of GitHub, or of a server of GitHub Enterprise, about one repository.
type GitHub struct {
	*client
	graphQL string
	// Repository is the address that requests about the repository begin with, without a slash at its end.
	Repository string
}

// NewGitHub makes a client for a repository, as OWNER/NAME. graphQL is the address of the GraphQL API, on the same host.
func NewGitHub(cfg Config, graphQL, repository string) (*GitHub, error) {
	owner, name, ok := strings.Cut(repository, "/")
	if !ok || owner == "" || name == "" || strings.ContainsAny(name, "/?#") {
		return nil, fmt.Errorf("%q is no repository of GitHub, which is OWNER/NAME", repository)
	}
	c, err := newClient(cfg, map[string]string{"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"})
	if err != nil {
		return nil, err
	}
	api, err1 := url.Parse(cfg.API)
	of, err2 := url.Parse(graphQL)
	if err1 != nil || err2 != nil || of.Scheme != api.Scheme || of.Host != api.Host {
		return nil, fmt.Errorf("the GraphQL API is at %q, and has to be on the host of the API, %s://%s", graphQL, api.Scheme, api.Host)
	}
	return &GitHub{client: c, graphQL: graphQL, Repository: strings.TrimSuffix(cfg.API, "/") + "/repos/" + url.PathEscape(owner) + "/" + url.PathEscape(name)}, nil
}

// Me is the number of the user or app that the token is of. The REST API tells it to tokens of users only, GraphQL to those of
// jobs and apps, too.
func (g *GitHub) Me(ctx context.Context) (int64, error) {
	var answer struct {
		Data struct {
			Viewer struct {
				ID int64 `json:"databaseId"`
			}
		}
	}
	query := map[string]string{"query": "query { viewer { databaseId } }"}
	if err := g.Call(ctx, http.MethodPost, g.graphQL, query, &answer); err != nil {
		return 0, fmt.Errorf("asking whose the token is: %w", err)
	}
	if answer.Data.Viewer.ID == 0 {
		return 0, errors.New("asking whose the token is: the answer names nobody")
	}
	return answer.Data.Viewer.ID, nil
}
