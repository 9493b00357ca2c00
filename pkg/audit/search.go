package audit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/imageref"
)

// maxSearch is how many tags a repository may have in which an image is looked for that runs and that its own tag does not lead to.
const maxSearch = 300

// search finds the images that references lead to, and those that run and are known by a digest alone. Each question is asked once.
type search struct {
	cfg Config

	mu      sync.Mutex
	digests map[string]func() (string, error)
	parts   map[string]func() ([]string, error)
	tags    map[string]func() ([]string, error)
}

func newSearch(cfg Config) *search {
	return &search{cfg: cfg, digests: map[string]func() (string, error){}, parts: map[string]func() ([]string, error){}, tags: map[string]func() ([]string, error){}}
}

// once asks a question unless it was asked before.
func once[T any](s *search, answers map[string]func() (T, error), key string, ask func() (T, error)) (T, error) {
	s.mu.Lock()
	answer := answers[key]
	if answer == nil {
		answer = sync.OnceValues(ask)
		answers[key] = answer
	}
	s.mu.Unlock()
	return answer()
}

func (s *search) digest(ctx context.Context, reference string) (string, error) {
	return once(s, s.digests, reference, func() (string, error) { return s.cfg.Registry.Digest(ctx, reference) })
}

// has tells whether a manifest or index is known by a digest: as one of its manifests, or by a configuration where that is asked for.
func (s *search) has(ctx context.Context, reference, digest string, configs bool) (bool, error) {
	parts, err := once(s, s.parts, fmt.Sprint(reference, configs), func() ([]string, error) { return s.cfg.Registry.Parts(ctx, reference, configs) })
	return slices.Contains(parts, digest), err
}

// image is what a deployment leads to, with the names that do. What runs under the digest of one platform, or of a configuration, is the
// index or the manifest that has it. A tag that leads to something else than what runs is no name of it.
func (s *search) image(ctx context.Context, d Deployment) (Image, error) {
	ref := imageref.Split(d.Reference)
	img := Image{Repository: ref.Repository}
	wanted := cmp.Or(ref.Digest, d.ID)
	if d.Unknown != "" {
		if d.Reference != "" {
			img.Names = []string{d.Reference}
		}
		return img, fmt.Errorf("%s: %s", d.Unknown, d.Hint)
	}
	if ref.Tag == "" && ref.Digest == "" {
		ref.Tag = "latest"
	}
	if wanted == "" {
		img.Names = []string{ref.Repository + ":" + ref.Tag}
		digest, err := s.digest(ctx, img.Names[0])
		img.Digest = digest
		return img, err
	}
	var tags []string
	if ref.Tag != "" {
		tags = []string{ref.Tag}
	}
	root, err := s.among(ctx, &img, tags, wanted, d.ID != "")
	if root == "" {
		var failed error
		root, failed = s.everywhere(ctx, &img, wanted, d.ID != "")
		err = cmp.Or(failed, err)
		if root == "" && d.ID == "" {
			root, err = wanted, nil // whoever reads it says that it is not there
		}
	}
	if root == "" && err == nil {
		root, err = s.digest(ctx, ref.Repository+"@"+wanted)
		if errors.Is(err, fs.ErrNotExist) {
			err = fault.WithHint(fmt.Errorf("%s runs %s, and nothing that %s keeps has this digest: no manifest, index or configuration", d.Where, wanted, ref.Repository),
				"see what the node has, and name the repository that it pulled it from")
		}
	}
	img.Digest = root
	return img, err
}

// everywhere looks for a digest among all tags of a repository.
func (s *search) everywhere(ctx context.Context, img *Image, wanted string, configs bool) (string, error) {
	tags, err := once(s, s.tags, img.Repository, func() ([]string, error) { return s.cfg.Registry.Tags(ctx, img.Repository) })
	switch {
	case err != nil:
		return "", err
	case len(tags) > maxSearch:
		return "", fmt.Errorf("which image %s is of was not looked for: %s has %d tags, more than %d", wanted, img.Repository, len(tags), maxSearch)
	}
	return s.among(ctx, img, tags, wanted, configs)
}

// among looks for a digest among what tags lead to, and notes those of them that lead to the image which has it.
func (s *search) among(ctx context.Context, img *Image, tags []string, wanted string, configs bool) (string, error) {
	roots := make([]string, len(tags))
	group := workers(s.cfg)
	var mu sync.Mutex
	root := ""
	for i, tag := range tags {
		group.Go(func() error {
			digest, err := s.digest(ctx, img.Repository+":"+tag)
			if errors.Is(err, fs.ErrNotExist) {
				return nil // it leads nowhere
			}
			if err != nil {
				return err
			}
			roots[i] = digest
			is := digest == wanted
			if !is {
				is, err = s.has(ctx, img.Repository+"@"+digest, wanted, configs)
			}
			if is {
				mu.Lock()
				defer mu.Unlock()
				if root == "" || root != wanted && (digest == wanted || digest < root) {
					root = digest
				}
			}
			return err
		})
	}
	err := group.Wait()
	if root == "" {
		return "", err
	}
	for i, tag := range tags {
		if roots[i] == root {
			img.Names = append(img.Names, img.Repository+":"+tag)
		}
	}
	return root, nil
}
