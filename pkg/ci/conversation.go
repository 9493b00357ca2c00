package ci

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/input"
)

// Conversation is where comments on the pull request go that a run judges.
type Conversation struct {
	API string // the address of the system's API
	// PlainHTTP says that the system has no other address than one of plain http, as a server of somebody's own network may have.
	PlainHTTP  bool
	GraphQL    string // the same of GitHub's GraphQL API
	Project    string // of Azure DevOps: its id
	Repository string // OWNER/NAME on GitHub, and an id in Azure Repos
	Number     string // of the pull request
	Token      string // of the job, or the one that an input gives; must not be shown; empty where there is none
}

// Conversation is nil: nobody reviews what a person runs.
func (t *terminal) Conversation(*input.Values) (*Conversation, error) { return nil, nil }

// Conversation is that of the pull request of the event. A group of a merge queue has none.
func (g *github) Conversation(in *input.Values) (*Conversation, error) {
	name := g.env.Getenv("GITHUB_EVENT_NAME")
	if !strings.HasPrefix(name, "pull_request") {
		return nil, nil
	}
	e, err := readEvent(g.env.Getenv("GITHUB_EVENT_PATH"))
	if err == nil && e.PullRequest == nil {
		err = errDescribesNone
	}
	if err != nil {
		return nil, fmt.Errorf("reading which pull request is judged: %w", err)
	}
	of := g.Repository(in)
	return &Conversation{API: of.API, GraphQL: of.GraphQL, Repository: of.Name, Number: strconv.FormatInt(e.PullRequest.Number, 10), Token: of.Token}, nil
}

// Conversation is that of a pull request in Azure Repos, with the token of the job. The agent names the collection together with
// that token.
func (z *azure) Conversation(*input.Values) (*Conversation, error) {
	number := z.env.Getenv("SYSTEM_PULLREQUEST_PULLREQUESTID")
	if !strings.EqualFold(z.env.Getenv("BUILD_REASON"), "PullRequest") || number == "" {
		return nil, nil
	}
	if provider := z.env.Getenv("BUILD_REPOSITORY_PROVIDER"); !strings.EqualFold(provider, "TfsGit") {
		return nil, fmt.Errorf("the repository is one of %q, and comments are written in Azure Repos only", provider)
	}
	token, err := z.jobToken()
	if err != nil {
		return nil, fault.WithHint(err, "run Layergate as the task")
	}
	official := z.env.Getenv("SYSTEM_COLLECTIONURI")
	collection := cmp.Or(z.env.Getenv("ENDPOINT_URL_SYSTEMVSSCONNECTION"), official)
	return &Conversation{
		API: collection, PlainHTTP: isPlain(collection) && isPlain(official), Project: z.env.Getenv("SYSTEM_TEAMPROJECTID"), Repository: z.env.Getenv("BUILD_REPOSITORY_ID"), Number: number, Token: token,
	}, nil
}

// isPlain tells whether an address is one of plain http.
func isPlain(address string) bool {
	return strings.HasPrefix(strings.ToLower(address), "http://")
}
