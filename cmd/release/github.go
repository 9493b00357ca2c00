package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// github talks to the API of one repository (docs.github.com/rest, docs.github.com/graphql).
type github struct {
	http       *http.Client
	api        string // such as https://api.github.com
	graphql    string
	repository string // OWNER/NAME
	token      string
}

// refused is an answer of GitHub that is not a success.
type refused struct {
	request string
	status  int
	message string
}

func (r *refused) Error() string {
	return fmt.Sprintf("%s: GitHub answers %d: %s", r.request, r.status, r.message)
}

func answered(err error, status int) bool {
	var r *refused
	return errors.As(err, &r) && r.status == status
}

// github makes the client of this run.
func (c *command) github() (*github, error) {
	g := &github{
		http: c.http, api: c.getenv("GITHUB_API_URL"), graphql: c.getenv("GITHUB_GRAPHQL_URL"),
		repository: c.getenv("GITHUB_REPOSITORY"), token: c.getenv("GH_TOKEN"),
	}
	for _, name := range []string{"GITHUB_API_URL", "GITHUB_GRAPHQL_URL", "GITHUB_REPOSITORY", "GH_TOKEN"} {
		if c.getenv(name) == "" {
			return nil, fmt.Errorf("the environment variable %s is not set", name)
		}
	}
	return g, nil
}

// versionOn reads the version that a step is for, and makes the client that it is released with.
func (c *command) versionOn(text string) (version, *github, error) {
	v, err := parseVersion(text)
	if err != nil {
		return version{}, nil, err
	}
	g, err := c.github()
	return v, g, err
}

// do calls a path below the repository's and reads the answer into out, unless that is nil or there is none.
func (g *github) do(ctx context.Context, method, path string, in, out any) error {
	return g.send(ctx, method, g.api+"/repos/"+g.repository+path, in, out)
}

func (g *github) send(ctx context.Context, method, url string, in, out any) error {
	var body io.Reader
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(raw)
	}
	request, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+g.token)
	request.Header.Set("Accept", "application/vnd.github+json")
	request.Header.Set("X-GitHub-Api-Version", "2022-11-28")
	response, err := g.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(response.Body, 32<<20))
	if err != nil {
		return fmt.Errorf("reading the answer to %s %s: %w", method, url, err)
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return &refused{request: method + " " + url, status: response.StatusCode, message: message(raw)}
	}
	if out == nil || response.StatusCode == http.StatusNoContent {
		return nil
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return fmt.Errorf("reading the answer to %s %s: %w", method, url, err)
	}
	return nil
}

// message is what an answer says of itself.
func message(raw []byte) string {
	var answer struct{ Message string }
	if json.Unmarshal(raw, &answer) == nil && answer.Message != "" {
		return answer.Message
	}
	return strings.TrimSpace(string(raw[:min(len(raw), 200)]))
}

// object is what a ref points to.
type object struct{ Type, SHA string }

// ref returns the commit that a branch (heads/NAME) or tag (tags/NAME) points to, or "" where there is none. An
// annotated tag is an error: releases have none, since only its commit would be signed.
func (g *github) ref(ctx context.Context, name string) (string, error) {
	var got struct{ Object object }
	err := g.do(ctx, http.MethodGet, "/git/ref/"+name, nil, &got)
	if answered(err, http.StatusNotFound) {
		return "", nil
	}
	if err == nil && (got.Object.Type != "commit" || got.Object.SHA == "") {
		err = fmt.Errorf("%s points to a %s, want a commit", name, got.Object.Type)
	}
	return got.Object.SHA, err
}

// createRef makes a branch or tag, and fails where there is one of this name.
func (g *github) createRef(ctx context.Context, name, commit string) error {
	return g.do(ctx, http.MethodPost, "/git/refs", map[string]string{"ref": "refs/" + name, "sha": commit}, nil)
}

// comparison is what a commit has over another one.
type comparison struct {
	AheadBy  int `json:"ahead_by"`
	BehindBy int `json:"behind_by"`
	Files    []struct{ Filename, SHA string }
}

// compare returns what head, a branch or commit, has over base.
func (g *github) compare(ctx context.Context, base, head string) (comparison, error) {
	var got comparison
	err := g.do(ctx, http.MethodGet, "/compare/"+base+"..."+head, nil, &got)
	return got, err
}

// merge merges a commit into a branch and returns the branch's new head, or "" where the branch has the commit already.
func (g *github) merge(ctx context.Context, branch, commit, message string) (string, error) {
	var got struct{ SHA string }
	err := g.do(ctx, http.MethodPost, "/merges", map[string]string{"base": branch, "head": commit, "commit_message": message}, &got)
	return got.SHA, err
}

// change is a commit that GitHub makes, and signs, because it is made by its API.
type change struct {
	branch, head string // the branch, and the commit that it must still have
	message      string
	path         string
	content      []byte
}

const createCommit = `mutation($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) { commit { oid } } }`

// commit makes a change and returns the new commit.
func (g *github) commit(ctx context.Context, c change) (string, error) {
	input := map[string]any{
		"branch":          map[string]string{"repositoryNameWithOwner": g.repository, "branchName": c.branch},
		"expectedHeadOid": c.head,
		"message":         map[string]string{"headline": c.message},
		"fileChanges":     map[string]any{"additions": []map[string]any{{"path": c.path, "contents": c.content}}}, // []byte is base64 in JSON
	}
	var got struct {
		Data struct {
			CreateCommitOnBranch struct {
				Commit struct{ OID string }
			}
		}
		Errors []struct{ Message string }
	}
	if err := g.send(ctx, http.MethodPost, g.graphql, map[string]any{"query": createCommit, "variables": map[string]any{"input": input}}, &got); err != nil {
		return "", err
	}
	if len(got.Errors) > 0 {
		return "", fmt.Errorf("committing to %s: GitHub answers: %s", c.branch, got.Errors[0].Message)
	}
	oid := got.Data.CreateCommitOnBranch.Commit.OID
	if oid == "" {
		return "", fmt.Errorf("committing to %s: GitHub names no commit", c.branch)
	}
	return oid, nil
}

// signed tells whether GitHub could verify the signature of a commit.
func (g *github) signed(ctx context.Context, commit string) (bool, error) {
	var got struct {
		Commit struct{ Verification struct{ Verified bool } }
	}
	err := g.do(ctx, http.MethodGet, "/commits/"+commit, nil, &got)
	return got.Commit.Verification.Verified, err
}
