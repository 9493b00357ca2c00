package ci

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/input"
)

func TestConversation(t *testing.T) {
	t.Parallel()
	event := filepath.Join(t.TempDir(), "event.json")
	if err := os.WriteFile(event, []byte(`{"pull_request": {"number": 7}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	gitHub := map[string]string{
		"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": event, "GITHUB_API_URL": "https://github.example/api/v3",
		"GITHUB_GRAPHQL_URL": "https://github.example/api/graphql", "GITHUB_REPOSITORY": "team/app", "INPUT_GITHUB-TOKEN": "hidden",
	}
	azure := map[string]string{
		"TF_BUILD": "True", "BUILD_REASON": "PullRequest", "BUILD_REPOSITORY_PROVIDER": "TfsGit", "BUILD_REPOSITORY_ID": "repo", "SYSTEM_TEAMPROJECTID": "project",
		"SYSTEM_PULLREQUEST_PULLREQUESTID": "7", "SYSTEM_COLLECTIONURI": "https://other.example/", "ENDPOINT_URL_SYSTEMVSSCONNECTION": "https://dev.azure.com/team/",
		"ENDPOINT_AUTH_SYSTEMVSSCONNECTION": `{"scheme": "OAuth", "parameters": {"AccessToken": "hidden"}}`,
	}
	onGitHub := &Conversation{API: "https://github.example/api/v3", GraphQL: "https://github.example/api/graphql", Repository: "team/app", Number: "7", Token: "hidden"}
	onAzure := &Conversation{API: "https://dev.azure.com/team/", Project: "project", Repository: "repo", Number: "7", Token: "hidden"}
	plain, between := *onAzure, *onAzure
	plain.API, plain.PlainHTTP = "HTTP://tfs.example/team/", true
	between.API = plain.API
	ofScript := *onAzure
	ofScript.API = "https://other.example/"
	withoutToken := *onGitHub
	withoutToken.Token = ""
	for name, tt := range map[string]struct {
		env   map[string]string
		with  map[string]string
		want  *Conversation
		fails string
	}{
		"GitHub":                         {env: gitHub, want: onGitHub},
		"GitHub, from the target branch": {env: gitHub, with: map[string]string{"GITHUB_EVENT_NAME": "pull_request_target"}, want: onGitHub},
		"GitHub, a push":                 {env: gitHub, with: map[string]string{"GITHUB_EVENT_NAME": "push"}},
		"GitHub, a merge queue":          {env: gitHub, with: map[string]string{"GITHUB_EVENT_NAME": "merge_group"}},
		"GitHub, without the event":      {env: gitHub, with: map[string]string{"GITHUB_EVENT_PATH": ""}, fails: "which pull request is judged"},
		"Azure Repos":                    {env: azure, want: onAzure},
		"Azure Repos, a script":          {env: azure, with: map[string]string{"ENDPOINT_URL_SYSTEMVSSCONNECTION": ""}, want: &ofScript},
		"Azure DevOps Server without TLS": {
			env: azure, with: map[string]string{"ENDPOINT_URL_SYSTEMVSSCONNECTION": plain.API, "SYSTEM_COLLECTIONURI": "http://tfs.example/team/"}, want: &plain,
		},
		"Azure DevOps with TLS elsewhere": {env: azure, with: map[string]string{"ENDPOINT_URL_SYSTEMVSSCONNECTION": plain.API}, want: &between},
		"GitHub, no token":                {env: gitHub, with: map[string]string{"INPUT_GITHUB-TOKEN": ""}, want: &withoutToken},
		"Azure Pipelines, a push":         {env: azure, with: map[string]string{"BUILD_REASON": "IndividualCI"}},
		"Azure Pipelines, code on GitHub": {env: azure, with: map[string]string{"BUILD_REPOSITORY_PROVIDER": "GitHub"}, fails: `one of "GitHub"`},
		"Azure Pipelines, no token":       {env: azure, with: map[string]string{"ENDPOINT_AUTH_SYSTEMVSSCONNECTION": ""}, fails: "no token"},
		"a terminal":                      {env: map[string]string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, _ := Detect(Env{Getenv: func(name string) string {
				if value, ok := tt.with[name]; ok {
					return value
				}
				return tt.env[name]
			}})
			got, err := p.Conversation(p.Inputs())
			if (err != nil) != (tt.fails != "") || err != nil && !strings.Contains(err.Error(), tt.fails) {
				t.Fatalf("Conversation() = %v, want an error with %q", err, tt.fails)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Conversation() (-want +got):\n%s", diff)
			}
		})
	}
}

// A token for comments is hidden like any other secret.
func TestCommentTokenIsSecret(t *testing.T) {
	t.Parallel()
	in := input.Read(input.GitHubActions, func(name string) string { return map[string]string{"github-token": "hidden"}[name] }, func(string) string { return "" })
	if diff := cmp.Diff([]string{"hidden"}, in.Secrets()); diff != "" {
		t.Errorf("Secrets() (-want +got):\n%s", diff)
	}
}
