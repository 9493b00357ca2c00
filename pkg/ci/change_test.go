package ci_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/ci"
)

func TestChange(t *testing.T) {
	t.Parallel()
	event := `{"pull_request": {"base": {"ref": "main", "sha": "aaa"}, "head": {"ref": "topic", "sha": "bbb"}}}`
	tests := []struct {
		name  string
		env   map[string]string
		event string // written where GITHUB_EVENT_PATH points to; empty for none
		want  *ci.Change
		fails bool
	}{
		{name: "terminal", env: map[string]string{"GITHUB_EVENT_NAME": "pull_request", "BUILD_REASON": "PullRequest"}},
		{name: "push", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push"}, event: event},
		{
			name: "pull_request", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_SHA": "ccc"}, event: event,
			want: &ci.Change{Target: "main", Base: "aaa", Merge: "ccc", Head: "bbb"},
		},
		{
			name: "a pull request from a fork", env: map[string]string{
				"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_SHA": "ccc", "GITHUB_SERVER_URL": "https://git.example/", "GITHUB_REPOSITORY": "team/app",
			},
			event: `{"pull_request": {"base": {"ref": "main", "sha": "aaa"}, "head": {"sha": "bbb", "repo": {"full_name": "you/app"}}}}`,
			want:  &ci.Change{Target: "main", Base: "aaa", Merge: "ccc", Head: "bbb", Repository: "https://git.example/team/app", Source: "https://git.example/you/app"},
		},
		{
			name: "a pull request from a fork that is gone", env: map[string]string{
				"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "team/app",
			},
			event: `{"pull_request": {"base": {"ref": "main", "sha": "aaa"}, "head": {"sha": "bbb", "repo": null}}}`,
			want:  &ci.Change{Target: "main", Base: "aaa", Head: "bbb", Repository: "https://github.com/team/app"},
		},
		{
			name: "pull_request_target", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request_target", "GITHUB_SHA": "ddd"}, event: event,
			want: &ci.Change{Target: "main", Base: "ddd", Head: "bbb"},
		},
		{
			name: "review", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request_review", "GITHUB_SHA": "ccc"}, event: event,
			want: &ci.Change{Target: "main", Base: "aaa", Merge: "ccc", Head: "bbb"},
		},
		{
			name: "merge queue", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "merge_group", "GITHUB_SHA": "eee", "GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "team/app"},
			event: `{"merge_group": {"base_ref": "refs/heads/main", "base_sha": "aaa", "head_ref": "refs/heads/queue", "head_sha": "eee"}}`,
			want:  &ci.Change{Target: "main", Base: "aaa", Head: "eee", Repository: "https://github.com/team/app", Source: "https://github.com/team/app"},
		},
		{
			name: "the end of a pull request's workflow", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "workflow_run", "GITHUB_SHA": "ddd", "GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "team/app"},
			event: `{"repository": {"id": 1}, "workflow_run": {"event": "pull_request", "head_sha": "bbb", "head_repository": {"full_name": "team/app"}, "pull_requests": [
				{"base": {"ref": "theirs", "sha": "eee", "repo": {"id": 2}}}, {"base": {"ref": "main", "sha": "aaa", "repo": {"id": 1}}}]}}`,
			want: &ci.Change{Target: "main", Base: "aaa", Head: "bbb", Repository: "https://github.com/team/app", Source: "https://github.com/team/app"},
		},
		{
			name: "the end of a workflow of two targets", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "workflow_run", "GITHUB_SHA": "ddd", "GITHUB_REF": "refs/heads/trunk"},
			event: `{"workflow_run": {"event": "pull_request", "head_sha": "bbb", "pull_requests": [{"base": {"ref": "main", "sha": "aaa"}}, {"base": {"ref": "old", "sha": "eee"}}]}}`,
			want:  &ci.Change{Target: "trunk", Base: "ddd", Head: "bbb"},
		},
		{
			name: "the end of a fork's workflow", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "workflow_run", "GITHUB_SHA": "ddd", "GITHUB_REF": "refs/heads/main", "GITHUB_SERVER_URL": "https://github.com"},
			event: `{"workflow_run": {"event": "pull_request_target", "head_sha": "bbb", "head_repository": {"full_name": "you/app"}, "pull_requests": []}}`,
			want:  &ci.Change{Target: "main", Base: "ddd", Head: "bbb", Source: "https://github.com/you/app"},
		},
		{
			name: "the end of a push's workflow", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "workflow_run"},
			event: `{"repository": {"id": 1, "full_name": "o/r"}, "workflow_run": {"event": "push", "head_branch": "topic", "head_repository": {"id": 1, "full_name": "o/r"}, "head_sha": "bbb", "pull_requests": [{"base": {"ref": "main", "sha": "aaa"}}]}}`,
		},
		{
			name: "the end of a push's workflow in a fork", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "workflow_run", "GITHUB_SHA": "ddd", "GITHUB_REF": "refs/heads/main"},
			event: `{"repository": {"id": 1, "full_name": "o/r"}, "workflow_run": {"event": "push", "head_branch": "main", "head_sha": "bbb", "head_repository": {"id": 2, "full_name": "fork/r"}}}`, want: &ci.Change{Target: "main", Base: "ddd", Head: "bbb", Source: "/fork/r"},
		},
		{
			name: "the end of a workflow in a fork that is gone", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "workflow_run", "GITHUB_SHA": "ddd", "GITHUB_REF": "refs/heads/main"},
			event: `{"repository": {"id": 1, "full_name": "o/r"}, "workflow_run": {"event": "push", "head_branch": "main", "head_sha": "bbb", "head_repository": null}}`, want: &ci.Change{Target: "main", Base: "ddd", Head: "bbb"},
		},
		{
			name: "the end of a workflow on no branch", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "workflow_run", "GITHUB_SHA": "ddd", "GITHUB_REF": "refs/heads/main"},
			event: `{"repository": {"id": 1}, "workflow_run": {"event": "check_suite", "head_branch": null, "head_sha": "bbb", "head_repository": {"id": 1}}}`, want: &ci.Change{Target: "main", Base: "ddd", Head: "bbb"},
		},
		{
			name: "the end of a system's own workflow on a pull request", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "workflow_run", "GITHUB_SHA": "ddd", "GITHUB_REF": "refs/heads/main"},
			event: `{"repository": {"id": 1}, "workflow_run": {"event": "dynamic", "head_branch": "refs/pull/1/merge", "head_sha": "bbb", "head_repository": {"id": 1}}}`, want: &ci.Change{Target: "main", Base: "ddd", Head: "bbb"},
		},
		{
			name: "the end of a push's workflow in a merge queue", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "workflow_run", "GITHUB_SHA": "ddd", "GITHUB_REF": "refs/heads/main"},
			event: `{"repository": {"id": 1}, "workflow_run": {"event": "push", "head_branch": "gh-readonly-queue/main/pr-1-` + strings.Repeat("a1", 20) + `", "head_sha": "bbb", "head_repository": {"id": 1}}}`, want: &ci.Change{Target: "main", Base: strings.Repeat("a1", 20), Head: "bbb"},
		},
		{name: "a damaged end", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "workflow_run"}, event: `{"workflow_run": {`, fails: true},
		{
			name: "a comment", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "issue_comment", "GITHUB_SHA": "ddd", "GITHUB_REF": "refs/heads/main"},
			event: `{"issue": {"pull_request": {"url": "u"}}}`, want: &ci.Change{Target: "main", Base: "ddd"},
		},
		{
			name: "a dispatch that hands a pull request on", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "repository_dispatch", "GITHUB_SHA": "ddd", "GITHUB_REF": "refs/heads/main"},
			event: `{"client_payload": {"pull_request": {"number": 1}}}`, want: &ci.Change{Target: "main", Base: "ddd"},
		},
		{
			name: "a dispatch for something else", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "repository_dispatch", "GITHUB_SHA": "ddd", "GITHUB_REF": "refs/heads/main"},
			event: `{"client_payload": {"pull_request": null}}`,
		},
		{
			name: "a check of a pull request", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "check_suite", "GITHUB_SHA": "ddd", "GITHUB_REF": "refs/heads/main"},
			event: `{"check_suite": {"head_branch": "topic", "head_sha": "bbb", "pull_requests": [{"number": 1}]}}`, want: &ci.Change{Target: "main", Base: "ddd", Head: "bbb"},
		},
		{
			name: "one check of a pull request", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "check_run", "GITHUB_SHA": "ddd", "GITHUB_REF": "refs/heads/main"},
			event: `{"check_run": {"pull_requests": [{"number": 1}], "check_suite": {"head_branch": "topic", "head_sha": "bbb"}}}`, want: &ci.Change{Target: "main", Base: "ddd", Head: "bbb"},
		},
		{
			name: "one check of the suite of a pull request", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "check_run", "GITHUB_SHA": "ddd", "GITHUB_REF": "refs/heads/main"},
			event: `{"check_run": {"pull_requests": [], "check_suite": {"head_branch": "topic", "head_sha": "bbb", "pull_requests": [{"number": 1}]}}}`, want: &ci.Change{Target: "main", Base: "ddd", Head: "bbb"},
		},
		{
			name: "a check of a fork", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "check_suite", "GITHUB_SHA": "ddd", "GITHUB_REF": "refs/heads/main"},
			event: `{"check_suite": {"head_branch": null, "head_sha": "bbb", "pull_requests": []}}`, want: &ci.Change{Target: "main", Base: "ddd", Head: "bbb"},
		},
		{
			name: "one check of a fork", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "check_run", "GITHUB_SHA": "ddd", "GITHUB_REF": "refs/heads/main"},
			event: `{"check_run": {"pull_requests": [], "check_suite": {"head_branch": null, "head_sha": "bbb", "pull_requests": []}}}`, want: &ci.Change{Target: "main", Base: "ddd", Head: "bbb"},
		},
		{
			name: "one check of a branch", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "check_run", "GITHUB_SHA": "ddd", "GITHUB_REF": "refs/heads/main"},
			event: `{"check_run": {"pull_requests": [], "check_suite": {"head_branch": "topic", "head_sha": "bbb", "pull_requests": []}}}`,
		},
		{
			name: "a check of a merge queue", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "check_suite", "GITHUB_SHA": "ddd", "GITHUB_REF": "refs/heads/main"},
			event: `{"check_suite": {"head_branch": "gh-readonly-queue/main/pr-1-` + strings.Repeat("a1", 20) + `", "head_sha": "bbb"}}`, want: &ci.Change{Target: "main", Base: strings.Repeat("a1", 20), Head: "bbb"},
		},
		{
			name: "a check of nothing", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "check_run", "GITHUB_SHA": "ddd", "GITHUB_REF": "refs/heads/main"},
			event: `{"check_run": {"pull_requests": []}}`, fails: true,
		},
		{
			name: "a status of a fork", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "status", "GITHUB_SHA": "ddd", "GITHUB_REF": ""},
			event: `{"repository": {"default_branch": "main"}, "sha": "bbb", "branches": []}`, want: &ci.Change{Target: "main", Base: "ddd", Head: "bbb"},
		},
		{
			name: "a status of a branch", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "status", "GITHUB_SHA": "ddd", "GITHUB_REF": "refs/heads/main"},
			event: `{"sha": "bbb", "branches": [{"name": "gh-readonly-queue/main/pr-1-aaa"}, {"name": "topic"}]}`,
		},
		{
			name: "a status of a merge queue", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "status", "GITHUB_SHA": "ddd", "GITHUB_REF": "refs/heads/main"},
			event: `{"sha": "bbb", "branches": [{"name": "gh-readonly-queue/main/pr-1-` + strings.Repeat("a1", 20) + `"}]}`, want: &ci.Change{Target: "main", Base: strings.Repeat("a1", 20), Head: "bbb"},
		},
		{
			name: "a status of nothing", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "status", "GITHUB_SHA": "ddd", "GITHUB_REF": "refs/heads/main"},
			event: `{"branches": []}`, fails: true,
		},
		{
			name: "a deployment of a pull request", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "deployment", "GITHUB_SHA": "ddd", "GITHUB_REF": ""},
			event: `{"repository": {"default_branch": "main"}, "deployment": {"ref": "refs/pull/1/merge", "sha": "ddd"}}`, want: &ci.Change{Target: "main", Head: "ddd"},
		},
		{
			name: "a deployment of a pull request by a short name", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "deployment_status", "GITHUB_SHA": "ddd", "GITHUB_REF": ""},
			event: `{"repository": {"default_branch": "main"}, "deployment": {"ref": "pull/1/head", "sha": "ddd"}}`, want: &ci.Change{Target: "main", Head: "ddd"},
		},
		{
			name: "a deployment of a commit", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "deployment_status", "GITHUB_SHA": "ddd", "GITHUB_REF": ""},
			event: `{"repository": {"default_branch": "main"}, "deployment": {"ref": "ddd", "sha": "ddd"}}`, want: &ci.Change{Target: "main", Head: "ddd"},
		},
		{
			name: "a deployment of a merge queue", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "deployment", "GITHUB_SHA": "ddd", "GITHUB_REF": ""},
			event: `{"deployment": {"ref": "gh-readonly-queue/main/pr-1-` + strings.Repeat("a1", 20) + `", "sha": "ddd"}}`, want: &ci.Change{Target: "main", Base: strings.Repeat("a1", 20), Head: "ddd"},
		},
		{
			name: "a deployment of a branch", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "deployment", "GITHUB_SHA": "ddd", "GITHUB_REF": "refs/heads/topic"},
			event: `{"deployment": {"ref": "topic", "sha": "ddd"}}`,
		},
		{
			name: "a deployment of a tag", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "deployment_status", "GITHUB_SHA": "ddd", "GITHUB_REF": "refs/tags/v1"},
			event: `{"deployment": {"ref": "v1", "sha": "ddd"}}`,
		},
		{
			name: "a deployment of nothing", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "deployment", "GITHUB_SHA": "ddd", "GITHUB_REF": "refs/heads/main"},
			event: `{"deployment": null}`, fails: true,
		},
		{
			name: "a check of a branch", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "check_suite", "GITHUB_SHA": "ddd", "GITHUB_REF": "refs/heads/main"},
			event: `{"check_suite": {"head_branch": "topic", "pull_requests": []}}`,
		},
		{name: "the end of nothing", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "workflow_run", "GITHUB_SHA": "ddd", "GITHUB_REF": "refs/heads/main"}, event: `{"workflow_run": null}`, fails: true},
		{name: "a comment on nothing", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "issue_comment", "GITHUB_SHA": "ddd", "GITHUB_REF": "refs/heads/main"}, event: `{"issue": null}`, fails: true},
		{name: "a comment on an issue", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "issue_comment"}, event: `{"issue": {"number": 1}}`},
		{name: "another run on a pull request", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "workflow_dispatch", "GITHUB_REF": "refs/pull/1/merge"}, want: &ci.Change{}},
		{
			name: "a push to a merge queue",
			env:  map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push", "GITHUB_SHA": "eee", "GITHUB_REF": "refs/heads/gh-readonly-queue/release/1.x/pr-12-" + strings.Repeat("a1", 20), "GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "team/app"},
			want: &ci.Change{Target: "release/1.x", Base: strings.Repeat("a1", 20), Head: "eee", Repository: "https://github.com/team/app", Source: "https://github.com/team/app"},
		},
		{name: "a merge queue of another form", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/gh-readonly-queue/main/pr-1-aaa"}, want: &ci.Change{}},
		{name: "a schedule", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "schedule", "GITHUB_REF": "refs/heads/main"}},
		{name: "a run by hand", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "workflow_dispatch", "GITHUB_REF": "refs/heads/topic"}},
		{name: "a release", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "release", "GITHUB_REF": "refs/tags/v1"}},
		{name: "no event", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request"}, fails: true},
		{name: "another event", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request"}, event: `{"ref": "x"}`, fails: true},
		{name: "damaged event", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request"}, event: `{"pull_request": {`, fails: true},
		{
			name: "Azure", env: map[string]string{
				"TF_BUILD": "True", "BUILD_REASON": "PullRequest", "BUILD_SOURCEVERSION": "ccc",
				"SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main", "SYSTEM_PULLREQUEST_SOURCECOMMITID": "bbb",
				"BUILD_REPOSITORY_URI": "https://dev.azure.com/team/_git/app", "SYSTEM_PULLREQUEST_SOURCEREPOSITORYURI": "https://dev.azure.com/you/_git/app",
			},
			want: &ci.Change{Target: "main", Merge: "ccc", Head: "bbb", Repository: "https://dev.azure.com/team/_git/app", Source: "https://dev.azure.com/you/_git/app"},
		},
		{name: "Azure, by hand", env: map[string]string{"TF_BUILD": "True", "BUILD_REASON": "Manual", "BUILD_SOURCEBRANCH": "refs/pull/1/merge", "BUILD_REPOSITORY_URI": "u"}, want: &ci.Change{Repository: "u"}},
		{name: "Azure, by hand on a branch", env: map[string]string{"TF_BUILD": "True", "BUILD_REASON": "Manual", "BUILD_SOURCEBRANCH": "refs/heads/pull/1", "BUILD_SOURCEVERSION": "ccc"}},
		{
			name: "Azure, a merge queue of GitHub",
			env: map[string]string{
				"TF_BUILD": "True", "BUILD_REASON": "IndividualCI", "BUILD_SOURCEVERSION": "eee", "BUILD_SOURCEBRANCH": "refs/heads/gh-readonly-queue/main/pr-1-" + strings.Repeat("a1", 20),
			},
			want: &ci.Change{Target: "main", Base: strings.Repeat("a1", 20), Head: "eee"},
		},
		{name: "Azure, a merge queue of another form", env: map[string]string{"TF_BUILD": "True", "BUILD_REASON": "IndividualCI", "BUILD_SOURCEBRANCH": "refs/heads/gh-readonly-queue/main/pr-1-abc"}, want: &ci.Change{}},
		{name: "Azure without one", env: map[string]string{"TF_BUILD": "True", "BUILD_REASON": "IndividualCI", "BUILD_SOURCEVERSION": "ccc"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "event.json")
			if tt.event != "" {
				if err := os.WriteFile(path, []byte(tt.event), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			getenv := func(name string) string {
				if name == "GITHUB_EVENT_PATH" {
					return path
				}
				return tt.env[name]
			}
			platform, _ := ci.Detect(ci.Env{Getenv: getenv, Stdout: io.Discard, Stderr: io.Discard})
			got, err := platform.Change()
			if (err != nil) != tt.fails {
				t.Fatalf("Change() = %v, want an error: %t", err, tt.fails)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Change() (-want +got):\n%s", diff)
			}
		})
	}
}

// What an event holds in the place of an object is said in plain words.
func TestChangeOfOtherTypes(t *testing.T) {
	t.Parallel()
	for event, want := range map[string]string{
		`[]`:                            "the whole is a list, where an object is needed",
		`{"pull_request": "x"}`:         `the field "pull_request" is a string, where an object is needed`,
		`{"pull_request": {"base": 1}}`: `the field "pull_request.base" is the number, where an object is needed`,
	} {
		path := filepath.Join(t.TempDir(), "event.json")
		if err := os.WriteFile(path, []byte(event), 0o600); err != nil {
			t.Fatal(err)
		}
		env := map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": path}
		platform, _ := ci.Detect(ci.Env{Getenv: func(name string) string { return env[name] }, Stdout: io.Discard, Stderr: io.Discard})
		if _, err := platform.Change(); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("Change() with the event %s = %v, want %s", event, err, want)
		}
	}
}
