package facts

import (
	"context"
	"fmt"
	"io/fs"
	"path"

	"github.com/layergate/layergate/pkg/inventory"
)

// own finds out which files that give rights are those that a package of the system brought so: they have the path, the
// content and no other rights than the package's.
func (t *taking) own(ctx context.Context, shipped []inventory.Privileged) error {
	byName := map[string][]inventory.Privileged{}
	for _, s := range shipped {
		byName[path.Base(s.Path)] = append(byName[path.Base(s.Path)], s)
	}
	for i := range t.layers {
		for k := range t.layers[i].Files {
			f := &t.layers[i].Files[k]
			if f.Kind != Setuid && f.Kind != Setgid && f.Kind != Capabilities {
				continue
			}
			for _, s := range byName[path.Base(f.Path)] {
				if !allows(s, f) {
					continue
				}
				same, err := t.sameFile(ctx, i, f.Path, s)
				if err != nil {
					return err
				}
				if same {
					f.Package = s.Package
					break
				}
			}
		}
	}
	return nil
}

// allows tells whether a package brings a file with the right for which it is noted.
func allows(s inventory.Privileged, f *File) bool {
	switch f.Kind {
	case Setuid:
		return s.Setuid && f.Mode&fs.ModeSetuid != 0
	case Setgid:
		return s.Setgid
	default:
		return s.Capability
	}
}

// sameFile tells whether a package's file is the one that layer i has at a path, and has the content that the package brought
// as far as that is known.
func (t *taking) sameFile(ctx context.Context, i int, name string, s inventory.Privileged) (bool, error) {
	view := t.tree.View(i)
	f, ok := view.Lstat(s.Path)
	if !ok || f.Path != name {
		return false, nil
	}
	same, known, err := inventory.HasDigest(view, f, s.Algorithm, s.Digest)
	if err != nil {
		return false, fmt.Errorf("reading %s: %w", name, err)
	}
	return same || !known, ctx.Err()
}
