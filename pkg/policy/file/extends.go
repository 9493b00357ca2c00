package file

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/token"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/project"
	"github.com/layergate/layergate/pkg/regular"
)

// maxFiles is how many policy files may extend one another.
const maxFiles = 8

// Published begins the name of a policy in a registry: oci://REGISTRY/REPOSITORY@sha256:….
const Published = "oci://"

// Fetch reads a policy that was published, by its reference without oci://, and at most limit bytes. It returns the bytes that
// the digest in the reference names. A reference without a digest is a wrong request.
type Fetch func(ref string, limit int64) ([]byte, error)

// chain reads a policy file and those that it extends, of one project and of registries.
type chain struct {
	files project.Files // nil for a policy that stands by itself
	fetch Fetch
	names []string // of those that were read so far
}

// read reads the policy of a file, with what one that extends it goes on from. A file of the project that does not exist is
// fs.ErrNotExist.
func (c *chain) read(name string) (policy.Policy, layer, error) {
	raw, err := c.load(name)
	if err != nil {
		return policy.Policy{}, layer{}, err
	}
	return c.parse(name, raw)
}

// load reads the bytes of a policy file, or of a published policy.
func (c *chain) load(name string) ([]byte, error) {
	if ref, ok := strings.CutPrefix(name, Published); ok {
		return c.fetch(ref, MaxSize)
	}
	raw, err := c.files.ReadFile(name, MaxSize)
	if errors.Is(err, regular.ErrTooLarge) {
		return nil, fault.Request(fmt.Errorf("reading the policy file %s: %w", name, err), "remove what nobody needs, such as exceptions that have ended; what many projects share goes into a policy of its own that they extend")
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		err = fault.Request(fmt.Errorf("reading the policy file %s: %w", name, err), "name a file of the project, or a link to one; a link out of the project is not followed")
	}
	return raw, err
}

// parse reads the policy of a file's bytes.
func (c *chain) parse(name string, raw []byte) (policy.Policy, layer, error) {
	c.names = append(c.names, name)
	own, err := parseOnto(name, raw, layer{})
	if err != nil {
		return policy.Policy{}, layer{}, err
	}
	locks := len(own.doc.Lock) > 0
	var below policy.Policy
	if own.doc.Extends != "" {
		if below, own, err = c.extend(name, raw, own); err != nil {
			return policy.Policy{}, layer{}, err
		}
	}
	p := own.policy()
	inherit(&p, below)
	sum := sha256.Sum256(raw)
	p.Files = append([]policy.File{{Name: own.file, Digest: "sha256:" + hex.EncodeToString(sum[:])}}, below.Files...)
	if loosened := p.Loosened(); len(loosened) > 0 {
		return policy.Policy{}, layer{}, own.refuse(loosened[0], p.Floor.File)
	}
	if locks {
		floor := p
		p.Floor = &floor
	}
	return p, own, nil
}

// extend reads what a file extends, and the file once more on top of that.
func (c *chain) extend(name string, raw []byte, own layer) (policy.Policy, layer, error) {
	at := own.at.places["extends"]
	target, err := c.target(name, own)
	if err != nil {
		return policy.Policy{}, own, err
	}
	text, err := c.load(target)
	switch published := strings.HasPrefix(target, Published); {
	case err == nil:
	case published && fault.IsRequest(err):
		return policy.Policy{}, own, own.at.errorAt(at, strings.Join(fault.Hints(err), "; "), "reading %s: %v", target, err)
	case published:
		return policy.Policy{}, own, fmt.Errorf("reading %s, which %s extends in line %d: %w", target, name, at.Line, err)
	case errors.Is(err, fs.ErrNotExist):
		return policy.Policy{}, own, own.at.errorAt(at, "correct the path, or add the file", "%s does not exist", target)
	default:
		return policy.Policy{}, own, err
	}
	below, from, err := c.parse(target, text)
	if err != nil {
		return policy.Policy{}, own, err
	}
	own, err = parseOnto(name, raw, from)
	return below, own, err
}

// target is the name of what a file extends.
func (c *chain) target(name string, own layer) (string, error) {
	at, extends := own.at.places["extends"], own.doc.Extends
	target := extends
	switch {
	case strings.HasPrefix(extends, Published):
		if c.fetch == nil {
			return "", own.at.errorAt(at, "extend a file of the project", "%s lies in a registry, and none is asked here", extends)
		}
	case !strings.HasPrefix(extends, "./") && !strings.HasPrefix(extends, "../"):
		return "", own.at.errorAt(at, "begin a path with ./, and a published policy with oci://", "extends is the path of a file or a published policy, not %q", extends)
	case c.files == nil || strings.HasPrefix(name, Published):
		return "", own.at.errorAt(at, "publish that file, too, and extend what layergate policy publish prints", "a published policy extends no file, and this one extends %s", extends)
	default:
		target = path.Join(path.Dir(name), extends)
		if !filepath.IsLocal(filepath.FromSlash(target)) {
			return "", own.at.errorAt(at, "extend a file of the project", "%s is outside of the project", extends)
		}
	}
	switch {
	case slices.Contains(c.names, target):
		return "", own.at.errorAt(at, "let one of them extend nothing", "%s extends itself through %s", target, strings.Join(c.names, ", "))
	case len(c.names) == maxFiles:
		return "", own.at.errorAt(at, "join some of them", "more than %d files extend one another", maxFiles)
	}
	return target, nil
}

// inherit takes over from the policy below what no file says: what is locked there. Exceptions that are added to a policy which
// locks always-block accept nothing that it always blocks.
func inherit(p *policy.Policy, below policy.Policy) {
	p.Floor = below.Floor
	for i := len(below.Exceptions); i < len(p.Exceptions); i++ { // those before have it from below
		p.Exceptions[i].NotAlways = slices.Contains(below.Locks, policy.RuleAlways)
	}
}

// refuse is an error about what a file loosens.
func (l layer) refuse(d policy.Loosening, floor string) error {
	var at *token.Position
	if d.Where != nil && d.Where.File == l.file {
		at = l.at.firstOn(d.Where.Line)
	}
	return l.at.errorAt(at, "tighten it, or leave it as it is there", "this file %s, and %s locks %s", d.Message, floor, d.Locked)
}

// firstOn is where the first value of a line stands, or else its beginning.
func (d *decoder) firstOn(line int) *token.Position {
	var first *token.Position
	for _, at := range d.places {
		if at != nil && at.Line == line && (first == nil || at.Column < first.Column) {
			first = at
		}
	}
	return cmp.Or(first, &token.Position{Line: line, Column: 1})
}
