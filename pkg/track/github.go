package track

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/layergate/layergate/pkg/forge"
)

// GitHub keeps issues of a repository on GitHub.
type GitHub struct{ *forge.GitHub }

// NewGitHub makes a tracker of the issues of a repository, as OWNER/NAME.
func NewGitHub(cfg forge.Config, graphQL, repository string) (*GitHub, error) {
	cfg.Remedy = "let the token write issues: the job's permission issues: write, in a repository that has issues"
	of, err := forge.NewGitHub(cfg, graphQL, repository)
	if err != nil {
		return nil, err
	}
	return &GitHub{of}, nil
}

// issue is one as the API has it.
type issue struct {
	Number      int64
	State, Body string
	User        struct{ ID int64 }
	PullRequest *struct{} `json:"pull_request"`
}

func (g *GitHub) find(ctx context.Context) (map[string]written, error) {
	var all []issue
	for page := 1; ; page++ {
		if page > forge.MaxPages {
			return nil, fmt.Errorf("the repository has more than %d issues with the label %s", forge.MaxPages*forge.PageSize, label)
		}
		var issues []issue
		if err := g.Call(ctx, http.MethodGet, fmt.Sprintf("%s/issues?state=all&labels=%s&per_page=%d&page=%d", g.Repository, url.QueryEscape(label), forge.PageSize, page), nil, &issues); err != nil {
			return nil, err
		}
		all = append(all, issues...)
		if len(issues) < forge.PageSize {
			break
		}
	}
	if len(all) == 0 {
		return nil, nil
	}
	me, err := g.Me(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string]written{}
	for _, i := range all {
		head, _, _ := strings.Cut(i.Body, "-->")
		repository, fingerprint, ok := readMarker(head)
		if !ok || !strings.HasPrefix(head, "<!-- ") || i.User.ID != me || i.PullRequest != nil {
			continue
		}
		w := written{number: i.Number, open: i.State == "open", fingerprint: fingerprint, body: i.Body}
		if w.prefer(out[repository]) {
			out[repository] = w
		}
	}
	return out, nil
}

// text is the marker, which no reader sees, and the body.
func (g *GitHub) text(t ticket) string { return "<!-- " + t.marker() + " -->\n" + t.body }

func (g *GitHub) create(ctx context.Context, t ticket) (int64, error) {
	var made issue
	err := g.Call(ctx, http.MethodPost, g.Repository+"/issues", map[string]any{"title": t.title, "body": g.text(t), "labels": []string{label}}, &made)
	return made.Number, err
}

func (g *GitHub) update(ctx context.Context, w written, t ticket, note string) error {
	if err := g.edit(ctx, w, map[string]any{"title": t.title, "body": g.text(t), "state": "open"}); err != nil || note == "" {
		return err
	}
	return g.comment(ctx, w, note)
}

func (g *GitHub) close(ctx context.Context, w written, note string) error {
	if err := g.edit(ctx, w, map[string]any{"state": "closed", "state_reason": "completed"}); err != nil {
		return err
	}
	return g.comment(ctx, w, note)
}

func (g *GitHub) edit(ctx context.Context, w written, fields map[string]any) error {
	return g.Call(ctx, http.MethodPatch, fmt.Sprintf("%s/issues/%d", g.Repository, w.number), fields, nil)
}

func (g *GitHub) comment(ctx context.Context, w written, note string) error {
	return g.Call(ctx, http.MethodPost, fmt.Sprintf("%s/issues/%d/comments", g.Repository, w.number), map[string]string{"body": note}, nil)
}
