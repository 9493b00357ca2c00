package project_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/config"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/project"
	"github.com/layergate/layergate/pkg/regular"
)

const lock = "layergate.lock"

// checkout is a Git checkout in which main has moved on since a change began, and both are merged.
type checkout struct {
	dir             string
	old, base, head plumbing.Hash
	merge           plumbing.Hash
	repository      *git.Repository
	t               *testing.T
}

func newCheckout(t *testing.T) *checkout {
	t.Helper()
	c := &checkout{dir: t.TempDir(), t: t}
	var err error
	if c.repository, err = git.PlainInit(c.dir, false); err != nil {
		t.Fatal(err)
	}
	c.old = c.commit(map[string]string{lock: "old"})
	c.base = c.commit(map[string]string{lock: "of main", "services/web/Dockerfile": "FROM scratch", "file": "no directory"}, c.old)
	c.head = c.commit(map[string]string{lock: "of the change", "services/web/layergate.lock": "of the change"}, c.old)
	c.merge = c.commit(map[string]string{}, c.base, c.head)
	return c
}

// commit writes files into the work tree and commits all that is there.
func (c *checkout) commit(files map[string]string, parents ...plumbing.Hash) plumbing.Hash {
	c.t.Helper()
	tree, err := c.repository.Worktree()
	if err != nil {
		c.t.Fatal(err)
	}
	if len(parents) > 0 {
		if err := tree.Checkout(&git.CheckoutOptions{Hash: parents[0], Force: true}); err != nil {
			c.t.Fatal(err)
		}
	}
	for name, content := range files {
		path := filepath.Join(c.dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.RemoveAll(path)); err != nil {
			c.t.Fatal(err)
		}
		if target, link := strings.CutPrefix(content, "-> "); link {
			err = os.Symlink(target, path)
		} else {
			err = os.WriteFile(path, []byte(content), 0o644)
		}
		if err != nil {
			c.t.Fatal(err)
		}
		if _, err := tree.Add(name); err != nil {
			c.t.Fatal(err)
		}
	}
	hash, err := tree.Commit("a commit", &git.CommitOptions{
		Author: &object.Signature{Name: "a", Email: "a@example.com", When: time.Unix(1, 0)}, Parents: parents, AllowEmptyCommits: true,
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return hash
}

// forget removes an object, as a shallow fetch does not bring it.
func (c *checkout) forget(h plumbing.Hash) {
	c.t.Helper()
	if err := os.Remove(filepath.Join(c.dir, ".git", "objects", h.String()[:2], h.String()[2:])); err != nil {
		c.t.Fatal(err)
	}
}

func TestOpenBase(t *testing.T) {
	t.Parallel()
	c := newCheckout(t)
	other := c.commit(map[string]string{lock: "three"}, c.base, c.head, c.old)
	tests := []struct {
		name   string
		change project.Change
		untold bool   // the branch is not known
		want   string // of the lock; empty where the base cannot be opened
		says   string // in the error and its hint
	}{
		{name: "the merge's other parent", change: project.Change{Merge: c.merge.String(), Head: c.head.String(), Base: c.old.String()}, want: "of main"},
		{name: "parents the other way round", change: project.Change{Merge: c.merge.String(), Head: c.base.String()}, want: "of the change"},
		{name: "the named commit", change: project.Change{Base: c.old.String()}, want: "old"},
		{name: "the named commit, of no branch", change: project.Change{Base: c.old.String()}, untold: true, want: "old"},
		{name: "a merge into no branch that is told", change: project.Change{Merge: c.merge.String(), Head: c.head.String()}, untold: true, want: "of main"},
		{name: "a merge of something else", change: project.Change{Merge: c.merge.String(), Head: c.old.String(), Base: c.base.String()}, says: "does not merge the change .* fetch-depth: 2 of"},
		{name: "no merge", change: project.Change{Merge: c.head.String(), Head: c.head.String(), Base: c.base.String()}},
		{name: "a merge of three", change: project.Change{Merge: other.String(), Head: c.head.String()}},
		{name: "an unknown merge, and the named commit", change: project.Change{Merge: "0123456789012345678901234567890123456789", Head: c.head.String(), Base: c.base.String()}, want: "of main"},
		{name: "an unknown merge", change: project.Change{Merge: "0123456789012345678901234567890123456789", Head: c.head.String()}, says: "is not in the checkout.* and no ref"},
		{name: "an unknown merge and commit", change: project.Change{Merge: "0123456789012345678901234567890123456789", Head: c.head.String(), Base: "0123456789012345678901234567890123456789"}, says: "is not in the checkout.* and no ref"},
		{name: "an unknown commit", change: project.Change{Base: "0123456789012345678901234567890123456789"}, says: "its commit 0123456789012345678901234567890123456789 is not in the checkout.* fetch-depth: 2 of"},
		{name: "no commit named", change: project.Change{}, says: "names no commit of it.* all branches"},
		{name: "nothing named", untold: true, says: "does not say which branch .* an event of the pull request itself"}, // fetching more does not help where nobody says what
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if !tt.untold {
				tt.change.Target = "main"
			}
			base, err := project.OpenBase(c.dir, tt.change)
			if tt.want == "" {
				if hints := fault.Hints(err); !fault.IsRequest(err) || len(hints) != 1 || !regexp.MustCompile(tt.says).MatchString(err.Error()+": "+hints[0]) {
					t.Fatalf("OpenBase(%+v) = %v with the hints %q, want a wrong request that says %q", tt.change, err, hints, tt.says)
				}
				return
			}
			if err != nil {
				t.Fatalf("OpenBase(%+v) = %v", tt.change, err)
			}
			if got, err := base.ReadFile(lock, 100); err != nil || string(got) != tt.want {
				t.Errorf("ReadFile(%q) = %q, %v, want %q", lock, got, err, tt.want)
			}
		})
	}
	if _, err := project.OpenBase(t.TempDir(), project.Change{Base: c.base.String()}); !fault.IsRequest(err) {
		t.Errorf("OpenBase(no checkout) = %v, want a wrong request", err)
	}
}

// Where the system names no commit of the target branch, its end counts as the checkout fetched it from the repository of the run, and no other.
func TestOpenBaseEnd(t *testing.T) {
	t.Parallel()
	const app = "https://github.com/team/app"
	for name, tt := range map[string]struct {
		origin, branch string
		repository     string
		ok             bool
	}{
		"fetched":                {"git@github.com:Team/app.git", "main", app, true},
		"not fetched":            {app, "topic", app, false},
		"of a fork":              {"https://github.com/you/app", "main", app, false},
		"without an origin":      {"", "main", app, false},
		"of a disk":              {"/srv/app", "main", app, false},
		"a run of no repository": {app, "main", "", false},
		"both of none":           {"", "main", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCheckout(t)
			if tt.origin != "" {
				if _, err := c.repository.CreateRemote(&config.RemoteConfig{Name: "origin", URLs: []string{tt.origin}}); err != nil {
					t.Fatal(err)
				}
			}
			if err := c.repository.Storer.SetReference(plumbing.NewHashReference(plumbing.NewRemoteReferenceName("origin", tt.branch), c.base)); err != nil {
				t.Fatal(err)
			}
			base, err := project.OpenBase(c.dir, project.Change{Target: "main", Head: c.head.String(), Repository: tt.repository})
			switch {
			case !tt.ok && (!fault.IsRequest(err) || !strings.Contains(strings.Join(fault.Hints(err), ""), "fetch-depth: 0")):
				t.Errorf("OpenBase() = %v with the hints %q, want a wrong request that says what to fetch", err, fault.Hints(err))
			case tt.ok && (err != nil || base.Commit != c.base.String()):
				t.Errorf("OpenBase() = %+v, %v, want the end of main", base, err)
			}
		})
	}
}

// A checkout of depth 1 has the merge commit, and knows the hashes of its parents.
func TestOpenBaseShallow(t *testing.T) {
	t.Parallel()
	c := newCheckout(t)
	c.forget(c.base)
	_, err := project.OpenBase(c.dir, project.Change{Target: "main", Merge: c.merge.String(), Head: c.head.String()})
	if hints := fault.Hints(err); !fault.IsRequest(err) || len(hints) != 1 {
		t.Errorf("OpenBase(shallow) = %v with the hints %q, want a wrong request that says how to fetch more", err, hints)
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	c := newCheckout(t)
	base, err := project.OpenBase(c.dir, project.Change{Target: "main", Merge: c.merge.String(), Head: c.head.String()})
	if err != nil {
		t.Fatal(err)
	}
	worktree := t.TempDir()
	for name, content := range map[string]string{lock: "root", "a/b/" + lock: "below", "a/c/x": ""} {
		if err := errors.Join(os.MkdirAll(filepath.Join(worktree, filepath.Dir(name)), 0o755), os.WriteFile(filepath.Join(worktree, name), []byte(content), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name      string
		files     project.Files
		dir, file string
		path      string
		content   string
	}{
		{name: "base, from a directory that it has", files: base, dir: "services/web", file: lock, path: lock, content: "of main"},
		{name: "base, from one that it does not have", files: base, dir: "new/service", file: lock, path: lock, content: "of main"},
		{name: "base, from below a file", files: base, dir: "file/service", file: lock, path: lock, content: "of main"},
		{name: "base, none", files: base, dir: ".", file: "none"},
		{name: "the nearest", files: project.Worktree(worktree), dir: "a/b", file: lock, path: "a/b/layergate.lock", content: "below"},
		{name: "further up", files: project.Worktree(worktree), dir: "a/c", file: lock, path: lock, content: "root"},
		{name: "from outside", files: project.Worktree(worktree), dir: "../elsewhere", file: lock, path: lock, content: "root"},
		{name: "none", files: project.Worktree(worktree), dir: "a", file: "none"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path, content, err := project.Find(tt.files, tt.dir, tt.file, 100)
			if err != nil || path != tt.path || string(content) != tt.content {
				t.Errorf("Find(%q, %q) = %q, %q, %v, want %q, %q", tt.dir, tt.file, path, content, err, tt.path, tt.content)
			}
		})
	}
}

// What cannot be read is an error: it could be what decides.
func TestReadFileRefuses(t *testing.T) {
	t.Parallel()
	c := newCheckout(t)
	links := c.commit(map[string]string{lock: "-> services/web/Dockerfile"}, c.base)
	base, err := project.OpenBase(c.dir, project.Change{Target: "main", Base: links.String()})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := project.Find(base, ".", lock, 100); !errors.Is(err, regular.ErrNotRegular) {
		t.Errorf("Find(a link) = %v, want %v", err, regular.ErrNotRegular)
	}
	const size = int64(len("FROM scratch"))
	if _, err := base.ReadFile("services/web/Dockerfile", size-1); !errors.Is(err, regular.ErrTooLarge) {
		t.Errorf("ReadFile(too large) = %v, want %v", err, regular.ErrTooLarge)
	}
	if _, err := base.ReadFile("services/web/Dockerfile", size); err != nil {
		t.Errorf("ReadFile(just not too large) = %v", err)
	}
	if _, err := base.ReadFile("services", 100); !errors.Is(err, regular.ErrNotRegular) {
		t.Errorf("ReadFile(a directory) = %v, want %v", err, regular.ErrNotRegular)
	}
	outside := filepath.Join(t.TempDir(), "outside")
	if err := errors.Join(os.WriteFile(outside, nil, 0o644), os.Remove(filepath.Join(c.dir, lock)), os.Symlink(outside, filepath.Join(c.dir, lock))); err != nil {
		t.Fatal(err)
	}
	if _, content, err := project.Find(project.Worktree(c.dir), ".", lock, 100); err == nil {
		t.Errorf("Find(a link out of the work tree) = %q, want an error", content)
	}
	if _, err := project.Worktree(filepath.Join(c.dir, "none")).ReadFile(lock, 100); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("ReadFile(no work tree) = %v, want %v", err, os.ErrNotExist)
	}
}

// A checkout that lies below the working directory has its files there, and none beside it.
func TestAt(t *testing.T) {
	t.Parallel()
	c := newCheckout(t)
	base, err := project.OpenBase(c.dir, project.Change{Target: "main", Base: c.base.String()})
	if err != nil {
		t.Fatal(err)
	}
	at := base.At("src/app")
	for path, want := range map[string][]string{
		"src/app":                         {"src/app/file", "src/app/layergate.lock", "src/app/services/web/Dockerfile"},
		"src/app/services":                {"src/app/services/web/Dockerfile"},
		"src/app/services/web/Dockerfile": {"src/app/services/web/Dockerfile"},
		"src/app/src/app/services":        nil,
		"services":                        nil,
		"src/application/services":        nil,
		"src":                             nil,
		".":                               nil,
		"../src/app/services":             nil,
	} {
		if got, err := at.Files(path); err != nil || !slices.Equal(got, want) {
			t.Errorf("Files(%q) = %q, %v, want %q", path, got, err, want)
		}
	}
	path, content, err := project.Find(at, "src/app/services/web", lock, 100)
	if err != nil || path != "src/app/layergate.lock" || string(content) != "of main" {
		t.Errorf("Find() = %q, %q, %v, want the lock of the checkout", path, content, err)
	}
	for _, name := range []string{lock, "src/app", "src/layergate.lock"} {
		if got, err := at.ReadFile(name, 100); err == nil {
			t.Errorf("ReadFile(%q) = %q, want an error", name, got)
		}
	}
	if path, _, err := project.Find(at, "src", lock, 100); err != nil || path != "" {
		t.Errorf("Find(beside it) = %q, %v, want nothing", path, err)
	}
	if got, err := base.At(".").ReadFile(lock, 100); err != nil || string(got) != "of main" {
		t.Errorf("At(.).ReadFile(%q) = %q, %v, want the file of the branch", lock, got, err)
	}
}

// A partial clone, such as of git clone --filter=tree:0, lacks objects. What they hold is not taken for missing.
func TestPartialClone(t *testing.T) {
	t.Parallel()
	c := newCheckout(t)
	commit, err := c.repository.CommitObject(c.base)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := commit.Tree()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"services/web/Dockerfile", "services/web"} {
		entry, err := tree.FindEntry(path)
		if err != nil {
			t.Fatal(err)
		}
		c.forget(entry.Hash)
		base, err := project.OpenBase(c.dir, project.Change{Target: "main", Base: c.base.String()})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := project.Find(base, "services/web", "Dockerfile", 100); !isPartial(err) {
			t.Errorf("Find() without %s = %v with the hints %q, want a wrong request", path, err, fault.Hints(err))
		}
	}
	for _, path := range []string{".", "services", "services/web"} {
		base, err := project.OpenBase(c.dir, project.Change{Target: "main", Base: c.base.String()})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := base.Files(path); !isPartial(err) {
			t.Errorf("Files(%s) without services/web = %q, %v with the hints %q, want a wrong request", path, got, err, fault.Hints(err))
		}
	}
	c.forget(commit.TreeHash)
	if _, err := project.OpenBase(c.dir, project.Change{Target: "main", Base: c.base.String()}); !isPartial(err) {
		t.Errorf("OpenBase(without a tree) = %v with the hints %q, want a wrong request", err, fault.Hints(err))
	}
}

func isPartial(err error) bool {
	hints := fault.Hints(err)
	return errors.Is(err, plumbing.ErrObjectNotFound) && fault.IsRequest(err) && len(hints) == 1 && strings.Contains(hints[0], "without filter")
}

// A file that can be run is a file.
func TestReadFileExecutable(t *testing.T) {
	t.Parallel()
	c := newCheckout(t)
	if err := os.Chmod(filepath.Join(c.dir, lock), 0o755); err != nil {
		t.Fatal(err)
	}
	tree, err := c.repository.Worktree()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tree.Add(lock); err != nil {
		t.Fatal(err)
	}
	base, err := project.OpenBase(c.dir, project.Change{Target: "main", Base: c.commit(nil).String()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := base.ReadFile(lock, 100); err != nil {
		t.Errorf("ReadFile(executable) = %v", err)
	}
}

func TestFiles(t *testing.T) {
	t.Parallel()
	c := newCheckout(t)
	commit := c.commit(map[string]string{"link": "-> services", "services/web/deep/file": "b", "services/a": "a"}, c.base)
	base, err := project.OpenBase(c.dir, project.Change{Target: "main", Base: commit.String()})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string][]string{
		".":                {"file", "layergate.lock", "link", "services/a", "services/web/Dockerfile", "services/web/deep/file"},
		"services/web":     {"services/web/Dockerfile", "services/web/deep/file"},
		"services/a":       {"services/a"},
		"services/a/below": nil,
		"link":             {"link"},
		"link/a":           nil,
		"none":             nil,
	} {
		if got, err := base.Files(path); err != nil || !slices.Equal(got, want) {
			t.Errorf("Files(%q) = %q, %v, want %q", path, got, err, want)
		}
	}
}
