package registry

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"golang.org/x/sync/errgroup"
)

// maxSurvey is how many manifests of a repository are looked at.
const maxSurvey = 50_000

// Manifest is one that a repository keeps, with what ties it to others.
type Manifest struct {
	Digest  string
	Tags    []string  // that lead to it, sorted
	Parts   []string  // digests of the manifests of an index
	Config  string    // digest of an image's configuration; empty for an index
	Subject string    // the digest that it refers to; empty for none
	Base    string    // the digest of the image that it is built on, by its own word; empty where it does not say
	Created time.Time // when the image was built, by its own word; zero where it does not say
	Kept    *Kept     // nil where the registry does not tell
	// Artifact is the type of what nothing can run (image.ArtifactType). Only manifests with a tag that is made of a digest are asked for it.
	Artifact string
	// Unlisted says that the registry tells what it keeps, and leaves this one out, to which a tag leads: of its pulls and locks nothing is known.
	Unlisted bool
}

// Survey looks at all that repositories keep. Manifests do not change, so that each is read once for all times that it looks.
type Survey struct {
	client   *Client
	parallel int

	mu       sync.Mutex
	known    map[string]Manifest // without tags, Kept and Artifact, by repository and digest
	types    map[string]string   // of artifacts, by the same
	readings map[string]*reading // by the same
}

// NewSurvey makes a survey that sends a number of requests at a time.
func (c *Client) NewSurvey(parallel int) *Survey {
	return &Survey{client: c, parallel: max(parallel, 1), known: map[string]Manifest{}, types: map[string]string{}, readings: map[string]*reading{}}
}

// Look lists the manifests of a repository (HOST/REPOSITORY), sorted by digest: all of them where the registry lists them (told), and elsewhere
// those that tags lead to, their parts, and what refers to any of these. One that could not be read is an error. That the survey itself reads
// manifests does not count as a pull.
func (s *Survey) Look(ctx context.Context, repository string) (list []Manifest, told bool, err error) {
	repo, err := s.client.repository(repository)
	if err != nil {
		return nil, false, err
	}
	kept, tells, ahead, err := s.client.kept(ctx, repo)
	if err != nil {
		return nil, false, err
	}
	s.withoutOwn(repo, kept, ahead)
	l := &look{survey: s, repo: repo, image: &Image{client: s.client, ref: repo.Tag(name.DefaultTag), puller: s.client.puller}, found: map[string]*Manifest{}}
	if tells == ToldAll {
		err = l.all(ctx, kept)
	} else {
		err = l.tagged(ctx, kept, tells == ToldImages)
	}
	if err != nil {
		return nil, false, fmt.Errorf("looking at %s: %w", repository, s.client.explain(repo, pull, err))
	}
	if err := l.artifacts(ctx); err != nil {
		return nil, false, fmt.Errorf("looking at %s: %w", repository, s.client.explain(repo, pull, err))
	}
	for _, m := range l.found {
		m.Unlisted = m.Unlisted && m.Artifact == ""
		list = append(list, *m)
	}
	slices.SortFunc(list, func(a, b Manifest) int { return cmp.Compare(a.Digest, b.Digest) })
	return list, tells != ToldNothing, nil
}

// look is one look at a repository.
type look struct {
	survey *Survey
	repo   name.Repository
	image  *Image
	client *http.Client // logged in, to ask for referrers

	mu     sync.Mutex
	found  map[string]*Manifest
	listed bool // referrers are under tags, which are looked at anyway
}

// all reads the manifests that the registry lists.
func (l *look) all(ctx context.Context, kept []Kept) error {
	if len(kept) > maxSurvey {
		return fmt.Errorf("there are more than %d manifests", maxSurvey)
	}
	return l.each(ctx, len(kept), func(ctx context.Context, i int) error {
		m, err := l.read(ctx, kept[i].Digest)
		if err != nil || m == nil {
			return err
		}
		m.Tags, m.Kept = kept[i].Tags, &kept[i]
		l.mu.Lock()
		defer l.mu.Unlock()
		l.found[m.Digest] = m
		return nil
	})
}

// tagged reads what tags lead to and what else the registry lists, and from there on what is tied to it. told says that it lists all images.
func (l *look) tagged(ctx context.Context, kept []Kept, told bool) error {
	tags, err := l.survey.client.Tags(ctx, l.repo.Name())
	if err != nil {
		return err
	}
	if l.client, err = l.survey.client.loggedIn(ctx, l.repo, transport.PullScope); err != nil {
		return err
	}
	digests := make([]string, len(tags))
	err = l.each(ctx, len(tags), func(ctx context.Context, i int) error {
		got, err := l.image.puller.Head(ctx, l.repo.Tag(tags[i]))
		if isMissing(err) {
			return nil // it was listed, and leads nowhere
		}
		if err == nil {
			digests[i] = got.Digest.String()
		}
		return err
	})
	if err != nil {
		return err
	}
	roots := slices.Clone(digests)
	for _, k := range kept {
		roots = append(roots, k.Digest)
	}
	if err := l.follow(ctx, roots); err != nil {
		return err
	}
	for i, k := range kept {
		if m := l.found[k.Digest]; m != nil {
			m.Kept = &kept[i]
		}
	}
	for i, d := range digests {
		if m := l.found[d]; m != nil {
			m.Tags = append(m.Tags, tags[i])
			slices.Sort(m.Tags)
			m.Unlisted = told && m.Kept == nil && m.Subject == ""
		}
	}
	return nil
}

// follow reads manifests, their parts and what refers to them.
func (l *look) follow(ctx context.Context, digests []string) error {
	for len(digests) > 0 {
		slices.Sort(digests)
		digests = slices.DeleteFunc(slices.Compact(digests), func(d string) bool { return d == "" || l.found[d] != nil })
		if len(l.found)+len(digests) > maxSurvey {
			return fmt.Errorf("there are more than %d manifests", maxSurvey)
		}
		next := make([][]string, len(digests))
		err := l.each(ctx, len(digests), func(ctx context.Context, i int) error {
			m, err := l.read(ctx, digests[i])
			if err != nil || m == nil {
				return err
			}
			referrers, err := l.referrers(ctx, m.Digest)
			if err != nil {
				return fmt.Errorf("what refers to %s: %w", m.Digest, err)
			}
			next[i] = append(referrers, m.Parts...)
			l.mu.Lock()
			defer l.mu.Unlock()
			l.found[m.Digest] = m
			return nil
		})
		if err != nil {
			return err
		}
		digests = slices.Concat(next...)
	}
	return nil
}

// referrers are the digests of what refers to a manifest. Of a registry that does not know the question, the tags say all.
func (l *look) referrers(ctx context.Context, of string) ([]string, error) {
	l.mu.Lock()
	skip := l.listed
	l.mu.Unlock()
	digest, err := v1.NewHash(of)
	if err != nil || skip {
		return nil, err
	}
	list, byTag, err := l.image.listReferrers(ctx, l.client, digest)
	if byTag {
		l.mu.Lock()
		l.listed = true
		l.mu.Unlock()
	}
	var out []string
	for _, d := range list {
		out = append(out, d.Digest.String())
	}
	return out, err
}

// each does something for each of n, some at a time.
func (l *look) each(ctx context.Context, n int, do func(context.Context, int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(l.survey.parallel)
	for i := range n {
		group.Go(func() error { return do(ctx, i) })
	}
	return group.Wait()
}
