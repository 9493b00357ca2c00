package retention

import (
	"cmp"
	"slices"
	"time"

	"github.com/layergate/layergate/pkg/audit"
	"github.com/layergate/layergate/pkg/imageref"
	"github.com/layergate/layergate/pkg/registry"
)

// Repository is a repository, and all that is known to be in it.
type Repository struct {
	Name      string // HOST/REPOSITORY
	Complete  bool   // the registry lists manifests without a tag, too
	Manifests []registry.Manifest
}

// node is a manifest with what it is tied to in its repository.
type node struct {
	registry.Manifest
	repository string
	names      []string // tags by which people know it: none under which an artifact is attached to another
	parts      []*node  // of an index
	owners     []*node  // indexes that it is a part of
	subjects   []*node  // that it refers to
	referrers  []*node
	root       bool      // it is somebody's image, and no part or referrer of another
	date       time.Time // zero where it is not known
	dateFrom   string
	stays      bool
	why        []string // that it stays
}

// The sources of dates.
const (
	fromRegistry = "registry" // when it was pushed, or its tags last changed
	fromImage    = "image"    // when it was built, by its own word
)

// label names the manifest for people.
func (n *node) label() string {
	if len(n.names) > 0 {
		return n.repository + ":" + n.names[0]
	}
	return n.repository + "@" + n.Digest
}

// graph is all repositories together.
type graph struct {
	nodes    []*node
	byDigest map[string][]*node // an image may lie in several repositories
	byConfig map[string][]*node // by the digest of the configuration
}

// newGraph ties the manifests of repositories together.
func newGraph(repositories []Repository, now time.Time) *graph {
	g := &graph{byDigest: map[string][]*node{}, byConfig: map[string][]*node{}}
	for _, r := range repositories {
		in := map[string]*node{}
		for _, m := range r.Manifests {
			n := &node{Manifest: m, repository: r.Name}
			in[m.Digest] = n
			g.nodes = append(g.nodes, n)
			g.byDigest[m.Digest] = append(g.byDigest[m.Digest], n)
			g.byConfig[m.Config] = append(g.byConfig[m.Config], n)
		}
		for _, m := range r.Manifests {
			in[m.Digest].tie(in)
		}
	}
	for _, n := range g.nodes {
		n.root = len(n.names) > 0 || len(n.owners)+len(n.subjects) == 0
		n.setDate(now)
	}
	return g
}

// tie finds the parts and the subjects of a manifest among those of its repository.
func (n *node) tie(in map[string]*node) {
	subjects := []string{n.Subject}
	for _, tag := range n.Tags {
		if to := imageref.AttachedTo(tag); to != "" && n.Artifact != "" {
			subjects = append(subjects, to)
		} else {
			n.names = append(n.names, tag)
		}
	}
	for _, digest := range n.Parts {
		if part := in[digest]; part != nil && part != n {
			n.parts, part.owners = append(n.parts, part), append(part.owners, n)
		}
	}
	for _, digest := range subjects {
		if subject := in[digest]; subject != nil && subject != n {
			n.subjects, subject.referrers = append(n.subjects, subject), append(subject.referrers, n)
		}
	}
}

// setDate is by the registry where it tells, and else by the image: of an index, by the youngest of its platforms.
func (n *node) setDate(now time.Time) {
	if k := n.Kept; k != nil {
		n.date, n.dateFrom = k.Pushed, fromRegistry
		if k.Updated.After(k.Pushed) {
			n.date = k.Updated
		}
		return
	}
	for _, m := range append([]*node{n}, n.parts...) {
		if audit.CredibleDate(m.Created, now) && m.Created.After(n.date) {
			n.date, n.dateFrom = m.Created, fromImage
		}
	}
}

// roots are the images of a repository, the oldest first and those of unknown age at the end.
func (g *graph) roots(repository string) []*node {
	var out []*node
	for _, n := range g.nodes {
		if n.root && n.repository == repository {
			out = append(out, n)
		}
	}
	slices.SortFunc(out, compareAge)
	return out
}

func compareAge(a, b *node) int {
	if a.date.IsZero() != b.date.IsZero() {
		return map[bool]int{true: 1, false: -1}[a.date.IsZero()]
	}
	return cmp.Or(a.date.Compare(b.date), cmp.Compare(a.repository, b.repository), cmp.Compare(a.Digest, b.Digest))
}

// companions are the manifests that go with an image which goes: its parts and what refers to any of them, but for what stays and what is an
// image of its own.
func (n *node) companions() []*node {
	var out []*node
	seen := map[*node]bool{n: true}
	for queue := []*node{n}; len(queue) > 0; queue = queue[1:] {
		for _, c := range slices.Concat(queue[0].parts, queue[0].referrers) {
			if !seen[c] && !c.stays && !c.root {
				seen[c] = true
				out, queue = append(out, c), append(queue, c)
			}
		}
	}
	return out
}
