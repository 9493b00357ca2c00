package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/report"
	"github.com/layergate/layergate/pkg/strictjson"
	"github.com/layergate/layergate/pkg/textfile"
)

// Schema is the version of what JSON writes. A reader may rely on every field of its major version.
const Schema = "1.4"

// Result is what an audit, or a shard of one, found.
type Result struct {
	Schema        string          `json:"schema"`
	At            string          `json:"at"`    // RFC 3339, UTC: when it began
	Shard         Shard           `json:"shard"` // zero for all images
	Database      report.Database `json:"database,omitzero"`
	Policy        string          `json:"policy"`          // digest of the policy that the images were judged by
	Where         string          `json:"where,omitempty"` // what was looked for in all images
	Scope         []string        `json:"scope"`           // what of registries was listed, sorted: repositories, or HOST/PATTERN
	KnowsDeployed bool            `json:"knowsDeployed"`   // an image without Deployed does not run
	Images        []Entry         `json:"images"`          // the ones with most to do first
	Artifacts     []Artifact      `json:"artifacts"`       // what the repositories keep beside images, sorted
	Elsewhere     []string        `json:"elsewhere"`       // digests that other shards look at, sorted
}

// Artifact is what lies in a repository and nothing can run, such as a signature, a list of referrers or a Helm chart. It is not judged.
type Artifact struct {
	Image
	Type string `json:"type"` // its artifact type, or the media type that says what it is; it may be hostile
}

// JSON writes a result, which Read reads back.
func JSON(w io.Writer, r *Result) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// MaxSize is how many bytes a result may have.
const MaxSize = 512 << 20

// Read reads a result of at most MaxSize bytes.
func Read(raw []byte) (*Result, error) {
	raw, err := textfile.Decode(raw)
	if err != nil {
		return nil, err
	}
	r := &Result{}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(r); err != nil {
		return nil, fmt.Errorf("it is not the result of an audit: %w", strictjson.Plain(err))
	}
	major, _, _ := strings.Cut(r.Schema, ".")
	if want, _, _ := strings.Cut(Schema, "."); major != want {
		return nil, fmt.Errorf("its schema is %q, but this version of Layergate reads %s.x", r.Schema, want)
	}
	for i, e := range r.Images {
		if !slices.Contains([]Outcome{Clean, Blocked, Undecided}, e.Outcome) || e.Outcome == Clean && len(e.Blocking) > 0 {
			return nil, fmt.Errorf("image %d has the outcome %.40q and %d findings that block", i, e.Outcome, len(e.Blocking))
		}
	}
	return r, nil
}

// Merge joins the shards of one audit. An image that one of them leaves to another which did not look at it is undecided. Results
// that are not shards of one audit, and not all of them, are a wrong request.
func Merge(parts []*Result) (*Result, error) {
	if len(parts) == 0 {
		return nil, errors.New("there is nothing to merge")
	}
	if err := complete(parts); err != nil {
		return nil, err
	}
	out := *parts[0]
	out.Shard, out.Images, out.Artifacts, out.Elsewhere = Shard{}, nil, nil, nil
	known := map[string]bool{}
	var missing []string
	for _, p := range parts {
		out.At = min(out.At, p.At)
		if p.Database.Built != "" && (out.Database.Built == "" || p.Database.Built < out.Database.Built) {
			out.Database = p.Database // the oldest says what all of them knew
		}
		for _, e := range p.Images {
			if e.Digest != "" && known[e.Digest] {
				continue
			}
			known[e.Digest] = true
			out.Images = append(out.Images, e)
		}
		for _, a := range p.Artifacts {
			if !known[a.Digest] {
				known[a.Digest] = true
				out.Artifacts = append(out.Artifacts, a)
			}
		}
		missing = append(missing, p.Elsewhere...)
	}
	slices.Sort(missing)
	for _, digest := range slices.Compact(missing) {
		if !known[digest] {
			e := undecided(Image{Digest: digest}, errors.New("the part of the audit that was to look at it did not"))
			e.At = out.At
			out.Images = append(out.Images, e)
		}
	}
	out.normalize()
	return &out, nil
}

// complete makes sure that results are all shards of one audit.
func complete(parts []*Result) error {
	seen := map[int]bool{}
	for _, p := range parts {
		switch {
		case p.Shard.Of == 0:
			return fault.Request(errors.New("one of the results is that of a whole audit, which needs no others"), "name only results of audits that each looked at a part of the images")
		case p.Shard.Of != len(parts):
			return fault.Request(fmt.Errorf("%d results were given, and one of them is part %d of %d", len(parts), p.Shard.Index, p.Shard.Of), "name the results of all parts of one audit, each once")
		case seen[p.Shard.Index]:
			return fault.Request(fmt.Errorf("part %d of the audit was given twice", p.Shard.Index), "name the results of all parts of one audit, each once")
		case p.Where != parts[0].Where, !slices.Equal(p.Scope, parts[0].Scope), p.KnowsDeployed != parts[0].KnowsDeployed:
			return fault.Request(fmt.Errorf("part %d is of an audit that was asked something else", p.Shard.Index), "run all parts with the same flags")
		case p.Policy != parts[0].Policy:
			return fault.Request(fmt.Errorf("part %d was judged by another policy than part %d", p.Shard.Index, parts[0].Shard.Index), "run all parts with the same policy file and flags")
		case apart(p.At, parts[0].At) > maxApart:
			return fault.Request(fmt.Errorf("part %d began at %s and part %d at %s: they are of two audits", p.Shard.Index, p.At, parts[0].Shard.Index, parts[0].At), "name the results of all parts of one audit, each once")
		}
		seen[p.Shard.Index] = true
	}
	return nil
}

// maxApart is how long after each other the parts of one audit may begin: machines wait for their turn, and the next audit comes a day later.
const maxApart = 12 * time.Hour

// apart is the time between two times as a result has them; without end where one is no time.
func apart(a, b string) time.Duration {
	from, err := time.Parse(time.RFC3339, a)
	to, err2 := time.Parse(time.RFC3339, b)
	if err != nil || err2 != nil {
		return math.MaxInt64
	}
	return to.Sub(from).Abs()
}
