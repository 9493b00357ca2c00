package audit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/imageref"
	"github.com/layergate/layergate/pkg/redact"
)

// Image is an image, by its digest.
type Image struct {
	Repository string   `json:"repository"`         // HOST/REPOSITORY that it is read from
	Digest     string   `json:"digest"`             // of the manifest or index; empty where the registry did not say it
	Names      []string `json:"names"`              // references with a tag that lead to it, sorted; none for one that has no tag
	Deployed   []string `json:"deployed,omitempty"` // where it runs, sorted
}

// reference is what the image is read by: by its digest, with the tag for policies that speak of it.
func (i Image) reference() string {
	if len(i.Names) > 0 {
		return i.Names[0] + "@" + i.Digest
	}
	return i.Repository + "@" + i.Digest
}

// Label names the image for people: its first name, or else its digest. It may be hostile.
func (i Image) Label() string {
	if len(i.Names) > 0 {
		return i.Names[0]
	}
	if i.Digest == "" {
		return cmp.Or(i.Repository, strings.Join(i.Deployed, ", ")) // what runs an image that nothing names
	}
	return i.Repository + "@" + i.Digest
}

// found is what there is to look at.
type found struct {
	images    []Image
	undecided []Entry  // whose digest is not known
	elsewhere []string // digests that other shards look at
}

// mention is a reference, and where it was found.
type mention struct {
	Deployment
	listed bool // as a tag of a repository
}

// find lists the images: each digest once, with all names that it has.
func find(ctx context.Context, cfg Config) (*found, error) {
	mentions, err := mentioned(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if len(mentions) == 0 {
		return nil, fault.Request(errors.New("there is no image to look at"), "name repositories that hold images with tags, or files that name images")
	}
	images, failed, err := resolve(ctx, cfg, mentions)
	if err != nil {
		return nil, err
	}
	out := &found{}
	if cfg.Shard.Index <= 1 { // one of them says that they are not known
		out.undecided = failed
	}
	return out, out.take(ctx, cfg, images)
}

// mentioned lists the references of all images.
func mentioned(ctx context.Context, cfg Config) ([]mention, error) {
	var mu sync.Mutex
	var out []mention
	group := workers(cfg)
	for _, repository := range cfg.Repositories {
		group.Go(func() error {
			tags, err := cfg.Registry.Tags(ctx, repository)
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			for _, tag := range tags {
				out = append(out, mention{Deployment{Reference: repository + ":" + tag}, true})
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for _, d := range cfg.Deployed {
		out = append(out, mention{d, false})
	}
	return out, ctx.Err()
}

// resolve finds the digests that references lead to. One that the registry does not give makes an undecided image.
func resolve(ctx context.Context, cfg Config, mentions []mention) ([]Image, []Entry, error) {
	s := newSearch(cfg)
	found, errs := make([]Image, len(mentions)), make([]error, len(mentions))
	group := workers(cfg)
	for i, m := range mentions {
		group.Go(func() error {
			found[i], errs[i] = s.image(ctx, m.Deployment)
			return nil
		})
	}
	_ = group.Wait() // none of them fails
	images := map[string]*Image{}
	failed := map[string]*Image{}
	problems := map[string]error{}
	for i, m := range mentions {
		of, key := images, found[i].Digest
		if errs[i] != nil {
			of, key = failed, m.Reference+" "+m.ID+" "+m.Unknown
			problems[key] = errs[i]
		}
		if of[key] == nil {
			of[key] = &Image{Repository: found[i].Repository, Digest: found[i].Digest}
		}
		of[key].Names = append(of[key].Names, found[i].Names...)
		if !m.listed {
			of[key].Deployed = append(of[key].Deployed, m.Where)
		}
	}
	var out []Image
	for _, img := range images {
		out = append(out, img.sorted())
	}
	slices.SortFunc(out, func(a, b Image) int { return strings.Compare(a.Digest, b.Digest) })
	var undecidedOnes []Entry
	for ref, img := range failed {
		undecidedOnes = append(undecidedOnes, undecided(img.sorted(), problems[ref]))
	}
	return out, undecidedOnes, ctx.Err()
}

// sorted is the image with its lists in order and each value once.
func (i Image) sorted() Image {
	slices.Sort(i.Names)
	slices.Sort(i.Deployed)
	i.Names, i.Deployed = slices.Compact(i.Names), slices.Compact(i.Deployed)
	if len(i.Names) > 0 && i.Repository != imageref.Split(i.Names[0]).Repository {
		i.Repository = imageref.Split(i.Names[0]).Repository
	}
	return i
}

// take keeps the images of the shard. One of which it is not known whose it is belongs to the first.
func (f *found) take(ctx context.Context, cfg Config, images []Image) error {
	if cfg.Shard.Of <= 1 {
		f.images = images
		return nil
	}
	own := make([]bool, len(images))
	group := workers(cfg)
	for i, img := range images {
		group.Go(func() error {
			lowest, err := cfg.Registry.Lowest(ctx, img.reference())
			own[i] = cfg.Shard.has(lowest) && err == nil || err != nil && cfg.Shard.Index == 1
			return nil
		})
	}
	_ = group.Wait() // none of them fails
	for i, img := range images {
		if own[i] {
			f.images = append(f.images, img)
		} else {
			f.elsewhere = append(f.elsewhere, img.Digest)
		}
	}
	return ctx.Err()
}

// undecided is an image that could not be looked at.
func undecided(img Image, err error) Entry {
	return Entry{Image: img, Outcome: Undecided, Problem: redact.Error(err)}
}

// Match tells whether a repository, as HOST/REPOSITORY, matches a pattern of which * stands for any part between slashes and /** at the
// end for all below.
func Match(pattern, repository string) (bool, error) {
	_, name, _ := strings.Cut(repository, "/")
	if below, ok := strings.CutSuffix(pattern, "/**"); ok {
		parts := strings.Split(name, "/")
		n := strings.Count(below, "/") + 1
		if n >= len(parts) {
			return false, validPattern(below)
		}
		pattern, name = below, strings.Join(parts[:n], "/")
	}
	return matchPath(pattern, name)
}

func validPattern(pattern string) error {
	_, err := matchPath(pattern, "")
	return err
}

func matchPath(pattern, text string) (bool, error) {
	ok, err := path.Match(pattern, text)
	if err != nil {
		return false, fault.Request(fmt.Errorf("%q is no pattern of repositories", pattern), "write one such as team/* or team/**")
	}
	return ok, nil
}
