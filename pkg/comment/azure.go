package comment

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/layergate/layergate/pkg/forge"
)

// AzureDevOps is a pull request in Azure Repos. Its API is the address of the collection or organization.
type AzureDevOps struct {
	forge.Config
	Project    string // id
	Repository string // id
	Number     string // of the pull request
}

// azureDevOps writes comments by the REST API of Azure DevOps.
type azureDevOps struct {
	*forge.AzureDevOps
	threads string // address
}

// NewAzureDevOps makes the conversation of a pull request.
func NewAzureDevOps(z AzureDevOps) (Conversation, error) {
	if z.Project == "" || z.Repository == "" || !isNumber(z.Number) {
		return nil, errUnknown
	}
	z.Remedy = remedy
	of, err := forge.NewAzureDevOps(z.Config)
	if err != nil {
		return nil, err
	}
	return &azureDevOps{of, fmt.Sprintf("%s%s/_apis/git/repositories/%s/pullRequests/%s/threads",
		of.Collection, url.PathEscape(z.Project), url.PathEscape(z.Repository), z.Number)}, nil
}

// azureComment is a comment as the API has it.
type azureComment struct {
	ID        int64
	Content   string
	IsDeleted bool
	Author    struct{ ID string }
}

func (z *azureDevOps) find(ctx context.Context, marker string) (*written, error) {
	var answer struct {
		Value []struct {
			ID        int64
			IsDeleted bool
			Comments  []azureComment
		}
	}
	if err := z.Call(ctx, http.MethodGet, z.threads+"?api-version="+forge.AzureVersion, nil, &answer); err != nil {
		return nil, err
	}
	me := ""
	for _, thread := range answer.Value {
		if thread.IsDeleted || len(thread.Comments) == 0 {
			continue
		}
		c := thread.Comments[0]
		if c.IsDeleted || !strings.HasPrefix(c.Content, marker) {
			continue
		}
		if me == "" {
			var err error
			if me, err = z.Me(ctx); err != nil {
				return nil, err
			}
		}
		if strings.EqualFold(c.Author.ID, me) {
			return &written{thread: thread.ID, id: c.ID, body: c.Content}, nil
		}
	}
	return nil, nil
}

// create begins a thread without a status: one that is active would keep the pull request from being completed where a policy
// wants all comments resolved.
func (z *azureDevOps) create(ctx context.Context, body string) error {
	thread := map[string]any{"comments": []map[string]any{{"parentCommentId": 0, "content": body, "commentType": "text"}}}
	return z.Call(ctx, http.MethodPost, z.threads+"?api-version="+forge.AzureVersion, thread, nil)
}

func (z *azureDevOps) update(ctx context.Context, w *written, body string) error {
	address := fmt.Sprintf("%s/%d/comments/%d?api-version=%s", z.threads, w.thread, w.id, forge.AzureVersion)
	return z.Call(ctx, http.MethodPatch, address, map[string]string{"content": body}, nil)
}
