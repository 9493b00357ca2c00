package comment

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// The versions of Azure DevOps' REST API, which its servers know from 2019 on.
const (
	apiVersion        = "5.0"
	apiVersionPreview = "5.0-preview"
)

// AzureDevOps is a pull request in Azure Repos. Its API is the address of the collection or organization.
type AzureDevOps struct {
	Config
	Project    string // id
	Repository string // id
	Number     string // of the pull request
}

// azureDevOps speaks the REST API of Azure DevOps.
type azureDevOps struct {
	*client
	collection, threads string // addresses
}

// NewAzureDevOps makes the conversation of a pull request.
func NewAzureDevOps(z AzureDevOps) (Conversation, error) {
	if z.Project == "" || z.Repository == "" || !isNumber(z.Number) {
		return nil, errors.New("the CI system does not say which pull request of which repository is judged")
	}
	// A refusal is to be one, and no way to a page for people to sign in.
	c, err := newClient(z.Config, map[string]string{"X-TFS-FedAuthRedirect": "Suppress"})
	if err != nil {
		return nil, err
	}
	collection := strings.TrimSuffix(z.API, "/") + "/"
	return &azureDevOps{client: c, collection: collection, threads: fmt.Sprintf("%s%s/_apis/git/repositories/%s/pullRequests/%s/threads",
		collection, url.PathEscape(z.Project), url.PathEscape(z.Repository), z.Number)}, nil
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
	if err := z.call(ctx, http.MethodGet, z.threads+"?api-version="+apiVersion, nil, &answer); err != nil {
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
			if me, err = z.me(ctx); err != nil {
				return nil, err
			}
		}
		if strings.EqualFold(c.Author.ID, me) {
			return &written{thread: thread.ID, id: c.ID, body: c.Content}, nil
		}
	}
	return nil, nil
}

// me is the id of the identity that the token is of.
func (z *azureDevOps) me(ctx context.Context) (string, error) {
	var answer struct{ AuthenticatedUser struct{ ID string } }
	if err := z.call(ctx, http.MethodGet, z.collection+"_apis/connectionData?api-version="+apiVersionPreview, nil, &answer); err != nil {
		return "", fmt.Errorf("asking whose the token is: %w", err)
	}
	if answer.AuthenticatedUser.ID == "" {
		return "", errors.New("asking whose the token is: the answer names nobody")
	}
	return answer.AuthenticatedUser.ID, nil
}

// create begins a thread without a status: one that is active would keep the pull request from being completed where a policy
// wants all comments resolved.
func (z *azureDevOps) create(ctx context.Context, body string) error {
	thread := map[string]any{"comments": []map[string]any{{"parentCommentId": 0, "content": body, "commentType": "text"}}}
	return z.call(ctx, http.MethodPost, z.threads+"?api-version="+apiVersion, thread, nil)
}

func (z *azureDevOps) update(ctx context.Context, w *written, body string) error {
	address := fmt.Sprintf("%s/%d/comments/%d?api-version=%s", z.threads, w.thread, w.id, apiVersion)
	return z.call(ctx, http.MethodPatch, address, map[string]string{"content": body}, nil)
}
