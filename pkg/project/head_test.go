package project

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/config"
	"github.com/go-git/go-git/v5/plumbing/object"
)

func TestReadHead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := ReadHead(dir); err == nil {
		t.Error("a directory that is no checkout has a head")
	}
	repository, err := git.PlainInit(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ReadHead(dir); err == nil {
		t.Error("a repository without a commit has a head")
	}
	tree, err := repository.Worktree()
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 26, 3, 4, 5, 0, time.FixedZone("", 3600))
	hash, err := tree.Commit("a commit", &git.CommitOptions{Author: &object.Signature{Name: "a", When: at}, AllowEmptyCommits: true})
	if err != nil {
		t.Fatal(err)
	}
	got, err := ReadHead(dir)
	if want := (Head{Commit: hash.String(), Time: at.UTC()}); err != nil || got != want {
		t.Errorf("ReadHead() = %+v, %v, want %+v", got, err, want)
	}
	if _, err := repository.CreateRemote(&config.RemoteConfig{Name: "origin", URLs: []string{"https://user:hush@git.example/team/app.git"}}); err != nil {
		t.Fatal(err)
	}
	if got, err = ReadHead(dir); err != nil || got.Origin != "https://git.example/team/app" {
		t.Errorf("ReadHead() = %+v, %v, want the origin without credentials", got, err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".git", "config"), []byte("[remote \"origin\"]\n\tprune = true\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got, err = ReadHead(dir); err != nil || got.Origin != "" {
		t.Errorf("ReadHead(origin without an address) = %+v, %v, want none", got, err)
	}
	if err := os.Remove(filepath.Join(dir, ".git", "objects", hash.String()[:2], hash.String()[2:])); err != nil {
		t.Fatal(err)
	}
	if got, err = ReadHead(dir); err == nil {
		t.Errorf("ReadHead(commit missing) = %+v, want an error", got)
	}
}

func TestPublicURL(t *testing.T) {
	t.Parallel()
	for remote, want := range map[string]string{
		"https://github.com/team/app":                      "https://github.com/team/app",
		"https://x-access-token:hush@github.com/team/app":  "https://github.com/team/app",
		"https://team@dev.azure.com/team/project/_git/app": "https://dev.azure.com/team/project/_git/app",
		"git@github.com:team/app.git":                      "https://github.com/team/app",
		"github.com:team/app.git":                          "https://github.com/team/app",
		"ssh://git@git.example:2222/team/app.git":          "https://git.example/team/app",
		"http://git.example:8080/app.git/?token=hush#frag": "http://git.example:8080/app",
		"git://git.example/app":                            "https://git.example/app",
		"https://git.example:8443/app":                     "https://git.example:8443/app",
		"/srv/git/app.git":                                 "", "../app": "", "file:///srv/git/app.git": "", "file://server/app.git": "", "": "",
		"https://%zz": "", "https:///app": "", "//git.example/app": "", "ttp://git.example/app": "",
	} {
		if got := publicURL(remote); got != want {
			t.Errorf("publicURL(%q) = %q, want %q", remote, got, want)
		}
	}
}
