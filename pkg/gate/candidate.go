package gate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imageref"
	"github.com/layergate/layergate/pkg/origin"
	"github.com/layergate/layergate/pkg/policy/vex"
	"github.com/layergate/layergate/pkg/remedy"
	"github.com/layergate/layergate/pkg/report"
	"github.com/layergate/layergate/pkg/vulndb"
)

// AutoCandidates, as the one of Request.BaseCandidates, looks for newer tags in the base image's repository.
const AutoCandidates = "auto"

// baseBlocks tells whether something of the base image blocks.
func (r *Result) baseBlocks(blocking []int) bool {
	return slices.ContainsFunc(blocking, func(i int) bool {
		l := r.Report.Findings[i].Layer
		return l != nil && l.Base
	})
}

func (r *Result) candidates(ctx context.Context, db *vulndb.DB, documents []vex.Document) []remedy.Candidate {
	base := r.Report.Image.Base
	if base == nil || base.Name == "scratch" {
		r.warn("no other base image was looked for: the base image has no name")
		return nil
	}
	refs, err := r.candidateReferences(ctx, base.Name)
	if err != nil {
		r.warn(fmt.Sprintf("no other base image was looked for: %s", err))
	}
	var out []remedy.Candidate
	for i, ref := range refs {
		c, err := r.candidate(ctx, ref, fmt.Sprint("candidate-", i), db, documents)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			r.warn(fmt.Sprintf("the base image %s was not looked at: %s", ref, err))
		case c != nil:
			if out = append(out, *c); c.Best() {
				return out
			}
		}
	}
	return out
}

// candidateReferences lists the images to look at: first what the name of the base image leads to today.
func (r *Result) candidateReferences(ctx context.Context, base string) ([]string, error) {
	present := imageref.Split(base)
	repository := present.Repository
	var refs []string
	if present.Tag != "" || !strings.Contains(base, "@") {
		refs = append(refs, strings.TrimSuffix(repository+":"+present.Tag, ":"))
	}
	var named []string
	for _, c := range r.request.BaseCandidates {
		switch {
		case c == AutoCandidates:
			tags, err := r.gate.client.Tags(ctx, repository)
			if err != nil {
				return nil, err
			}
			for _, t := range remedy.NewerTags(base, tags) {
				named = append(named, repository+":"+t)
			}
		case strings.ContainsAny(c, "/:"):
			named = append(named, c)
		default:
			named = append(named, repository+":"+c)
		}
	}
	remedy.SortCandidates(base, named)
	return append(refs, slices.DeleteFunc(named, func(n string) bool { return slices.Contains(refs, n) })...), nil
}

// candidate reads an image for each platform of the judged one and judges it as its base. It returns nil for the image that is
// the base already.
func (r *Result) candidate(ctx context.Context, ref, directory string, db *vulndb.DB, documents []vex.Document) (*remedy.Candidate, error) {
	r.step(Step{Kind: Opening, Subject: ref})
	if r.request.Audit && r.isStillBase(ctx, ref) {
		return nil, nil
	}
	repo, err := r.gate.client.Image(ref)
	if err != nil {
		return nil, err
	}
	out := &remedy.Candidate{Name: ref, SameRelease: true}
	rep := &report.Report{Subject: report.Subject{Image: &report.Image{Source: ref}}}
	present := true
	for i, p := range r.image.Platforms {
		root, digest, err := image.Find(ctx, repo, p.Name)
		if err != nil {
			return nil, err
		}
		img, err := image.Open(ctx, "registry:"+imageref.Split(ref).Repository+"@"+digest, r.imageOptions())
		if err != nil {
			return nil, err
		}
		r.onClose(img.Close)
		present = present && r.isBase(img, i)
		if err := r.addCandidate(ctx, rep, img, fmt.Sprint(directory, "-", i), db); err != nil {
			return nil, err
		}
		out.SameRelease = out.SameRelease && sameRelease(rep.Platforms[i].Distro, r.Report.Platforms[i].Distro)
		if strings.Contains(r.Report.Image.Base.Name, "@") {
			out.Name = ref + "@" + root // a FROM instruction that pins stays pinned
		}
	}
	if present {
		return nil, nil
	}
	out.Pull = out.Name == r.Report.Image.Base.Name
	rep.Normalize()
	out.Blocking = r.blocksInBase(rep, documents)
	return out, nil
}

// isBase tells whether a platform of the judged image is built on an image.
func (r *Result) isBase(img *image.Image, platform int) bool {
	var ids []string
	for _, l := range img.Platforms[0].Layers {
		ids = append(ids, l.DiffID)
	}
	return r.hasBase(platform, ids)
}

// hasBase tells whether the layers of a platform's base image are those with the diff IDs.
func (r *Result) hasBase(platform int, diffIDs []string) bool {
	own := r.Report.Platforms[platform].Layers
	if len(diffIDs) != r.Report.Image.Base.Layers || len(diffIDs) > len(own) {
		return false
	}
	for i, id := range diffIDs {
		if own[i].DiffID != id {
			return false
		}
	}
	return true
}

// isStillBase tells of every platform of the judged image, by what the registry is asked once for many images, that it is built on
// what a reference leads to today.
func (r *Result) isStillBase(ctx context.Context, ref string) bool {
	for i, p := range r.image.Platforms {
		outline, err := r.gate.Outline(ctx, ref, p.Name)
		if err != nil || !r.hasBase(i, outline.DiffIDs) {
			return false
		}
	}
	return true
}

// addCandidate reads an image of one platform, and adds what it has as a base image.
func (r *Result) addCandidate(ctx context.Context, rep *report.Report, img *image.Image, directory string, db *vulndb.DB) error {
	from := origin.Attribute(img, nil, nil).Platforms[0]
	for i := range from.Layers {
		from.Layers[i].Base = true
	}
	from.Instructions = nil // those of a base image are not judged
	for i := range from.Entries {
		from.Entries[i].Base = true
	}
	seen, err := r.observe(ctx, img, directory, nil)
	if err != nil {
		return err
	}
	p := img.Platforms[0]
	result, err := r.match(ctx, p, seen.Platforms[0], from, db)
	if err != nil {
		return err
	}
	failed, err := r.failedChecks(ctx, p, seen.Platforms[0], from, nil, result.Distro)
	if err != nil {
		return err
	}
	failed = slices.DeleteFunc(failed, func(f finding.Finding) bool {
		return f.Layer == nil // the image that is built on it can say otherwise
	})
	addPlatform(rep, p, seen.Platforms[0], from, result, failed)
	return img.Unchanged()
}

// sameRelease tells whether two distributions are one release, which is what advisories are about.
func sameRelease(a, b report.Distribution) bool {
	release := func(d report.Distribution) string {
		parts := strings.Split(d.Version, ".")
		n := 1
		if slices.Contains([]string{"alpine", "ubuntu", "opensuse-leap", "sles", "amzn"}, d.ID) {
			n = 2
		}
		return d.ID + " " + strings.Join(parts[:min(n, len(parts))], ".")
	}
	return release(a) == release(b)
}

// warn adds a warning to the report.
func (r *Result) warn(message string) {
	r.Report.Warnings = append(r.Report.Warnings, strings.ToValidUTF8(message, "\uFFFD"))
}
