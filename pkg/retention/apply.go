package retention

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/layergate/layergate/pkg/audit"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/redact"
	"github.com/layergate/layergate/pkg/registry"
)

// Registry shows what repositories keep, and deletes.
type Registry interface {
	Look(ctx context.Context, repository string) (list []registry.Manifest, complete bool, err error)
	Delete(ctx context.Context, repository, digest string) (answer string, err error)
	// Has tells whether a manifest is there.
	Has(ctx context.Context, repository, digest string) (bool, error)
}

// Config says what is planned, and how much of it is done.
type Config struct {
	Rule         Rule
	Repositories []string // HOST/REPOSITORY
	Registry     Registry
	// Deployed reads what runs, anew each time. Nil says that it is not known.
	Deployed func() ([]audit.Deployment, error)
	Now      func() time.Time
	Apply    int                  // how many images are deleted at most, each with what belongs to it; 0 for none
	Log      func(message string) // told each deletion as it happens; nil is allowed
}

// Run makes a plan, and deletes the oldest images that it lets go. The plan is returned with an error, too, where one was made: what was
// deleted by then stands in it.
func Run(ctx context.Context, cfg Config) (*Plan, error) {
	r := &run{Config: cfg}
	for _, name := range slices.Compact(slices.Sorted(slices.Values(cfg.Repositories))) {
		r.seen = append(r.seen, Repository{Name: name})
		if err := r.look(ctx, name); err != nil {
			return nil, err
		}
	}
	plan, err := r.plan()
	if err != nil {
		return nil, err
	}
	for _, v := range plan.oldest(cfg.Apply) {
		if err := r.remove(ctx, plan, v); err != nil {
			plan.Stopped = redact.Text(err.Error())
			return plan, err
		}
	}
	return plan, nil
}

// run is a plan that is carried out.
type run struct {
	Config
	seen []Repository
}

// victim is an image that goes.
type victim struct {
	repository string
	Image
}

func (v victim) String() string { return v.repository + "@" + v.Digest }

// look sees what a repository keeps now.
func (r *run) look(ctx context.Context, name string) error {
	list, complete, err := r.Registry.Look(ctx, name)
	for i := range r.seen {
		if r.seen[i].Name == name {
			r.seen[i].Manifests, r.seen[i].Complete = list, complete
		}
	}
	return err
}

// plan makes the plan of what is seen and runs now.
func (r *run) plan() (*Plan, error) {
	var running []audit.Deployment
	if r.Deployed != nil {
		var err error
		if running, err = r.Deployed(); err != nil {
			return nil, err
		}
	}
	return Make(r.Rule, r.seen, running, r.Deployed != nil, r.Now()), nil
}

// oldest are the images that go first.
func (p *Plan) oldest(count int) []victim {
	var out []victim
	for _, r := range p.Repositories {
		for _, img := range r.Goes {
			out = append(out, victim{r.Name, img})
		}
	}
	slices.SortStableFunc(out, func(a, b victim) int { return cmp.Compare(a.Date, b.Date) })
	return out[:min(max(count, 0), len(out))]
}

// remove deletes an image and what belongs to it, if a plan that is made anew still lets it go as it was planned. What refers to the image goes
// after it: a signature without an image does no harm.
func (r *run) remove(ctx context.Context, p *Plan, v victim) error {
	if err := r.look(ctx, v.repository); err != nil {
		return err
	}
	again, err := r.plan()
	if err != nil {
		return fmt.Errorf("reading again what runs: %v", err) // the request was right when the run began
	}
	now, err := again.confirm(v)
	if err != nil {
		return fault.WithHint(fmt.Errorf("%s is not deleted: %w", v, err), "see what has changed; the next run makes a new plan")
	}
	if err := r.delete(ctx, p, v, Deletion{Digest: v.Digest, Tags: v.Tags}); err != nil {
		return err
	}
	switch there, err := r.Registry.Has(ctx, v.repository, v.Digest); {
	case err != nil:
		return fmt.Errorf("asking whether %s is gone: %w", v, err)
	case there:
		return fault.WithHint(fmt.Errorf("the registry took the deletion of %s and still has it", v), "see whether the registry deletes later, or keeps the image from being deleted")
	}
	for _, digest := range now.With {
		if err := r.delete(ctx, p, v, Deletion{Digest: digest, Tags: []string{}, Of: v.Digest}); err != nil {
			return err
		}
	}
	return nil
}

// confirm finds an image among those that go, with the same tags.
func (p *Plan) confirm(v victim) (Image, error) {
	for _, r := range p.Repositories {
		if r.Name != v.repository {
			continue
		}
		same := func(img Image) bool { return img.Digest == v.Digest }
		if i := slices.IndexFunc(r.Stays, same); i >= 0 {
			return Image{}, fmt.Errorf("it stays since the plan was made: %s", strings.Join(r.Stays[i].Why, "; "))
		}
		i := slices.IndexFunc(r.Goes, same)
		switch {
		case i < 0:
			return Image{}, fmt.Errorf("it is no longer there as an image of its own")
		case !slices.Equal(r.Goes[i].Tags, v.Tags):
			return Image{}, fmt.Errorf("its tags were %s when the plan was made, and are %s", list(v.Tags), list(r.Goes[i].Tags))
		}
		return r.Goes[i], nil
	}
	return Image{}, fmt.Errorf("its repository is no longer looked at")
}

func list(tags []string) string { return cmp.Or(strings.Join(tags, ", "), "none") }

// delete deletes one manifest and writes that down.
func (r *run) delete(ctx context.Context, p *Plan, v victim, d Deletion) error {
	answer, err := r.Registry.Delete(ctx, v.repository, d.Digest)
	if err != nil {
		return fmt.Errorf("deleting %s@%s: %w", v.repository, d.Digest, err)
	}
	d.Repository, d.Answer, d.At = v.repository, answer, stamp(r.Now())
	p.Deletions = append(p.Deletions, d)
	if r.Log != nil {
		r.Log(fmt.Sprintf("deleted %s@%s (tags: %s; %s)", v.repository, d.Digest, list(d.Tags), answer))
	}
	return nil
}
