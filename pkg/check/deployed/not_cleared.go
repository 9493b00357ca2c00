package deployed

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/imageref"
	"github.com/layergate/layergate/pkg/workload"
)

// notCleared finds images that no gate has let pass.
func notCleared() rule {
	return rule{
		Rule: check.Rule{
			ID: finding.RuleNotCleared, Name: "cleared-by-the-gate", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
			Title:  "the image was not cleared by the gate",
			Why:    "What is deployed is not what was scanned: nobody knows what is in it, or the gate has blocked it.",
			Remedy: "deploy an image by the digest that the gate has cleared",
			References: []check.Reference{
				{Name: "CIS Docker 4.5", URL: "https://www.cisecurity.org/benchmark/docker"},
				{Name: "NIST SP 800-190 4.1.5", URL: "https://csrc.nist.gov/pubs/sp/800/190/final"},
			},
		},
		find: findNotCleared,
	}
}

func findNotCleared(in *Input, _ *workload.Workload, c *workload.Container) []violation {
	out := in.imageNotCleared(c)
	for _, m := range c.Mounts {
		if m.Image.Value != "" {
			out = append(out, in.notClearedBy(m.Image)...)
		}
	}
	return out
}

// imageNotCleared looks at what the container is started from.
func (in *Input) imageNotCleared(c *workload.Container) []violation {
	if c.Filled.Set && in.WantCleared {
		return []violation{{
			at: c.Filled.Place, field: "image", saw: fmt.Sprintf("%s names the image that runs, so that nobody knows which it will be", c.Filled.Value),
			wants: "write the image that the gate has cleared into the manifest, with its digest, and let nothing set another one",
		}}
	}
	if c.Image.Value == "" || in.Image == nil && c.Build.Set && in.WantCleared {
		return in.notBuiltByTheGate(c)
	}
	return in.notClearedBy(c.Image)
}

// notClearedBy looks at one image that a manifest names.
func (in *Input) notClearedBy(image workload.Field[string]) []violation {
	ref := imageref.Split(image.Value)
	v := violation{at: image.Place, field: "image"}
	if image.Variable && in.WantCleared {
		v.saw = fmt.Sprintf("a variable decides which image runs; %s is what holds where nobody sets it", image.Value)
		v.wants = "write the image into the file, with its digest"
		return []violation{v}
	}
	switch cleared := in.clearance(ref.Digest); {
	case cleared == nil:
	case !cleared.Clean:
		v.saw = fmt.Sprintf("the gate blocked %s (%s)", image.Value, cleared.Source)
		return []violation{v}
	case in.Signed == nil:
		return nil
	}
	switch {
	case in.Image != nil && slices.Contains(in.Image.Digests, ref.Digest):
		return nil // it is this run that clears the image, or blocks it
	case in.Image != nil && ref.Digest != "" && in.Image.named(ref):
		v.saw = fmt.Sprintf("%s is deployed, and this run judges another digest of the image", image.Value)
		if len(in.Image.Digests) > 0 {
			v.wants = "deploy the image by the digest " + in.Image.Digests[0]
		}
	case !in.WantCleared:
		return nil
	case ref.Digest == "":
		v.saw = fmt.Sprintf("%s names no digest, so that nobody knows which image it will be", image.Value)
	case in.Signed != nil:
		why, looked := in.Signed[image.Value]
		if looked && why == "" {
			return nil
		}
		v.saw = fmt.Sprintf("no signed verdict clears %s: %s", image.Value, cmp.Or(why, "none was looked for"))
		name := image.Value
		if i := strings.LastIndexByte(name, '@'); !strings.Contains(name[i:], "/") { // and not a password before the registry
			name = name[:i]
		}
		v.wants = fmt.Sprintf("let layergate gate judge registry:%s and push it to %s with a signing key, which attaches its verdict", image.Value, name)
	default:
		v.saw = fmt.Sprintf("no report that was given is about %s", image.Value)
	}
	return []violation{v}
}

// namedNotCleared looks at an image that an object names outside of workloads.
func (in *Input) namedNotCleared(image workload.NamedImage) []violation {
	out := in.notClearedBy(workload.Field[string]{Value: image.Value, Set: true, Place: image.Place})
	for i := range out {
		out[i].field = image.Place.Path
	}
	return out
}

// partNotCleared looks at what a file deploys from another one, which was not read.
func (in *Input) partNotCleared(part workload.Part) []violation {
	if !in.WantCleared || part.From == "" {
		return nil
	}
	return []violation{{
		at: part.Place, field: "part " + part.From, saw: fmt.Sprintf("services come from %s, which was not read, so that nobody knows which images they run", part.From),
		wants: "check the whole: docker compose config | layergate check -",
	}}
}

// notBuiltByTheGate finds containers whose images are built where they run: whatever was scanned, it is not that.
func (in *Input) notBuiltByTheGate(c *workload.Container) []violation {
	if !in.WantCleared || !c.Build.Set {
		return nil
	}
	return []violation{{
		at: c.Build.Place, field: "build", saw: "the image is built where it runs, so that nobody has scanned what runs",
		wants: "deploy an image that the gate has pushed, by its digest, and keep the build in another file",
	}}
}

// clearance is what is known of the image with a digest: that it was blocked, wherever that is written, before that it was
// cleared. It is nil where nothing is known.
func (in *Input) clearance(digest string) *Cleared {
	var out *Cleared
	for i := range in.Cleared {
		if c := &in.Cleared[i]; digest != "" && slices.Contains(c.Digests, digest) && (out == nil || !c.Clean) {
			out = c
		}
	}
	return out
}
