package file

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/project"
)

// maxFiles is how many policy files may extend one another.
const maxFiles = 8

// chain reads a policy file and those that it extends, all of one project.
type chain struct {
	files project.Files
	names []string // of those that were read so far
}

// read reads the policy of a file, with what one that extends it goes on from. A file that does not exist is fs.ErrNotExist;
// one that it extends is a wrong request then.
func (c *chain) read(name string) (policy.Policy, layer, error) {
	raw, err := c.files.ReadFile(name, MaxSize)
	if errors.Is(err, fs.ErrNotExist) {
		return policy.Policy{}, layer{}, err
	}
	if err != nil {
		return policy.Policy{}, layer{}, fault.Request(fmt.Errorf("reading the policy file %s: %w", name, err), "name a file of the project, or a link to one; a link out of the project is not followed")
	}
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
	at := positionOf(own.lines["extends"])
	target := path.Join(path.Dir(name), own.doc.Extends)
	switch {
	case !strings.HasPrefix(own.doc.Extends, "./") && !strings.HasPrefix(own.doc.Extends, "../"):
		return policy.Policy{}, own, own.at.errorAt(at, "begin its path with ./", "extends is the path of a file, not %q", own.doc.Extends)
	case !filepath.IsLocal(filepath.FromSlash(target)):
		return policy.Policy{}, own, own.at.errorAt(at, "extend a file of the project", "%s is outside of the project", own.doc.Extends)
	case slices.Contains(c.names, target):
		return policy.Policy{}, own, own.at.errorAt(at, "let one of them extend nothing", "%s extends itself through %s", target, strings.Join(c.names, ", "))
	case len(c.names) == maxFiles:
		return policy.Policy{}, own, own.at.errorAt(at, "join some of them", "more than %d files extend one another", maxFiles)
	}
	below, from, err := c.read(target)
	if errors.Is(err, fs.ErrNotExist) {
		err = own.at.errorAt(at, "correct the path, or add the file", "%s does not exist", target)
	}
	if err != nil {
		return policy.Policy{}, own, err
	}
	own, err = parseOnto(name, raw, from)
	return below, own, err
}

// inherit takes over from the policy below what no file says: what is locked there. Exceptions that are added to a policy which
// locks always-block accept nothing that it always blocks.
func inherit(p *policy.Policy, below policy.Policy) {
	p.Floor = below.Floor
	for i := range p.Exceptions {
		if i < len(below.Exceptions) {
			p.Exceptions[i].NotAlways = below.Exceptions[i].NotAlways
		} else {
			p.Exceptions[i].NotAlways = slices.Contains(below.Locks, policy.RuleAlways)
		}
	}
}

// refuse is an error about what a file loosens.
func (l layer) refuse(d policy.Difference, floor string) error {
	at := finding.Location{Line: 1}
	if d.Where != nil && d.Where.File == l.file {
		at = *d.Where
	}
	return l.at.errorAt(positionOf(at), "tighten it, or leave it as it is there", "this file %s, and %s locks %s", d.Message, floor, d.Rule)
}
