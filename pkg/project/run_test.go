package project_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/config"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/format/index"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/project"
)

const app = "https://github.com/team/app"

// at checks out a commit, which was fetched from an address by a reference, beside the tag of another one.
func (c *checkout) at(head plumbing.Hash, origin string, ref plumbing.ReferenceName) {
	c.t.Helper()
	tree, err := c.repository.Worktree()
	if err == nil {
		err = tree.Checkout(&git.CheckoutOptions{Hash: head, Force: true})
	}
	if err == nil {
		_, err = c.repository.CreateRemote(&config.RemoteConfig{Name: "origin", URLs: []string{origin}})
	}
	if err == nil {
		err = c.repository.Storer.SetReference(plumbing.NewHashReference("refs/tags/v0", c.old))
	}
	if err == nil && ref != "" {
		err = c.repository.Storer.SetReference(plumbing.NewHashReference(ref, head))
	}
	if err != nil {
		c.t.Fatal(err)
	}
}

func TestRunHolds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		origin string // app, if empty
		ref    plumbing.ReferenceName
		also   bool // the run is about what is checked out as well
		want   bool
		beside bool
	}{
		{name: "a pull request by its hash"},
		{name: "a pull request by its number", ref: "refs/remotes/pull/1/head"},
		{name: "a pull request by its branch", ref: "refs/remotes/origin/topic", beside: true},
		{name: "a fork's main", origin: "https://github.com/other/app", ref: "refs/remotes/origin/main"},
		{name: "a fork's tag", origin: "https://github.com/other/app", ref: "refs/tags/v1"},
		{name: "another repository of the owner", origin: "https://github.com/team/policies", ref: "refs/remotes/origin/main", beside: true},
		{name: "a local branch", ref: "refs/heads/main"},
		{name: "the branch, which moved on", origin: "git@github.com:Team/app.git", ref: "refs/remotes/origin/main", want: true, beside: true},
		{name: "a tag", ref: "refs/tags/v1", want: true, beside: true},
		{name: "what a push was of", also: true, want: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newCheckout(t)
			if tt.origin == "" {
				tt.origin = app
			}
			c.at(c.head, tt.origin, tt.ref)
			run := project.Run{Commits: []string{c.base.String()}, Branches: []string{"main"}, Repository: app}
			if tt.also {
				run.Commits = append(run.Commits, c.head.String())
			}
			if got := run.Holds(c.dir); got != tt.want {
				t.Errorf("Holds() = %t, want %t", got, tt.want)
			}
			if got := run.Beside(c.dir); got != tt.beside {
				t.Errorf("Beside() = %t, want %t", got, tt.beside)
			}
			run.Commits[0] = c.head.String()
			if !run.Holds(c.dir) {
				t.Error("Holds(the run's own commit) = false, want true")
			}
		})
	}
	c := newCheckout(t)
	c.at(c.head, app, "")
	tag, err := c.repository.CreateTag("v1", c.head, &git.CreateTagOptions{Tagger: someone(), Message: "one"})
	if err != nil {
		t.Fatal(err)
	}
	if run := (project.Run{Commits: []string{c.base.String()}, Repository: app}); !run.Holds(c.dir) {
		t.Errorf("Holds(the annotated tag %s) = false, want true", tag)
	}
	if (project.Run{Commits: []string{c.base.String()}}).Holds(t.TempDir()) {
		t.Error("Holds(no checkout) = true, want false")
	}
}

// A submodule is at the commit that the checkout around it says.
func TestRunHoldsSubmodule(t *testing.T) {
	t.Parallel()
	c := newCheckout(t)
	inner, err := git.PlainInit(filepath.Join(c.dir, "vendor", "lib"), false)
	if err != nil {
		t.Fatal(err)
	}
	lib := &checkout{dir: filepath.Join(c.dir, "vendor", "lib"), repository: inner, t: t}
	pinned := lib.commit(map[string]string{"a": "a"})
	idx, err := c.repository.Storer.Index()
	if err != nil {
		t.Fatal(err)
	}
	idx.Entries = append(idx.Entries, &index.Entry{Name: "vendor/lib", Mode: filemode.Submodule, Hash: pinned})
	if err := c.repository.Storer.SetIndex(idx); err != nil {
		t.Fatal(err)
	}
	outer := c.commit(nil)
	run := project.Run{Commits: []string{outer.String()}, Repository: app}
	if !run.Holds(lib.dir) {
		t.Error("Holds(the pinned commit) = false, want true")
	}
	if (project.Run{Commits: []string{c.base.String()}, Repository: app}).Holds(lib.dir) {
		t.Error("Holds(the pinned commit of another one's) = true, want false")
	}
	lib.commit(map[string]string{"a": "b"}, pinned)
	if run.Holds(lib.dir) {
		t.Error("Holds(another commit) = true, want false")
	}
}

func TestOpenRun(t *testing.T) {
	t.Parallel()
	c := newCheckout(t)
	c.at(c.head, app, "")
	run := project.Run{Commits: []string{c.base.String()}, Branches: []string{"main"}, Repository: app}
	lockOf := func(want string) {
		t.Helper()
		base, err := project.OpenRun(c.dir, run)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := base.ReadFile(lock, 100); err != nil || string(got) != want || base.Target != "main" {
			t.Errorf("ReadFile(%q) = %q, %v on %s, want %q on main", lock, got, err, base.Target, want)
		}
	}
	lockOf("of main")
	c.forget(c.base)
	if _, err := project.OpenRun(c.dir, run); !fault.IsRequest(err) || len(fault.Hints(err)) != 1 {
		t.Errorf("OpenRun(shallow) = %v with the hints %q, want a wrong request with a hint", err, fault.Hints(err))
	}
	// The end of the run's branch does as well.
	if err := c.repository.Storer.SetReference(plumbing.NewHashReference("refs/remotes/origin/main", c.old)); err != nil {
		t.Fatal(err)
	}
	lockOf("old")
	if err := os.RemoveAll(filepath.Join(c.dir, ".git")); err != nil {
		t.Fatal(err)
	}
	if _, err := project.OpenRun(c.dir, run); !fault.IsRequest(err) {
		t.Errorf("OpenRun(no checkout) = %v, want a wrong request", err)
	}
}
