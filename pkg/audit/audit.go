// Package audit looks at many images that registries keep already: each digest once, by the same way as the gate. It says of each
// what blocks in it today and what would remove that, and of all together which are worst and what one rebuild would clear.
//
// It reads no image itself, and must not import what reads them or asks registries: it is given both.
package audit

import (
	"cmp"
	"context"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/layergate/layergate/pkg/natural"
	"github.com/layergate/layergate/pkg/report"
)

// Registry answers questions about images, none of which reads a layer.
type Registry interface {
	// Tags lists the tags of a repository.
	Tags(ctx context.Context, repository string) ([]string, error)
	// Digest is that of the manifest or index which a reference leads to. The error is fs.ErrNotExist where the registry says that it has none.
	Digest(ctx context.Context, reference string) (string, error)
	// Lowest is the digest of the lowest layer of an image, which those that are built on one base have in common.
	Lowest(ctx context.Context, reference string) (string, error)
	// Parts lists the digests of the manifests of an index, and, where configs asks for it, those of the configurations of what a reference
	// leads to.
	Parts(ctx context.Context, reference string, configs bool) ([]string, error)
	// ArtifactType is the type of what a reference leads to that nothing can run; empty for an image, and for what could be one.
	ArtifactType(ctx context.Context, reference string) (string, error)
	// Layers lists the diff IDs of an image's layers for one platform, and the digests by which it is known.
	Layers(ctx context.Context, reference, platform string) (diffIDs, digests []string, err error)
}

// Seen is an image that was inspected.
type Seen struct {
	Report  *report.Report
	Created time.Time // by its own word; zero where it does not say
}

// Config says what is looked at, and by what.
type Config struct {
	Repositories []string     // HOST/REPOSITORY, of which every tag is looked at
	Policy       string       // digest of the policy that Inspect judges by
	Scope        []string     // what of registries was asked for: repositories, and what ScopeOf gives
	Deployed     []Deployment // images that run somewhere
	// KnowsDeployed tells that Deployed is all that runs, so that another image is one that does not.
	KnowsDeployed bool

	Registry Registry
	Inspect  func(ctx context.Context, reference string) (Seen, error) // takes an image through the gate
	// Kept is what the registry tells about the images of a repository, by digest; none where it does not tell. Nil asks nobody.
	Kept     func(ctx context.Context, repository string) (map[string]Kept, error)
	Parallel int // images at a time, at least 1
	Shard    Shard

	Now        time.Time
	StaleAfter time.Duration // an image that was built longer ago is stale; 0 for none
	Since      time.Time     // advisories that appeared since are new; zero for since the image was built
	Where      Query         // what is looked for in all images; zero for nothing

	// Verdict looks for a signed verdict about the image that a reference leads to, in the repository of that; nil looks for none.
	Verdict func(ctx context.Context, reference string) Verdict

	Progress func(done, total int) // told when an image is done, by several goroutines at once; nil is allowed
	Warn     func(message string)  // told what could not be asked, and does not change what came of an image; nil is allowed
}

// Run looks at all images. That one of them could not be looked at makes that one undecided. An error says that it is not known which
// images there are, or that the run was to end.
func Run(ctx context.Context, cfg Config) (*Result, error) {
	found, err := find(ctx, cfg)
	if err != nil {
		return nil, err
	}
	out := &Result{Schema: Schema, At: cfg.Now.UTC().Format(time.RFC3339), Shard: cfg.Shard, Where: cfg.Where.text, Policy: cfg.Policy, Scope: slices.Clone(cfg.Scope), KnowsDeployed: cfg.KnowsDeployed, Images: found.undecided, Elsewhere: found.elsewhere}
	kept := askKept(ctx, cfg, found.images)
	looks := make([]look, len(found.images))
	var done atomic.Int64
	group := workers(cfg)
	for i, img := range found.images {
		group.Go(func() error {
			if ctx.Err() != nil { // the run ends, and this image is not looked at
				return nil
			}
			looks[i] = inspect(ctx, cfg, img)
			if ctx.Err() != nil { // nor was it to its end
				return nil
			}
			if k, told := kept[img.Repository][img.Digest]; told {
				looks[i].entry.Kept = &k
			}
			if n := done.Add(1); cfg.Progress != nil {
				cfg.Progress(int(n), len(found.images))
			}
			return nil
		})
	}
	_ = group.Wait() // none of them fails
	if err := ctx.Err(); err != nil {
		return nil, err // what was found is not all
	}
	for _, l := range looks {
		if l.database.Built != "" {
			out.Database = l.database
		}
		if l.artifact != "" {
			out.Artifacts = append(out.Artifacts, Artifact{l.entry.Image, l.artifact})
		} else {
			out.Images = append(out.Images, l.entry)
		}
	}
	for i := range out.Images {
		out.Images[i].At = out.At
	}
	out.normalize()
	return out, nil
}

func workers(cfg Config) *errgroup.Group {
	group := &errgroup.Group{}
	group.SetLimit(max(cfg.Parallel, 1))
	return group
}

// look is what was seen under one digest.
type look struct {
	entry    Entry
	database report.Database
	artifact string // its type; empty for an image
}

// inspect looks at one image. What is none, and does not run, is nothing to judge.
func inspect(ctx context.Context, cfg Config, img Image) look {
	seen, err := cfg.Inspect(ctx, img.reference())
	if err != nil {
		out := look{entry: undecided(img, err)}
		if artifact, err := cfg.Registry.ArtifactType(ctx, img.reference()); err == nil && len(img.Deployed) == 0 {
			out.artifact = artifact
		}
		return out
	}
	e := newEntry(img, seen, cfg)
	e.Base = baseOf(ctx, cfg.Registry, seen.Report)
	if cfg.Verdict != nil {
		v := verdictOf(ctx, cfg, img)
		e.Verdict = &v
		e.require(v)
	}
	return look{entry: e, database: seen.Report.Database}
}

// normalize sorts what is found and leaves no list out.
func (r *Result) normalize() {
	for i := range r.Images {
		r.Images[i].normalize()
	}
	if r.KnowsDeployed {
		r.addDeployed()
	}
	if r.Images == nil {
		r.Images = []Entry{}
	}
	if r.Artifacts == nil {
		r.Artifacts = []Artifact{}
	}
	for i := range r.Artifacts {
		if r.Artifacts[i].Names == nil {
			r.Artifacts[i].Names = []string{}
		}
	}
	slices.SortFunc(r.Artifacts, func(a, b Artifact) int { return natural.Compare(a.Label(), b.Label()) })
	if r.Elsewhere == nil {
		r.Elsewhere = []string{}
	}
	if r.Scope == nil {
		r.Scope = []string{}
	}
	slices.SortFunc(r.Images, func(a, b Entry) int { return cmp.Or(b.compareRisk(a), natural.Compare(a.Label(), b.Label())) })
	slices.Sort(r.Elsewhere)
	slices.Sort(r.Scope)
}

// addDeployed joins what runs under the digest of one platform with the index that has it.
func (r *Result) addDeployed() {
	at := map[string]int{}
	for i, e := range r.Images {
		if e.Digest != "" {
			at[e.Digest] = i
		}
	}
	part := map[int]bool{}
	for i, e := range r.Images {
		for _, d := range e.Platforms {
			if k, ok := at[d]; ok && k != i {
				r.Images[i].Deployed = append(r.Images[i].Deployed, r.Images[k].Deployed...)
				part[k] = len(r.Images[k].Names) == 0
			}
		}
	}
	var kept []Entry
	for i := range r.Images {
		if !part[i] {
			r.Images[i].normalize()
			kept = append(kept, r.Images[i])
		}
	}
	r.Images = kept
}
