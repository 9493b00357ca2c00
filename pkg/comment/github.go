package comment

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/layergate/layergate/pkg/forge"
)

// GitHub is a pull request on GitHub, or on a server of GitHub Enterprise.
type GitHub struct {
	forge.Config
	GraphQL    string // the address of the GraphQL API, on the same host
	Repository string // OWNER/NAME
	Number     string // of the pull request
}

// gitHub writes comments by GitHub's REST API.
type gitHub struct {
	*forge.GitHub
	issue string // address of the pull request, which is an issue to this API
	edit  string // the same of its comments
}

// NewGitHub makes the conversation of a pull request.
func NewGitHub(g GitHub) (Conversation, error) {
	if g.Repository == "" || !isNumber(g.Number) {
		return nil, errUnknown
	}
	g.Remedy = remedy
	of, err := forge.NewGitHub(g.Config, g.GraphQL, g.Repository)
	if err != nil {
		return nil, err
	}
	base := of.Repository + "/issues/"
	return &gitHub{GitHub: of, issue: base + g.Number + "/comments", edit: base + "comments/"}, nil
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
		if page > forge.MaxPages {
			return nil, fmt.Errorf("the pull request has more than %d comments", forge.MaxPages*forge.PageSize)
		}
		var comments []gitHubComment
		if err := g.Call(ctx, http.MethodGet, fmt.Sprintf("%s?per_page=%d&page=%d", g.issue, forge.PageSize, page), nil, &comments); err != nil {
			return nil, err
		}
		for _, c := range comments {
			if strings.HasPrefix(c.Body, marker) {
				candidates = append(candidates, c)
			}
		}
		if len(comments) < forge.PageSize {
			break
		}
	}
	if len(candidates) == 0 {
		return nil, nil
	}
	me, err := g.Me(ctx)
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

func (g *gitHub) create(ctx context.Context, body string) error {
	return g.Call(ctx, http.MethodPost, g.issue, map[string]string{"body": body}, nil)
}

func (g *gitHub) update(ctx context.Context, w *written, body string) error {
	return g.Call(ctx, http.MethodPatch, g.edit+fmt.Sprint(w.id), map[string]string{"body": body}, nil)
}
