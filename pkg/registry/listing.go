package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// Limits of the lists of tags and of repositories.
const (
	listPage     = 1000     // entries that are asked for at once; Amazon's registry refuses more
	maxListPage  = 32 << 20 // bytes of one answer
	maxListPages = 10_000
)

// listing reads a list of names page by page (OCI distribution specification, "Listing Tags"), which go-containerregistry does only
// where a registry says where the next page is.
type listing struct {
	client *http.Client
	at     *url.URL
	field  string // of the answer, which holds the names
}

// all lists the names, in the registry's order. Of registries that do not say where the next page is, some give no more names than they
// are asked for, and others know no pages and give all: each is asked for what follows, until nothing new comes. Some refuse the number
// of names, because their own limit is lower.
func (l listing) all(ctx context.Context) ([]string, error) {
	out := []string{}
	known := map[string]bool{}
	page := l.from("")
	for range maxListPages {
		names, next, err := l.read(ctx, page)
		var refused *transport.Error
		if page.RawQuery == l.from("").RawQuery && errors.As(err, &refused) && refused.StatusCode == http.StatusBadRequest {
			page = l.at
			continue
		}
		if err != nil {
			return nil, err
		}
		before := len(out)
		for _, n := range names {
			if !known[n] {
				known[n] = true
				out = append(out, n)
			}
		}
		switch {
		case next != nil && *next == *page:
			return nil, fmt.Errorf("the registry says that the page behind %s is the same", page)
		case next != nil:
			page = next
		case len(names) >= listPage && len(out) > before:
			page = l.from(names[len(names)-1])
		default:
			return out, nil
		}
	}
	return nil, fmt.Errorf("the list has more than %d pages", maxListPages)
}

// from is where the names behind another one are; empty asks for the first ones.
func (l listing) from(last string) *url.URL {
	page, query := *l.at, url.Values{"n": {strconv.Itoa(listPage)}}
	if last != "" {
		query.Set("last", last)
	}
	page.RawQuery = query.Encode()
	return &page
}

// read reads a page, and where the registry says that the next one is.
func (l listing) read(ctx context.Context, page *url.URL) (names []string, next *url.URL, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, page.String(), nil)
	if err != nil {
		return nil, nil, err
	}
	resp, err := l.client.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	if err := transport.CheckError(resp, http.StatusOK); err != nil {
		return nil, nil, err
	}
	raw, err := readList(resp.Body, maxListPage)
	if err != nil {
		return nil, nil, err
	}
	var answer map[string]json.RawMessage
	if err := json.Unmarshal(raw, &answer); err != nil {
		return nil, nil, fmt.Errorf("the list is not valid: %w", err)
	}
	switch found := answer[l.field]; {
	case found != nil:
		if err := json.Unmarshal(found, &names); err != nil {
			return nil, nil, fmt.Errorf("the list is not valid: %w", err)
		}
	case answer["name"] == nil: // with the name of the repository it is a list that is empty
		return nil, nil, fmt.Errorf("the list is not valid: it has no %s", l.field)
	}
	next, err = nextPage(page, resp.Header.Values("Link"))
	return names, next, err
}

// readList reads a page of a list, of a limited number of bytes.
func readList(body io.Reader, limit int64) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(body, limit+1))
	if err == nil && int64(len(raw)) > limit {
		err = fmt.Errorf("a page of the list has more than %d bytes", limit)
	}
	return raw, err
}
