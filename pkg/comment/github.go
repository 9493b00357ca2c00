package comment

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// The comments of a pull request are read in pages.
const (
	pageSize = 100
	maxPages = 100
)

// GitHub is a pull request on GitHub, or on a server of GitHub Enterprise.
type GitHub struct {
	Config
	GraphQL    string // the address of the GraphQL API, on the same host
	Repository string // OWNER/NAME
	Number     string // of the pull request
}

// gitHub speaks GitHub's REST API.
type gitHub struct {
	*client
	graphQL string
	issue   string // address of the pull request, which is an issue to this API
	edit    string // the same of its comments
}

// NewGitHub makes the conversation of a pull request.
func NewGitHub(g GitHub) (Conversation, error) {
	owner, name, ok := strings.Cut(g.Repository, "/")
	if !ok || owner == "" || name == "" || strings.ContainsAny(name, "/?#") || !isNumber(g.Number) {
		return nil, errors.New("the CI system does not say which pull request of which repository is judged")
	}
	c, err := newClient(g.Config, map[string]string{"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"})
	if err != nil {
		return nil, err
	}
	api, err1 := url.Parse(g.API)
	graphQL, err2 := url.Parse(g.GraphQL)
	if err1 != nil || err2 != nil || graphQL.Scheme != api.Scheme || graphQL.Host != api.Host {
		return nil, errors.New("the CI system names another host for the GraphQL API than for the API")
	}
	base := strings.TrimSuffix(g.API, "/") + "/repos/" + url.PathEscape(owner) + "/" + url.PathEscape(name) + "/issues/"
	return &gitHub{client: c, graphQL: g.GraphQL, issue: base + g.Number + "/comments", edit: base + "comments/"}, nil
}

func isNumber(s string) bool {
	return s != "" && len(s) < 19 && strings.Trim(s, "0123456789") == ""
}

// gitHubComment is a comment as the API has it.
type gitHubComment struct {
	ID   int64
	Body string
	User struct{ ID int64 }
}

func (g *gitHub) find(ctx context.Context, marker string) (*written, error) {
	var candidates []gitHubComment
	for page := 1; ; page++ {
		if page > maxPages {
			return nil, fmt.Errorf("the pull request has more than %d comments", maxPages*pageSize)
		}
		var comments []gitHubComment
		if err := g.call(ctx, http.MethodGet, fmt.Sprintf("%s?per_page=%d&page=%d", g.issue, pageSize, page), nil, &comments); err != nil {
			return nil, err
		}
		for _, c := range comments {
			if strings.HasPrefix(c.Body, marker) {
				candidates = append(candidates, c)
			}
		}
		if len(comments) < pageSize {
			break
		}
	}
	if len(candidates) == 0 {
		return nil, nil
	}
	me, err := g.me(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range candidates {
		if c.User.ID == me {
			return &written{id: c.ID, body: c.Body}, nil
		}
	}
	return nil, nil
}

// me is the number of the user or app that the token is of. The REST API tells it to tokens of users only, GraphQL to those of
// jobs and apps, too.
func (g *gitHub) me(ctx context.Context) (int64, error) {
	var answer struct {
		Data struct {
			Viewer struct {
				ID int64 `json:"databaseId"`
			}
		}
	}
	query := map[string]string{"query": "query { viewer { databaseId } }"}
	if err := g.call(ctx, http.MethodPost, g.graphQL, query, &answer); err != nil {
		return 0, fmt.Errorf("asking whose the token is: %w", err)
	}
	if answer.Data.Viewer.ID == 0 {
		return 0, errors.New("asking whose the token is: the answer names nobody")
	}
	return answer.Data.Viewer.ID, nil
}

func (g *gitHub) create(ctx context.Context, body string) error {
	return g.call(ctx, http.MethodPost, g.issue, map[string]string{"body": body}, nil)
}

func (g *gitHub) update(ctx context.Context, w *written, body string) error {
	return g.call(ctx, http.MethodPatch, g.edit+fmt.Sprint(w.id), map[string]string{"body": body}, nil)
}
