// Package deployed holds the rules about an image and the manifests that deploy it: what neither tells alone, such as a
// container that may not run as root, of an image that does.
//
// It must not import anything that reads images or manifests.
package deployed

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/account"
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/imageref"
	"github.com/layergate/layergate/pkg/workload"
)

// Image is an image that is judged together with the manifests that deploy it.
type Image struct {
	// Names are the references that it goes to or comes from; a manifest deploys the image where it names the same repository.
	Names []string
	// Name is what else the repository may be called: the whole of its path, or the end of it. It may be empty.
	Name string
	// Build is the Dockerfile that it was built from, with paths as workload.Place has them; empty where that is not known.
	Build     workload.Build
	Digests   []string // of its index and manifests; none where it has none yet
	Platforms []Platform
}

// Platform is what one platform of an image says about how it runs.
type Platform struct {
	Name     string            // os/arch[/variant]
	User     string            // of the configuration, with the group where it has one
	Accounts *account.Accounts // of its file system; nil where they are not known
	Volumes  []string          // directories that the image declares as volumes
	Ports    []int             // that the image says it listens on
	Packages []string          // names of what is installed
	Checked  bool              // Docker looks whether a container of it works, by the image's own HEALTHCHECK
	// Entrypoint and Cmd are what a container starts unless its manifest says otherwise.
	Entrypoint, Cmd []string
}

// Cleared is an image that a gate has judged before.
type Cleared struct {
	Digests []string // of its index and manifests
	Clean   bool     // it was cleared, and not blocked
	Source  string   // where that is written, such as the path of a layergate.json
}

// Input is what the rules look at.
type Input struct {
	Files []workload.File
	Image *Image // nil where none is judged
	// Cleared are images that other runs judged. WantCleared asks that every image is one of them or Image, and named by its
	// digest; without it only what deploys Image under another digest is a finding.
	Cleared     []Cleared
	WantCleared bool
	// Signed says of images, by their references, why no signed verdict clears them; empty of those that one clears. An image that it
	// does not have is not cleared, whatever reports say. Nil asks for no verdicts.
	Signed map[string]string
}

// rule is what is known of a rule, and how its violations are found.
type rule struct {
	check.Rule
	find func(in *Input, w *workload.Workload, c *workload.Container) []violation
}

// violation is a place that does not keep a rule.
type violation struct {
	at    workload.Place
	saw   string // a sentence without a full stop, in lower case
	wants string // empty where the rule's own remedy says it
	field string // as finding.Check.Field has it
}

// rules lists every rule, in the order of their identifiers.
func rules() []rule {
	return []rule{notCleared(), doesNotStart(), cannotWrite(), undeclaredPort()}
}

// Rules lists what is known of every rule, in the order of their identifiers.
func Rules() []check.Rule {
	var out []check.Rule
	for _, r := range rules() {
		out = append(out, r.Rule)
	}
	return out
}

// Find returns what does not keep the rules, in the order of the files, containers and rules.
func Find(in Input) []finding.Finding {
	out, all := []finding.Finding{}, rules()
	for _, f := range in.Files {
		for i := range f.Workloads {
			w := &f.Workloads[i]
			for j := range w.Containers {
				for _, r := range all {
					for _, v := range r.find(&in, w, &w.Containers[j]) {
						out = append(out, r.finding(v, w.Resource(), w.Containers[j].Name, w.Containers[j].Image.Value))
					}
				}
			}
		}
		for _, part := range f.Parts {
			for _, v := range in.partNotCleared(part) {
				out = append(out, notCleared().finding(v, part.Resource, "", ""))
			}
		}
		for _, image := range f.Images {
			for _, v := range in.namedNotCleared(image) {
				out = append(out, notCleared().finding(v, image.Resource, "", image.Value))
			}
		}
	}
	return out
}

// finding is the finding of a violation.
func (r rule) finding(v violation, resource, container, image string) finding.Finding {
	f := r.Finding()
	f.Path = v.at.File
	f.Location = &finding.Location{File: v.at.File, Line: v.at.Line, EndLine: v.at.Line, Column: v.at.Column}
	f.Check.Saw, f.Check.Field, f.Check.Resource, f.Check.Container, f.Check.Image = v.saw, v.field, resource, container, image
	if v.wants != "" {
		f.Check.Wants = v.wants
	}
	check.Redact(&f)
	return f
}

// deploys tells whether a container runs the image: by its digest, or else by the name of its repository, or because both are
// built from the same Dockerfile. A digest that is not the image's means another one.
func (in *Input) deploys(c *workload.Container) bool {
	if in.Image == nil {
		return false
	}
	ref := imageref.Split(c.Image.Value)
	if ref.Digest != "" {
		return slices.Contains(in.Image.Digests, ref.Digest)
	}
	return in.Image.named(ref) || in.Image.builtAs(c)
}

// builtAs tells whether a container is built from the Dockerfile of the image. Build arguments are not compared.
func (i *Image) builtAs(c *workload.Container) bool {
	b := c.Build.Value
	if b.Context == "" {
		return false
	}
	b.Context = below(path.Dir(c.Build.Place.File), b.Context)
	b.Dockerfile = below(b.Context, b.Dockerfile)
	return b == i.Build
}

// below is a path in a directory, unless it is absolute.
func below(dir, name string) string {
	if path.IsAbs(name) {
		return path.Clean(name)
	}
	return path.Join(dir, name)
}

// Unclear names the containers that are built beside their manifests where nothing tells whether Image is what they run.
func (in *Input) Unclear() []string {
	var out []string
	for _, f := range in.Files {
		for i := range f.Workloads {
			w := &f.Workloads[i]
			for j := range w.Containers {
				c := &w.Containers[j]
				if c.Build.Set && c.Image.Value == "" && (c.Build.Value.Context == "" || in.Image.Build.Dockerfile == "") {
					out = append(out, fmt.Sprintf("%s:%d: %s", c.Build.Place.File, c.Build.Place.Line, w.Resource()))
				}
			}
		}
	}
	return out
}

// ImageUser is the worst that a container runs as by the accounts of the image: as the user that is given, or where that is empty
// as the USER of the image, which is account.Root where an image has none. It is of the kind account.None for a container of
// another image.
func (in *Input) ImageUser(c *workload.Container, user string) account.Identity {
	var worst account.Identity
	if !in.deploys(c) {
		return worst
	}
	for _, p := range in.Image.Platforms {
		if u := p.Accounts.Resolve(cmp.Or(user, p.User, "root")); u.Kind > worst.Kind {
			worst = u
		}
	}
	return worst
}

// ImageChecked tells whether Docker looks whether a container works by the HEALTHCHECK of the image, on each platform. It is false for a container of
// another image.
func (in *Input) ImageChecked(c *workload.Container) bool {
	return in.deploys(c) && len(in.Image.Platforms) > 0 && !slices.ContainsFunc(in.Image.Platforms, func(p Platform) bool { return !p.Checked })
}

// NamesDigest tells whether a manifest names a digest of the image's repository.
func (in *Input) NamesDigest() bool {
	for _, f := range in.Files {
		for _, w := range f.Workloads {
			for _, c := range w.Containers {
				if ref := imageref.Split(c.Image.Value); ref.Digest != "" && in.Image.named(ref) {
					return true
				}
			}
		}
	}
	return false
}

// named tells whether a reference is of the image's repository, whatever its tag and digest are.
func (i *Image) named(ref imageref.Reference) bool {
	if ref.Repository == "" {
		return false
	}
	repository := repositoryOf(ref)
	if strings.HasSuffix(repository, "/"+i.Name) {
		return true
	}
	return slices.ContainsFunc(i.Names, func(name string) bool { return repositoryOf(imageref.Split(name)) == repository })
}

// repositoryOf is the repository with the registry's host, which may be written in capitals.
func repositoryOf(ref imageref.Reference) string {
	host, path, _ := strings.Cut(ref.FullRepository(), "/")
	return strings.ToLower(host) + "/" + path
}
