package project

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/go-git/go-git/v5"
)

// Head is the commit that is checked out.
type Head struct {
	Commit string    // its hash
	Time   time.Time // when it was committed
	Origin string    // the address of the repository for people, without credentials; empty where it has none
}

// ReadHead reads which commit of which repository is checked out, in the Git checkout that dir is in.
func ReadHead(dir string) (Head, error) {
	repository, err := git.PlainOpenWithOptions(dir, &git.PlainOpenOptions{DetectDotGit: true, EnableDotGitCommonDir: true})
	if err != nil {
		return Head{}, fmt.Errorf("opening the Git checkout at %s: %w", dir, err)
	}
	ref, err := repository.Head()
	if err != nil {
		return Head{}, fmt.Errorf("reading the commit that is checked out: %w", err)
	}
	commit, err := repository.CommitObject(ref.Hash())
	if err != nil {
		return Head{}, fmt.Errorf("reading the commit %s: %w", ref.Hash(), err)
	}
	h := Head{Commit: ref.Hash().String(), Time: commit.Committer.When.UTC()}
	h.Origin = publicURL(originOf(repository))
	return h, nil
}

// originOf is the address from which a checkout was fetched; empty where it has none.
func originOf(repository *git.Repository) string {
	origin, err := repository.Remote(git.DefaultRemoteName)
	if err != nil || len(origin.Config().URLs) == 0 {
		return ""
	}
	return origin.Config().URLs[0]
}

// scp matches the short form of SSH addresses, such as git@github.com:team/app.git.
var scp = regexp.MustCompile(`^(?:[^@/:]+@)?([A-Za-z0-9.-]+):([^/].*)$`)

// publicURL is the address of a repository under which people find it: by HTTPS, without credentials and .git. It is empty for
// what lies on a disk.
func publicURL(remote string) string {
	if m := scp.FindStringSubmatch(remote); m != nil {
		remote = "ssh://" + m[1] + "/" + m[2]
	}
	u, err := url.Parse(remote)
	if err != nil || u.Host == "" || !slices.Contains([]string{"http", "https", "ssh", "git"}, u.Scheme) {
		return ""
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		u.Scheme, u.Host = "https", u.Hostname()
	}
	u.User, u.RawQuery, u.Fragment, u.RawFragment = nil, "", "", ""
	u.Path, u.RawPath = strings.TrimSuffix(strings.TrimSuffix(u.Path, "/"), ".git"), ""
	return u.String()
}
