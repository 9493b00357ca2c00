package main

import (
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/layergate/layergate/pkg/forgetest"
)

// pullRequestKey is the key of the pull request that a story started.
type pullRequestKey struct{}

// startPullRequest starts a server with a pull request, where job-token may write, or only read where that is asked for, and sets
// the variables by which GitHub and Azure Pipelines tell of it.
func startPullRequest(ts *testscript.TestScript, neg bool, args []string) {
	readOnly := len(args) == 1 && args[0] == "read-only"
	if neg || len(args) > 1 || len(args) == 1 && !readOnly {
		ts.Fatalf("usage: pull-request [read-only]")
	}
	server := forgetest.Start("job-token")
	ts.Defer(server.Close)
	if readOnly {
		server.Answer = func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodGet {
				return false
			}
			http.Error(w, `{"message": "Resource not accessible by integration"}`, http.StatusForbidden)
			return true
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs("event.json"), []byte(`{"pull_request": {"number": 7, "base": {"ref": "main"}, "head": {}}}`), 0o644))
	for name, value := range map[string]string{
		"GITHUB_API_URL": server.URL + "/api/v3", "GITHUB_GRAPHQL_URL": server.URL + "/api/graphql", "GITHUB_REPOSITORY": "team/app",
		"GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": ts.MkAbs("event.json"),
		"SYSTEM_COLLECTIONURI": server.URL + "/collection/", "SYSTEM_TEAMPROJECTID": "project-id", "BUILD_REPOSITORY_ID": "repo-id",
		"BUILD_REPOSITORY_PROVIDER": "TfsGit", "SYSTEM_PULLREQUEST_PULLREQUESTID": "7", "SYSTEM_ACCESSTOKEN": "job-token",
	} {
		ts.Setenv(name, value)
	}
	ts.Setenv("PULL_REQUEST", server.URL)
	pullRequests(ts)[server.URL] = server
}

// pullRequests are those of a story, by their address.
func pullRequests(ts *testscript.TestScript) map[string]*forgetest.Server {
	return ts.Value(pullRequestKey{}).(map[string]*forgetest.Server)
}

// printComments prints the comments of the last pull request that was started.
func printComments(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: comments")
	}
	var lines []string
	for _, c := range pullRequests(ts)[ts.Getenv("PULL_REQUEST")].Comments() {
		lines = append(lines, fmt.Sprintf("comment %d: %s", c.ID, c.Body))
	}
	print(ts, []string{strings.Join(lines, "\n")})
}

// printRecords prints the storage records of the server of the last pull request.
func printRecords(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: records")
	}
	var lines []string
	for _, r := range pullRequests(ts)[ts.Getenv("PULL_REQUEST")].StorageRecords() {
		lines = append(lines, fmt.Sprintf("%s@%s %s %s %s of %s at %s, %s", r.Name, r.Digest, r.Version, r.Status, r.Repository, r.GitHubRepository, r.RegistryURL, r.ArtifactURL))
	}
	print(ts, lines)
}

// printTickets prints the issues and work items of the server of the last pull request.
func printTickets(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: tickets")
	}
	var lines []string
	for _, t := range pullRequests(ts)[ts.Getenv("PULL_REQUEST")].Tickets() {
		state := map[bool]string{true: "open", false: "closed"}[t.Open]
		lines = append(append(lines, state+": "+t.Title, t.Body), t.Notes...)
	}
	print(ts, lines)
}
