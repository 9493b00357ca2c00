package ci_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/ci"
)

func TestRun(t *testing.T) {
	t.Parallel()
	github := map[string]string{
		"GITHUB_ACTIONS": "true", "GITHUB_SHA": "aaa", "GITHUB_REF": "refs/heads/main", "GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "team/app",
	}
	const app = "https://github.com/team/app"
	ofMain := ci.Run{Commits: []string{"aaa"}, Branches: []string{"main"}, Repository: app}
	tests := []struct {
		name  string
		env   map[string]string // over that of GitHub, if it does not say TF_BUILD
		event string
		want  ci.Run
		fails bool
	}{
		{name: "a push", env: map[string]string{"GITHUB_EVENT_NAME": "push"}, want: ofMain},
		{name: "a push of a tag", env: map[string]string{"GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/tags/v1"}, want: ci.Run{Commits: []string{"aaa"}, Repository: app}},
		{name: "a dispatch, whatever it says", env: map[string]string{"GITHUB_EVENT_NAME": "repository_dispatch"}, event: `{"client_payload": {"workflow_run": {"head_sha": "bbb"}}}`, want: ofMain},
		{
			name: "after a push", env: map[string]string{"GITHUB_EVENT_NAME": "workflow_run"}, event: `{"workflow_run": {"event": "push", "head_sha": "bbb", "head_branch": "release"}}`,
			want: ci.Run{Commits: []string{"aaa", "bbb"}, Branches: []string{"main", "release"}, Repository: app},
		},
		{name: "after a workflow that follows", env: map[string]string{"GITHUB_EVENT_NAME": "workflow_run"}, event: `{"workflow_run": {"event": "workflow_run", "head_sha": "bbb"}}`, want: ofMain},
		{name: "after a pull request", env: map[string]string{"GITHUB_EVENT_NAME": "workflow_run"}, event: `{"workflow_run": {"event": "pull_request", "head_sha": "bbb"}}`, want: ofMain},
		{
			name: "after a push to a merge queue", env: map[string]string{"GITHUB_EVENT_NAME": "workflow_run"},
			event: `{"workflow_run": {"event": "push", "head_sha": "bbb", "head_branch": "gh-readonly-queue/main/pr-1-aaa"}}`, want: ofMain,
		},
		{name: "after nothing", env: map[string]string{"GITHUB_EVENT_NAME": "workflow_run"}, event: `{"workflow_run": null}`, fails: true},
		{
			name: "Azure", env: map[string]string{"TF_BUILD": "True", "BUILD_SOURCEVERSION": "ccc", "BUILD_SOURCEBRANCH": "refs/heads/main", "BUILD_REPOSITORY_URI": "https://dev.azure.com/o/p/_git/app"},
			want: ci.Run{Commits: []string{"ccc"}, Branches: []string{"main"}, Repository: "https://dev.azure.com/o/p/_git/app"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "event.json")
			if err := os.WriteFile(path, []byte(tt.event), 0o600); err != nil {
				t.Fatal(err)
			}
			getenv := func(name string) string {
				value, ok := tt.env[name]
				switch {
				case name == "GITHUB_EVENT_PATH":
					return path
				case ok || tt.env["TF_BUILD"] != "":
					return value
				}
				return github[name]
			}
			platform, _ := ci.Detect(ci.Env{Getenv: getenv, Stdout: io.Discard, Stderr: io.Discard})
			got, err := platform.Run()
			if (err != nil) != tt.fails {
				t.Fatalf("Run() = %v, want an error: %t", err, tt.fails)
			}
			if diff := cmp.Diff(tt.want, got); !tt.fails && diff != "" {
				t.Errorf("Run() (-want +got):\n%s", diff)
			}
		})
	}
}
