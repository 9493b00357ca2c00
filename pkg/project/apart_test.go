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
		{name: "no origin", change: project.Change{Repository: app, Source: app}, want: "no remote origin"},
		{name: "an origin on a disk", origin: "/srv/policies", change: project.Change{Repository: app, Source: app}, want: "no remote origin"},
		{name: "a run of no repository", origin: policies, change: project.Change{Source: app}, want: "of which repository the run is"},
		{name: "the same repository", origin: "git@github.com:Team/app.git", ends: "topic", change: project.Change{Repository: app, Source: fork}, want: "of the repository of the change"},
		{name: "the fork", origin: "https://github.com/You/app", ends: "main", change: project.Change{Repository: app, Source: fork}, want: "of the repository of the change"},
		{name: "the target branch", origin: "git@github.com:Team/app.git", ends: "main", change: project.Change{Repository: app, Source: fork}},
		{name: "no branch that is told", origin: app, change: project.Change{Repository: app, Source: app, Target: "none"}, want: "of the repository of the change"},
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
		})
	}
	c := newCheckout(t)
	if _, err := c.repository.CreateRemote(&config.RemoteConfig{Name: "origin", URLs: []string{policies}}); err != nil {
		t.Fatal(err)
	}
	for name, own := range map[string]project.Change{"base": {Base: c.base.String()}, "merge": {Merge: c.old.String()}, "head": {Head: c.head.String()}} {
		own.Repository, own.Source = app, app
		if err := own.Apart(c.dir); err == nil || !strings.Contains(strings.Join(fault.Hints(err), ""), "check the target branch out") {
			t.Errorf("Apart(has the %s of the change) = %v, want an error that says what to check out", name, err)
		}
	}
	if err := (project.Change{Base: c.merge.String()}).Apart(c.dir); err != nil {
		t.Errorf("Apart(the commit of the target branch) = %v", err)
	}
	if err := (project.Change{}).Apart(t.TempDir()); !fault.IsRequest(err) {
		t.Errorf("Apart(no checkout) = %v, want a wrong request", err)
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
	if _, err := project.OpenHead(t.TempDir()); err == nil {
		t.Error("OpenHead(no checkout) is no error")
	}
}
