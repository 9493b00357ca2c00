package facts

import (
	"context"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"io/fs"
	"path"

	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/layerfs"
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
	h, encode := digester(s.Algorithm)
	if h == nil || s.Digest == "" {
		return true, nil
	}
	if f.Type != layerfs.Regular {
		return false, nil
	}
	sum, err := view.Sum(f, s.Algorithm, h)
	if err != nil {
		return false, fmt.Errorf("reading %s: %w", name, err)
	}
	return encode(sum) == s.Digest, ctx.Err()
}

// digester makes digests as package databases write them; nil for an algorithm that none is known to use.
func digester(algorithm string) (hash.Hash, func([]byte) string) {
	switch algorithm {
	case "md5":
		return md5.New(), hex.EncodeToString
	case "sha1":
		return sha1.New(), hex.EncodeToString
	case "sha256":
		return sha256.New(), hex.EncodeToString
	case "sha512":
		return sha512.New(), hex.EncodeToString
	case "'Q1'+base64(sha1)": // apk's
		return sha1.New(), func(sum []byte) string { return "Q1" + base64.StdEncoding.EncodeToString(sum) }
	}
	return nil, nil
}
