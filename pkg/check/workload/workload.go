// Package workload holds the rules about what manifests deploy, one file for each, and finds what does not keep them. Those
// of all orchestrators are LG-RUN, and judge the one model of pkg/workload; an orchestrator's own look at the objects that
// the package which read the manifest knows.
//
// It must not read files: it judges what was read.
package workload

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/layergate/layergate/pkg/account"
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/kubernetes"
)

// Options say what the rules go by besides the manifests.
type Options struct {
	// Sets are the names of the sets of rules that somebody asks for, such as pss-restricted; see CheckSet.
	Sets []string
	// AllowedImage tells whether the policy allows to deploy an image, by its reference. Nil allows all.
	AllowedImage func(reference string) bool
	// ImageUser is whom a container runs as, by the accounts of its image: as a user that its manifest names, or where that is
	// empty as the image's own; of the kind account.None where the image is not at hand. Nil knows of no image.
	ImageUser func(c *workload.Container, user string) account.Identity
	// ImageChecked tells whether Docker looks whether a container works by its image's HEALTHCHECK; false where the image is not at hand.
	// Nil knows of no image.
	ImageChecked func(c *workload.Container) bool
	// Ignored tells whether nothing comes of what does not keep a rule, so that nothing is to be added because of it. Nil ignores
	// none.
	Ignored func(rule string) bool
}

// rule is what is known of a rule, and how its violations are found. A rule has container or workload, or manifests, or both.
type rule struct {
	check.Rule
	// platforms are those that the rule is about; empty for all of them.
	platforms []workload.Platform
	// optional is set for a rule that counts only where somebody asks for a set that has it.
	optional bool

	container func(in *input, w *workload.Workload, c *workload.Container) []violation
	workload  func(in *input, w *workload.Workload) []violation
	// manifests judges what no workload says alone.
	manifests func(in *input) []violation
}

// input is what rules look at.
type input struct {
	files []workload.File
	opt   Options
	// byType are the objects of the Kubernetes manifests by the type of what they say, of which rules ask for few for each pod;
	// selectors are those that were parsed.
	byType    map[reflect.Type][]*kubernetes.Object
	selectors map[*metav1.LabelSelector]labels.Selector
}

func newInput(files []workload.File, opt Options) *input {
	in := &input{files: files, opt: opt, byType: map[reflect.Type][]*kubernetes.Object{}, selectors: map[*metav1.LabelSelector]labels.Selector{}}
	for o := range in.objects() {
		of := reflect.TypeOf(o.Typed)
		in.byType[of] = append(in.byType[of], o)
	}
	return in
}

// violation is a place that does not keep a rule.
type violation struct {
	at  workload.Place
	saw string // a sentence without a full stop, in lower case
	// wants is what to change there; empty where the rule's own remedy says it.
	wants string
	// add is the value of the field that is missing at the place, as Place.Add takes it; nil where nothing is to be added.
	add any
	// field names what was judged, as finding.Check.Field has it; empty where that is the field at the place.
	field string
	// resource and container are set by those that judge no workload or container; image is the container's.
	resource, container, image string
	// information says that the manifests alone do not tell, so that this violation does not block.
	information bool
}

// Rules lists every rule, in the order of their identifiers.
func Rules() []check.Rule {
	var out []check.Rule
	for _, r := range rules() {
		out = append(out, r.Rule)
	}
	slices.SortFunc(out, func(a, b check.Rule) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// Find returns what does not keep the rules, in the order of the files, lines and rules.
func Find(files []workload.File, opt Options) []finding.Finding {
	in := newInput(files, opt)
	out := []finding.Finding{}
	add := additions{}
	for _, r := range rules() {
		asked := opt.asked(r.ID)
		if r.optional && !asked {
			continue
		}
		for _, v := range in.violations(r) {
			f := r.finding(v)
			f.Check.Information = r.Information && !asked || v.information
			if opt.Ignored == nil || !opt.Ignored(r.ID) {
				add.plan(f.Check, v)
			}
			out = append(out, f)
		}
	}
	add.write()
	slices.SortStableFunc(out, func(a, b finding.Finding) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), cmp.Compare(a.Location.Line, b.Location.Line), strings.Compare(a.ID, b.ID),
			strings.Compare(a.Check.Resource, b.Check.Resource), strings.Compare(a.Check.Container, b.Check.Container), strings.Compare(a.Check.Field, b.Check.Field))
	})
	return out
}

// imageUser is what a container's image says of the user that it runs as.
func (in *input) imageUser(c *workload.Container) account.Kind {
	return in.runsAs(c, "").Kind
}

// runsAs is whom a user is that a manifest names: what the name tells, or what the accounts of the container's image make of
// it. No user stands for the image's own, which is of the kind account.None where the image is not at hand.
func (in *input) runsAs(c *workload.Container, user string) account.Identity {
	if in.opt.ImageUser != nil {
		if u := in.opt.ImageUser(c, user); u.Kind != account.None {
			return u
		}
	}
	return (*account.Accounts)(nil).Resolve(user)
}

// violations returns those of one rule, with the resource, container and field of each.
func (in *input) violations(r rule) []violation {
	var out []violation
	if r.manifests != nil {
		out = r.manifests(in)
	}
	for w := range in.workloads() {
		if len(r.platforms) == 0 || slices.Contains(r.platforms, w.Platform) {
			out = append(out, in.judge(r, w)...)
		}
	}
	for i := range out {
		out[i].field = cmp.Or(out[i].field, fieldName(out[i].at))
	}
	return out
}

// judge returns the violations of a rule in one workload, with its resource.
func (in *input) judge(r rule, w *workload.Workload) []violation {
	var out []violation
	switch {
	case r.workload != nil:
		out = r.workload(in, w)
	case r.container != nil:
		for i := range w.Containers {
			for _, v := range r.container(in, w, &w.Containers[i]) {
				v.container = w.Containers[i].Name
				out = append(out, v)
			}
		}
	}
	for i := range out {
		out[i].resource, out[i].image = w.Resource(), imageOf(w, out[i].container)
	}
	return out
}

// imageOf is the image that a container of a workload runs; empty where there is no such container.
func imageOf(w *workload.Workload, container string) string {
	for _, c := range w.Containers {
		if c.Name == container {
			return c.Image.Value
		}
	}
	return ""
}

// workloads yields every workload of the files, and what objects say of containers outside of them.
func (in *input) workloads() func(yield func(*workload.Workload) bool) {
	return func(yield func(*workload.Workload) bool) {
		for i := range in.files {
			for _, list := range [][]workload.Workload{in.files[i].Workloads, in.files[i].Settings} {
				for j := range list {
					if !yield(&list[j]) {
						return
					}
				}
			}
		}
	}
}

// finding is the finding of a violation.
func (r rule) finding(v violation) finding.Finding {
	f := r.Finding()
	f.Path = v.at.File
	f.Location = &finding.Location{File: v.at.File, Line: v.at.Line, EndLine: v.at.Line, Column: v.at.Column}
	f.Check.Saw, f.Check.Field, f.Check.Resource, f.Check.Container, f.Check.Image = v.saw, v.field, v.resource, v.container, v.image
	if v.wants != "" {
		f.Check.Wants = v.wants
	}
	check.Redact(&f)
	return f
}

// known tells whether the platform has the field at all.
func known[T any](f workload.Field[T]) bool { return f.Place.File != "" }

// fieldName is the path of a field within the item of a list that it is in, which stays the same when items are added.
func fieldName(at workload.Place) string {
	path := at.Path
	if i := strings.LastIndex(path, "]."); i >= 0 {
		path = path[i+2:]
	}
	return path
}
