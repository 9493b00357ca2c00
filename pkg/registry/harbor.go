package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/layergate/layergate/pkg/fault"
)

// harborService is how Harbor names itself where a registry asks for a login (Docker Registry v2 authentication, "service").
const harborService = "harbor-registry"

// harbor is the part of Harbor's own API (version 2.0, "artifact") that speaks about one repository.
type harbor struct {
	repo   name.Repository
	at     url.URL // of the list of artifacts
	client *http.Client
	auth   *authn.AuthConfig // of the registry's login, which is that of the API, too
	agent  string
	now    func() time.Time
}

// harbor is the API of the registry that a repository lies in; nil where the registry is no Harbor. That is asked once for each host, by the
// question that every client begins with.
func (c *Client) harbor(ctx context.Context, repo name.Repository) (*harbor, error) {
	project, rest, ok := strings.Cut(repo.RepositoryStr(), "/")
	if !ok {
		return nil, nil // Harbor has no repository outside of a project
	}
	host := repo.RegistryStr()
	c.mu.Lock()
	is, asked := c.harbors[host]
	c.mu.Unlock()
	if !asked {
		challenge, err := transport.Ping(ctx, repo.Registry, c.outside)
		if err != nil {
			return nil, err
		}
		is = challenge.Parameters["service"] == harborService
		c.mu.Lock()
		c.harbors[host] = is
		c.mu.Unlock()
	}
	if !is {
		return nil, nil
	}
	login, err := c.keys.ResolveContext(ctx, repo)
	if err != nil {
		return nil, err
	}
	auth, err := authn.Authorization(ctx, login)
	if err != nil {
		return nil, err
	}
	// The name of the repository is encoded twice, since a proxy before Harbor decodes it once.
	at := url.URL{Scheme: repo.Scheme(), Host: host, Path: "/api/v2.0/projects/" + project + "/repositories/" + url.PathEscape(rest) + "/artifacts"}
	at.RawPath = "/api/v2.0/projects/" + url.PathEscape(project) + "/repositories/" + url.PathEscape(url.PathEscape(rest)) + "/artifacts"
	client := &http.Client{Transport: c.outside, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &harbor{repo: repo, at: at, client: client, auth: auth, agent: c.cfg.UserAgent, now: c.cfg.Now}, nil
}

// harborArtifact is what the API says of an image, or of another artifact that has a tag or belongs to no other.
type harborArtifact struct {
	Digest string
	Size   int64
	Pushed time.Time   `json:"push_time"`
	Pulled time.Time   `json:"pull_time"` // of the year 1 where nobody has
	Tags   []harborTag // null where there are none
}

// harborTag is what it says of a tag.
type harborTag struct {
	Name      string
	Pushed    time.Time `json:"push_time"`
	Pulled    time.Time `json:"pull_time"`
	Immutable bool
}

// kept lists the artifacts of the repository, and by how much the clock of Harbor is ahead of the one here.
func (h *harbor) kept(ctx context.Context) (list []Kept, ahead time.Duration, err error) {
	read, total := 0, 0
	for number := 1; number <= maxPages; number++ {
		p, err := h.page(ctx, number)
		switch {
		case err != nil:
			return nil, 0, err
		case number == 1:
			total = p.total
		case p.total != total: // what was deleted has moved others to pages that were read
			return nil, 0, fault.WithHint(errors.New("the list of artifacts changed while it was read"), "try again")
		}
		for _, a := range p.artifacts {
			list = append(list, a.kept())
		}
		read += len(p.artifacts)
		switch {
		case read >= p.total:
			return list, p.ahead, nil
		case len(p.artifacts) == 0:
			return nil, 0, fmt.Errorf("the list of artifacts ends in the middle: there are %d of %d", read, p.total)
		}
	}
	return nil, 0, fmt.Errorf("the list of artifacts has more than %d pages", maxPages)
}

// harborPage is a page of the list of artifacts.
type harborPage struct {
	artifacts []harborArtifact
	total     int           // artifacts of all pages
	ahead     time.Duration // by which the clock of Harbor is ahead of the one here
}

func (a harborArtifact) kept() Kept {
	k := Kept{Digest: a.Digest, Tags: []string{}, Pushed: a.Pushed, Updated: a.Pushed, Size: a.Size, TellsPulls: true}
	pulls := []time.Time{a.Pulled}
	for _, t := range a.Tags {
		k.Tags, pulls = append(k.Tags, t.Name), append(pulls, t.Pulled)
		k.Locked = k.Locked || t.Immutable
		if t.Pushed.After(k.Updated) {
			k.Updated = t.Pushed
		}
	}
	for _, at := range pulls {
		if at.Year() > 1970 && at.After(k.Pulled) {
			k.Pulled = at
		}
	}
	slices.Sort(k.Tags)
	return k
}

// page reads a page of the list, the oldest artifacts first, so that what is pushed meanwhile moves none to a page that was read.
func (h *harbor) page(ctx context.Context, number int) (out harborPage, err error) {
	at := h.at
	at.RawQuery = url.Values{
		"page": {fmt.Sprint(number)}, "page_size": {fmt.Sprint(perPage)}, "sort": {"id"}, "with_tag": {"true"}, "with_immutable_status": {"true"},
	}.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return out, err
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", h.agent)
	if h.auth.Username != "" {
		r.SetBasicAuth(h.auth.Username, h.auth.Password)
	}
	resp, err := h.client.Do(r)
	if err != nil {
		return out, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return out, h.refusal(resp.StatusCode)
	}
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		out.ahead = date.Sub(h.now())
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxPage+1))
	switch {
	case err != nil:
		return out, err
	case len(raw) > maxPage:
		return out, fmt.Errorf("the answer has more than %d bytes", maxPage)
	}
	if err := json.Unmarshal(raw, &out.artifacts); err != nil {
		return out, fmt.Errorf("the list of artifacts is not valid: %w", err)
	}
	if out.total, err = strconv.Atoi(resp.Header.Get("X-Total-Count")); err != nil {
		return out, errors.New("the list of artifacts does not say how many there are")
	}
	return out, nil
}

// refusal says why Harbor tells nothing.
func (h *harbor) refusal(status int) error {
	err := fmt.Errorf("%s does not tell when images were pulled: it answers with %d %s", h.repo.RegistryStr(), status, http.StatusText(status))
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound:
		return fault.WithHint(err, "give the account the right to list the project's artifacts: a robot account needs List Artifact, a user of OpenID Connect the CLI secret as the password")
	}
	return fault.WithHint(err, "try again; Harbor's log says more")
}

// ownPull is how much later or earlier than the request Harbor may say that a manifest was pulled which was read here.
const ownPull = 5 * time.Second

// reading is when a survey has read a manifest, which counts as a pull for Harbor, and what was the last pull before that.
type reading struct {
	from, to time.Time
	before   time.Time
}

// withoutOwn has the times of pulls be those of other clients: one at the time at which the survey itself has read the manifest is not counted.
func (s *Survey) withoutOwn(repo name.Repository, list []Kept, ahead time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range list {
		r := s.readings[repo.Name()+"@"+list[i].Digest]
		if r == nil {
			r = &reading{}
			s.readings[repo.Name()+"@"+list[i].Digest] = r
		}
		at := list[i].Pulled.Add(-ahead)
		if !r.from.IsZero() && at.After(r.from.Add(-ownPull)) && at.Before(r.to.Add(ownPull)) {
			list[i].Pulled = r.before
			continue
		}
		r.before = list[i].Pulled
	}
}
