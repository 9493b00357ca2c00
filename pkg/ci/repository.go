package ci

import "github.com/layergate/layergate/pkg/input"

// Repository is the one on GitHub whose job runs.
type Repository struct {
	API     string // the address of the system's API
	GraphQL string // the same of its GraphQL API
	Name    string // OWNER/NAME
	Token   string // the one that an input gives; must not be shown; empty where there is none
}

// Repository is nil: no job of GitHub runs.
func (t *terminal) Repository(*input.Values) *Repository { return nil }

// Repository is nil: no job of GitHub runs.
func (z *azure) Repository(*input.Values) *Repository { return nil }

// Repository is that of the job.
func (g *github) Repository(in *input.Values) *Repository {
	return &Repository{
		API: g.env.Getenv("GITHUB_API_URL"), GraphQL: g.env.Getenv("GITHUB_GRAPHQL_URL"),
		Name: g.env.Getenv("GITHUB_REPOSITORY"), Token: in.String("github-token"),
	}
}
