package gate

import (
	"context"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/docker/go-connections/nat"

	"github.com/layergate/layergate/pkg/check/deployed"
	imagecheck "github.com/layergate/layergate/pkg/check/image"
	workloadcheck "github.com/layergate/layergate/pkg/check/workload"
	"github.com/layergate/layergate/pkg/facts"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/manifest"
	"github.com/layergate/layergate/pkg/observe"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/report"
	"github.com/layergate/layergate/pkg/workload"
)

// Manifests are deployment manifests to judge, alone or with the image that they deploy.
type Manifests struct {
	*manifest.Set
	Rules []string // names of further sets of rules; see the package check/workload
	// Cleared are images that earlier runs judged. Where there are some, or where the policy names the rule, each image has to
	// be one of them.
	Cleared []deployed.Cleared
	// Signed says of images, by their references, why no signed verdict clears them; see deployed.Input. Nil asks for no verdicts.
	Signed map[string]string
}

// findings is what does not keep the rules, by itself and together with the image; nil stands for no image.
func (m *Manifests) findings(p policy.Policy, img *deployed.Image) []finding.Finding {
	_, wanted := p.Rules[finding.RuleNotCleared]
	in := deployed.Input{Files: m.Workloads(), Image: img, Cleared: m.Cleared, WantCleared: wanted || len(m.Cleared) > 0 || m.Signed != nil, Signed: m.Signed}
	opt := workloadcheck.Options{Sets: m.Rules, AllowedImage: p.AllowsImage, ImageUser: in.ImageUser, ImageChecked: in.ImageChecked, Ignored: p.IgnoresRule}
	return slices.Concat(workloadcheck.Find(in.Files, opt), deployed.Find(in))
}

// subject describes the manifests in a report.
func (m *Manifests) subject() *report.Manifests {
	out := &report.Manifests{Source: m.Source, Skipped: m.Skipped, Sets: m.Rules}
	for _, f := range m.Files {
		out.Files = append(out.Files, report.Manifest{Path: f.Name, Platform: string(f.Platform), Digest: f.Digest})
	}
	return out
}

// addManifests adds the manifests of the request, and what does not keep the rules in them.
func (r *Result) addManifests(seen *observe.Observation) {
	m := r.request.Manifests
	if m == nil {
		return
	}
	r.Report.Manifests = m.subject()
	r.Report.Warnings = append(r.Report.Warnings, m.Warnings...)
	in := deployed.Input{Files: m.Workloads(), Image: r.deployed(seen)}
	if unclear := in.Unclear(); len(unclear) > 0 {
		r.Report.Warnings = append(r.Report.Warnings, "nothing tells whether this is the image of what is built beside a manifest, so that they are judged apart: "+
			strings.Join(unclear, ", ")+" (say which Dockerfile and target the image is built from, or write the image that is pushed into the manifest)")
	}
	r.Report.Findings = append(r.Report.Findings, m.findings(r.request.Policy, in.Image)...)
}

// sealForManifests gives the image its digest before it is judged, where a manifest names a digest of it: else nobody could tell
// whether that is this one.
func (r *Result) sealForManifests(ctx context.Context) error {
	if r.request.Manifests == nil || r.image.Sealed() {
		return nil
	}
	in := deployed.Input{Files: r.request.Manifests.Workloads(), Image: r.deployed(nil)}
	if !in.NamesDigest() {
		return nil
	}
	return r.seal(ctx)
}

// deployed is the image as the rules about deploying it look at it; without what was seen in it, only how it is called.
func (r *Result) deployed(seen *observe.Observation) *deployed.Image {
	out := &deployed.Image{Name: r.request.Name, Build: r.request.build(), Digests: r.image.Digests()}
	for _, ref := range r.refs {
		out.Names = append(out.Names, ref.String())
	}
	if r.image.Name != "" {
		out.Names = append(out.Names, r.image.Name)
	}
	if seen == nil {
		return out
	}
	for i, p := range r.image.Platforms {
		out.Platforms = append(out.Platforms, runs(p, seen.Platforms[i]))
	}
	return out
}

// build is the Dockerfile that the image is built from, as the manifests would name it; empty where the request does not say.
func (r Request) build() workload.Build {
	file, context := r.Project.Dockerfile, r.Project.Context
	switch {
	case file == "" && r.Build == nil:
		return workload.Build{}
	case file == "":
		file = filepath.Join(context, "Dockerfile")
	case context == "":
		context = filepath.Dir(file)
	}
	return workload.Build{Context: r.Manifests.Name(context), Dockerfile: r.Manifests.Name(file), Target: r.Project.Target}
}

// runs is what a platform says about how it runs.
func runs(p *image.Platform, seen observe.Platform) deployed.Platform {
	c := p.Config.Config
	out := deployed.Platform{Name: p.Name, User: c.User, Accounts: facts.Accounts(seen.Facts), Checked: imagecheck.HasHealthCheck(c), Entrypoint: c.Entrypoint, Cmd: c.Cmd}
	for v := range c.Volumes {
		out.Volumes = append(out.Volumes, path.Clean(v))
	}
	for port := range c.ExposedPorts {
		text, _, _ := strings.Cut(port, "/")
		first, last, err := nat.ParsePortRangeToInt(text) // some builders leave a range as it is
		for n := max(first, 1); err == nil && n <= last; n++ {
			out.Ports = append(out.Ports, n)
		}
	}
	slices.Sort(out.Volumes)
	slices.Sort(out.Ports)
	for _, pkg := range seen.Inventory.Packages {
		if pkg.State == finding.Visible {
			out.Packages = append(out.Packages, pkg.Name)
		}
	}
	return out
}
