package registry

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// address is that of something in the repository.
func (u *upload) address(path string) *url.URL { return addressIn(u.repo, path) }

// addressIn is that of something in a repository.
func addressIn(repo name.Repository, path string) *url.URL {
	return &url.URL{Scheme: repo.Scheme(), Host: repo.RegistryStr(), Path: "/v2/" + repo.RepositoryStr() + "/" + path}
}

// stat returns how many bytes the repository has of a blob. Where HEAD is refused, as some registries and some storage behind them
// refuse it, GET tells, for its first byte.
func (u *upload) stat(ctx context.Context, digest v1.Hash) (int64, error) {
	size, err := u.sizeBy(ctx, http.MethodHead, digest)
	var refused *transport.Error
	if errors.As(err, &refused) && !isMissing(err) {
		return u.sizeBy(ctx, http.MethodGet, digest)
	}
	return size, err
}

func (u *upload) sizeBy(ctx context.Context, method string, digest v1.Hash) (int64, error) {
	r, err := http.NewRequestWithContext(ctx, method, u.address("blobs/"+digest.String()).String(), nil)
	if err != nil {
		return 0, err
	}
	if method == http.MethodGet {
		r.Header.Set("Range", "bytes=0-0")
	}
	resp, err := u.writer.Do(r)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	if err := transport.CheckError(resp, http.StatusOK, http.StatusPartialContent); err != nil {
		return 0, err
	}
	size := resp.ContentLength
	if _, all, ok := strings.Cut(resp.Header.Get("Content-Range"), "/"); ok && resp.StatusCode == http.StatusPartialContent {
		if size, err = strconv.ParseInt(all, 10, 64); err != nil {
			return 0, fmt.Errorf("the registry does not say how many bytes it has, but %q", all)
		}
	}
	return size, nil
}
