package retention

import (
	"encoding/json"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/layergate/layergate/pkg/audit"
)

// Schema is the version of what JSON writes. A reader may rely on every field of its major version.
const Schema = "1.0"

// Plan says what could go and why all else stays, and what was deleted.
type Plan struct {
	Schema        string     `json:"schema"`
	At            string     `json:"at"` // RFC 3339, UTC
	Rule          string     `json:"rule"`
	KnowsDeployed bool       `json:"knowsDeployed"` // what runs was said, and stays
	Running       int        `json:"running"`       // references of images that run, each once
	Found         int        `json:"found"`         // how many of them lead to an image of the repositories
	Repositories  []RepoPlan `json:"repositories"`
	Deletions     []Deletion `json:"deletions"`         // in their order; none of a plan that was not applied
	Stopped       string     `json:"stopped,omitempty"` // why not all was deleted that was asked for
}

// RepoPlan is the plan for one repository.
type RepoPlan struct {
	Name string `json:"name"` // HOST/REPOSITORY
	// Untagged tells that manifests without a tag are in the plan, too: the registry lists them.
	Untagged bool    `json:"untagged"`
	Goes     []Image `json:"goes"`  // the oldest first
	Stays    []Image `json:"stays"` // the youngest first, and those of unknown age at the beginning
}

// Image is an image in a plan. What belongs to it, its platforms and what refers to it, has no entry of its own.
type Image struct {
	Digest   string   `json:"digest"`
	Tags     []string `json:"tags"` // that go with it, sorted
	Date     string   `json:"date,omitempty"`
	DateFrom string   `json:"dateFrom,omitempty"` // registry: when it was pushed or last changed; image: when it was built, by its own word
	Why      []string `json:"why"`                // it stays
	With     []string `json:"with"`               // digests of the manifests that go with it
}

// Deletion is a manifest that was deleted, and with it all tags that led to it.
type Deletion struct {
	Repository string   `json:"repository"`
	Digest     string   `json:"digest"`
	Tags       []string `json:"tags"`
	Of         string   `json:"of,omitempty"` // the digest of the image that it belonged to; empty for an image itself
	At         string   `json:"at"`           // RFC 3339, UTC
	Answer     string   `json:"answer"`       // of the registry
}

// Make plans what goes. An image goes whole; what several that go have in common goes with the youngest of them. That known is false says
// that running is not all that runs.
func Make(rule Rule, repositories []Repository, running []audit.Deployment, known bool, now time.Time) *Plan {
	g := newGraph(repositories, now)
	all, found := g.judge(rule, running, now)
	p := &Plan{Schema: Schema, At: stamp(now), Rule: rule.String(), KnowsDeployed: known, Running: all, Found: found, Repositories: []RepoPlan{}, Deletions: []Deletion{}}
	for _, r := range repositories {
		p.Repositories = append(p.Repositories, g.plan(r))
	}
	slices.SortFunc(p.Repositories, func(a, b RepoPlan) int { return strings.Compare(a.Name, b.Name) })
	return p
}

func (g *graph) plan(r Repository) RepoPlan {
	out := RepoPlan{Name: r.Name, Untagged: r.Complete, Goes: []Image{}, Stays: []Image{}}
	roots := g.roots(r.Name)
	slices.Reverse(roots)
	taken := map[*node]bool{}
	for _, n := range roots {
		img := n.image()
		if n.stays {
			out.Stays = append(out.Stays, img)
			continue
		}
		for _, c := range n.companions() {
			if !taken[c] {
				taken[c] = true
				img.With = append(img.With, c.Digest)
			}
		}
		out.Goes = append(out.Goes, img)
	}
	slices.Reverse(out.Goes)
	return out
}

func (n *node) image() Image {
	img := Image{Digest: n.Digest, Tags: append([]string{}, n.Tags...), DateFrom: n.dateFrom, Why: append([]string{}, n.why...), With: []string{}}
	if !n.date.IsZero() {
		img.Date = stamp(n.date)
	}
	return img
}

func stamp(t time.Time) string { return t.UTC().Truncate(time.Second).Format(time.RFC3339) }

// JSON writes a plan.
func JSON(w io.Writer, p *Plan) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(p)
}
