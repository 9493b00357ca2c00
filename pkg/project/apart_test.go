package project_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/config"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/format/index"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/project"
)

func TestApart(t *testing.T) {
	t.Parallel()
	const app, fork, policies = "https://github.com/team/app", "https://github.com/you/app", "https://github.com/org/policies"
	const own, unknown = "of the repository of the change", "0123456789012345678901234567890123456789"
	tests := []struct {
		name   string
		origin string
		ends   string // the branch of origin that ends at what is checked out
		change project.Change
		want   string // in the error; empty for none
	}{
		{name: "another repository", origin: policies, change: project.Change{Repository: app, Source: app}},
		{name: "another repository, for a fork", origin: policies, change: project.Change{Repository: app, Source: fork}},
		{name: "one of the same owner, for a fork that is not told", origin: "git@github.com:Team/policies.git", change: project.Change{Repository: app}},
		{name: "one of another owner, for a fork that is not told", origin: policies, change: project.Change{Repository: app}, want: "of another owner than " + app},
		{name: "another repository, without the commits of the change", origin: policies, change: project.Change{Repository: app, Source: app, Base: unknown, Merge: unknown, Head: unknown}},
		{name: "no origin, and a run of no repository", ends: "main", want: "no remote origin"},
		{name: "no origin", change: project.Change{Repository: app, Source: app}, want: "no remote origin"},
		{name: "an origin on a disk", origin: "/srv/policies", change: project.Change{Repository: app, Source: app}, want: "no remote origin"},
		{name: "a run of no repository", origin: policies, change: project.Change{Source: app}, want: "of which repository the run is"},
		{name: "the same repository", origin: "git@github.com:Team/app.git", ends: "topic", change: project.Change{Repository: app, Source: fork}, want: own},
		{name: "the fork", origin: "https://github.com/You/app", ends: "main", change: project.Change{Repository: app, Source: fork}, want: own},
		{name: "the target branch", origin: "git@github.com:Team/app.git", ends: "main", change: project.Change{Repository: app, Source: fork}},
		{name: "behind the target branch", origin: app, change: project.Change{Repository: app, Source: fork, Target: "old"}, want: own},
		{name: "no branch that is told", origin: app, change: project.Change{Repository: app, Source: app, Target: "none"}, want: own},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newCheckout(t)
			if tt.origin != "" {
				if _, err := c.repository.CreateRemote(&config.RemoteConfig{Name: "origin", URLs: []string{tt.origin}}); err != nil {
					t.Fatal(err)
				}
			}
			if err := c.repository.Storer.SetReference(plumbing.NewHashReference("refs/remotes/origin/"+plumbing.ReferenceName("old"), c.old)); err != nil {
				t.Fatal(err)
			}
			if tt.ends != "" {
				if err := c.repository.Storer.SetReference(plumbing.NewHashReference("refs/remotes/origin/"+plumbing.ReferenceName(tt.ends), c.merge)); err != nil {
					t.Fatal(err)
				}
			}
			if tt.change.Target == "" {
				tt.change.Target = "main"
			}
			err := tt.change.Apart(c.dir)
			if (err == nil) != (tt.want == "") || err != nil && (!strings.Contains(err.Error(), tt.want) || !fault.IsRequest(err) || len(fault.Hints(err)) != 1) {
				t.Errorf("Apart() = %v, want %q", err, tt.want)
			}
			if hint := strings.Join(fault.Hints(err), ""); tt.want != "" && strings.HasPrefix(hint, "check the target branch out") != (tt.want == own) {
				t.Errorf("Apart() = %v with the hint %q", err, hint)
			}
		})
	}
	c := newCheckout(t)
	if _, err := c.repository.CreateRemote(&config.RemoteConfig{Name: "origin", URLs: []string{policies}}); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]project.Change{"base": {Base: c.base.String()}, "merge": {Merge: c.old.String()}, "head": {Head: c.head.String()}} {
		change.Repository, change.Source = app, app
		if err := change.Apart(c.dir); err == nil || !strings.Contains(strings.Join(fault.Hints(err), ""), "check the target branch out") {
			t.Errorf("Apart(has the %s of the change) = %v, want an error that says what to check out", name, err)
		}
	}
	if err := (project.Change{Base: c.merge.String()}).Apart(c.dir); err != nil {
		t.Errorf("Apart(the commit of the target branch) = %v", err)
	}
	for name, dir := range map[string]string{"no checkout": t.TempDir(), "a checkout without a commit": newEmpty(t)} {
		if err := (project.Change{}).Apart(dir); !fault.IsRequest(err) {
			t.Errorf("Apart(%s) = %v, want a wrong request", name, err)
		}
	}
}

// What lies in a submodule is that of the commit at which the branch has it.
func TestBaseSubmodule(t *testing.T) {
	t.Parallel()
	c := newCheckout(t)
	inner, err := git.PlainInit(filepath.Join(c.dir, "vendor", "policies"), false)
	if err != nil {
		t.Fatal(err)
	}
	lib := &checkout{dir: filepath.Join(c.dir, "vendor", "policies"), repository: inner, t: t}
	pinned := lib.commit(map[string]string{"a/policy.yaml": "pinned"})
	staged, err := c.repository.Storer.Index()
	if err != nil {
		t.Fatal(err)
	}
	staged.Entries = append(staged.Entries, &index.Entry{Name: "vendor/policies", Mode: filemode.Submodule, Hash: pinned})
	if err := c.repository.Storer.SetIndex(staged); err != nil {
		t.Fatal(err)
	}
	outer := c.commit(nil)
	lib.commit(map[string]string{"a/policy.yaml": "moved", "a/new.yaml": "new", "layergate.lock": "of the submodule"}, pinned)
	base, err := project.OpenBase(c.dir, project.Change{Target: "main", Base: outer.String()})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := base.ReadFile("vendor/policies/a/policy.yaml", 100); err != nil || string(got) != "pinned" {
		t.Errorf("ReadFile() = %q, %v, want pinned", got, err)
	}
	if _, err := base.ReadFile("vendor/policies/a/new.yaml", 100); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("ReadFile(new) = %v, want that there is none", err)
	}
	for _, path := range []string{"vendor/policies", "vendor/policies/a", "vendor/policies/a/policy.yaml"} {
		if got, err := base.Files(path); err != nil || len(got) != 1 || got[0] != "vendor/policies/a/policy.yaml" {
			t.Errorf("Files(%s) = %q, %v", path, got, err)
		}
	}
	if got, err := base.Files("vendor"); err != nil || len(got) > 0 {
		t.Errorf("Files(vendor) = %q, %v, want none of the submodule", got, err)
	}
	head, err := project.OpenHead(c.dir)
	if err != nil || head.Commit != outer.String() {
		t.Fatalf("OpenHead() = %+v, %v", head, err)
	}
	// A checkout of depth 1 has the commit to which the change moves it alone.
	lib.forget(pinned)
	if _, err := base.ReadFile("vendor/policies/a/policy.yaml", 100); !errors.Is(err, project.ErrUnfetched) || !fault.IsRequest(err) || len(fault.Hints(err)) != 1 {
		t.Errorf("ReadFile(forgotten) = %v with the hints %q, want a wrong request", err, fault.Hints(err))
	}
	if _, err := base.Files("vendor/policies"); !errors.Is(err, project.ErrUnfetched) {
		t.Errorf("Files(forgotten) = %v, want an error", err)
	}
	if at, _, err := project.Find(base, "vendor/policies/a", lock, 100); err != nil || at != lock {
		t.Errorf("Find(forgotten) = %q, %v, want that of the project", at, err)
	}
	if err := os.RemoveAll(lib.dir); err != nil {
		t.Fatal(err)
	}
	if _, err := base.Files("vendor/policies"); !errors.Is(err, project.ErrUnfetched) {
		t.Errorf("Files(a submodule that is not checked out) = %v, want an error", err)
	}
	for name, dir := range map[string]string{"no checkout": t.TempDir(), "a checkout without a commit": newEmpty(t)} {
		if _, err := project.OpenHead(dir); err == nil {
			t.Errorf("OpenHead(%s) is no error", name)
		}
	}
}

// newEmpty makes a checkout without a commit.
func newEmpty(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if _, err := git.PlainInit(dir, false); err != nil {
		t.Fatal(err)
	}
	return dir
}
