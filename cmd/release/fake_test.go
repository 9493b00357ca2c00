package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

const (
	mainCommit  = "1111111111111111111111111111111111111111"
	newDigest   = "sha256:2222222222222222222222222222222222222222222222222222222222222222"
	otherDigest = "sha256:3333333333333333333333333333333333333333333333333333333333333333"
	builtAction = "name: Layergate\nruns:\n  using: docker\n  image: Dockerfile\n"
)

// released is action.yml of a release.
func released(digest string) string {
	return strings.Replace(builtAction, "Dockerfile", "docker://ghcr.io/layergate/layergate@"+digest, 1)
}

// snapshot is a commit of the fake: all commits that it has, itself included, its files, and whether it is signed.
type snapshot struct {
	has    map[string]bool
	files  map[string]string
	signed bool
}

// fakeGitHub is the part of GitHub that a release talks to, in memory.
type fakeGitHub struct {
	t        *testing.T
	mu       sync.Mutex
	commits  map[string]snapshot
	refs     map[string]string // by name without refs/
	kinds    map[string]string // of objects that are no commits
	releases map[string]string // the answer for a tag
	unsigned bool              // commits by the API are not signed
	conflict bool              // merges are refused
	moves    bool              // somebody else commits first
	fail     string            // "METHOD path" below the repository that is answered with 500
	calls    []string          // those that change something
}

// newGitHub has a branch main with one commit.
func newGitHub(t *testing.T) *fakeGitHub {
	t.Helper()
	g := &fakeGitHub{t: t, commits: map[string]snapshot{}, refs: map[string]string{"heads/main": mainCommit}, kinds: map[string]string{}, releases: map[string]string{}}
	g.commits[mainCommit] = snapshot{has: map[string]bool{mainCommit: true}, files: map[string]string{"action.yml": builtAction, "main.go": "1"}, signed: true}
	return g
}

// add makes a commit with these parents, of which the first one's files are changed.
func (g *fakeGitHub) add(changes map[string]string, signed bool, parents ...string) string {
	sha := fmt.Sprintf("%040x", 0xabc000+len(g.commits))
	s := snapshot{has: map[string]bool{sha: true}, files: map[string]string{}, signed: signed}
	maps.Copy(s.files, g.commits[parents[0]].files)
	maps.Copy(s.files, changes)
	for _, p := range parents {
		maps.Copy(s.has, g.commits[p].has)
	}
	g.commits[sha] = s
	return sha
}

// command is a call of the command against the fake, in a checkout of the commit.
func (g *fakeGitHub) command(commit string) (*command, *bytes.Buffer) {
	g.t.Helper()
	server := httptest.NewServer(http.HandlerFunc(g.serve))
	g.t.Cleanup(server.Close)
	root := g.t.TempDir()
	writeFile(g.t, filepath.Join(root, "action.yml"), g.commits[commit].files["action.yml"])
	writeFile(g.t, filepath.Join(root, "CHANGELOG.md"), "# Changelog\n\n## [Unreleased]\n\n## [1.2.3] - 2026-11-25\n\n## [1.2.2]\n")
	env := map[string]string{
		"GITHUB_API_URL": server.URL, "GITHUB_GRAPHQL_URL": server.URL + "/graphql", "GITHUB_REPOSITORY": "layergate/layergate",
		"GITHUB_REF": "refs/heads/main", "GITHUB_SHA": commit, "GH_TOKEN": "token",
	}
	var out bytes.Buffer
	return &command{getenv: func(name string) string { return env[name] }, stdout: &out, http: server.Client(), root: root}, &out
}

func writeFile(t *testing.T, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (g *fakeGitHub) serve(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if r.Header.Get("Authorization") != "Bearer token" {
		g.refuse(w, http.StatusUnauthorized)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		g.t.Error(err)
	}
	path, inRepository := strings.CutPrefix(r.URL.Path, "/repos/layergate/layergate")
	if r.Method != http.MethodGet {
		g.calls = append(g.calls, r.Method+" "+path)
	}
	head, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch {
	case g.fail != "" && r.Method+" "+path == g.fail:
		g.refuse(w, http.StatusInternalServerError)
	case r.URL.Path == "/graphql":
		g.commit(w, body)
	case !inRepository:
		g.refuse(w, http.StatusNotFound)
	case head == "git":
		g.git(w, r.Method, rest, body)
	case head == "compare":
		g.compare(w, rest)
	case head == "commits":
		g.answer(w, http.StatusOK, map[string]any{"commit": map[string]any{"verification": map[string]any{"verified": g.commits[rest].signed}}})
	case head == "merges":
		g.merge(w, body)
	case head == "releases" && g.releases[strings.TrimPrefix(rest, "tags/")] != "":
		_, _ = io.WriteString(w, g.releases[strings.TrimPrefix(rest, "tags/")])
	default:
		g.refuse(w, http.StatusNotFound)
	}
}

func (g *fakeGitHub) git(w http.ResponseWriter, method, path string, body []byte) {
	var in struct {
		Ref, SHA string
		Force    bool
	}
	_ = json.Unmarshal(body, &in)
	name, _ := strings.CutPrefix(path, "ref/")
	switch {
	case method == http.MethodGet && strings.HasPrefix(path, "matching-refs/"):
		list := []any{}
		for ref := range g.refs {
			if strings.HasPrefix(ref, strings.TrimPrefix(path, "matching-refs/")) {
				list = append(list, g.refObject(ref))
			}
		}
		g.answer(w, http.StatusOK, list)
	case method == http.MethodGet && g.refs[name] != "":
		g.answer(w, http.StatusOK, g.refObject(name))
	case method == http.MethodPost && path == "refs":
		name = strings.TrimPrefix(in.Ref, "refs/")
		if g.refs[name] != "" || len(g.commits[in.SHA].has) == 0 {
			g.refuse(w, http.StatusUnprocessableEntity)
			return
		}
		g.refs[name] = in.SHA
		g.answer(w, http.StatusCreated, g.refObject(name))
	case method == http.MethodPatch && g.refs[strings.TrimPrefix(path, "refs/")] != "":
		name = strings.TrimPrefix(path, "refs/")
		if !in.Force {
			g.refuse(w, http.StatusUnprocessableEntity)
			return
		}
		g.refs[name] = in.SHA
		g.answer(w, http.StatusOK, g.refObject(name))
	default:
		g.refuse(w, http.StatusNotFound)
	}
}

func (g *fakeGitHub) refObject(name string) any {
	kind := "commit"
	if k := g.kinds[g.refs[name]]; k != "" {
		kind = k
	}
	return map[string]any{"ref": "refs/" + name, "object": map[string]string{"type": kind, "sha": g.refs[name]}}
}

func (g *fakeGitHub) compare(w http.ResponseWriter, path string) {
	base, head, _ := strings.Cut(path, "...")
	a, b := g.commits[g.resolve(base)], g.commits[g.resolve(head)]
	ahead, behind, files := 0, 0, []any{}
	for sha := range b.has {
		if !a.has[sha] {
			ahead++
		}
	}
	for sha := range a.has {
		if !b.has[sha] {
			behind++
		}
	}
	for name, content := range b.files {
		if a.files[name] != content {
			files = append(files, map[string]string{"filename": name, "sha": blobName([]byte(content))})
		}
	}
	g.answer(w, http.StatusOK, map[string]any{"ahead_by": ahead, "behind_by": behind, "files": files})
}

func (g *fakeGitHub) resolve(name string) string {
	if sha := g.refs["heads/"+name]; sha != "" {
		return sha
	}
	return name
}

// merge takes the files of the commit, and keeps what only the branch has changed: its action.yml.
func (g *fakeGitHub) merge(w http.ResponseWriter, body []byte) {
	var in struct{ Base, Head string }
	_ = json.Unmarshal(body, &in)
	branch := g.refs["heads/"+in.Base]
	switch {
	case g.conflict:
		g.refuse(w, http.StatusConflict)
	case g.commits[branch].has[in.Head]:
		w.WriteHeader(http.StatusNoContent)
	default:
		files := maps.Clone(g.commits[in.Head].files)
		files["action.yml"] = g.commits[branch].files["action.yml"]
		sha := g.add(files, true, branch, in.Head)
		g.refs["heads/"+in.Base] = sha
		g.answer(w, http.StatusCreated, map[string]string{"sha": sha})
	}
}

func (g *fakeGitHub) commit(w http.ResponseWriter, body []byte) {
	var in struct {
		Query     string
		Variables struct {
			Input struct {
				Branch          struct{ RepositoryNameWithOwner, BranchName string }
				ExpectedHeadOid string
				Message         struct{ Headline string }
				FileChanges     struct {
					Additions []struct {
						Path     string
						Contents []byte
					}
				}
			}
		}
	}
	_ = json.Unmarshal(body, &in)
	input := in.Variables.Input
	branch := "heads/" + input.Branch.BranchName
	if !strings.Contains(in.Query, "createCommitOnBranch") || input.Branch.RepositoryNameWithOwner != "layergate/layergate" ||
		g.moves || g.refs[branch] != input.ExpectedHeadOid || input.Message.Headline == "" {
		g.answer(w, http.StatusOK, map[string]any{"data": nil, "errors": []any{map[string]string{"message": "the branch has moved"}}})
		return
	}
	changes := map[string]string{}
	for _, a := range input.FileChanges.Additions {
		changes[a.Path] = string(a.Contents)
	}
	g.refs[branch] = g.add(changes, !g.unsigned, input.ExpectedHeadOid)
	g.answer(w, http.StatusOK, map[string]any{"data": map[string]any{"createCommitOnBranch": map[string]any{"commit": map[string]string{"oid": g.refs[branch]}}}})
}

func (g *fakeGitHub) answer(w http.ResponseWriter, status int, body any) {
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		g.t.Error(err)
	}
}

func (g *fakeGitHub) refuse(w http.ResponseWriter, status int) {
	g.answer(w, status, map[string]string{"message": http.StatusText(status)})
}
