package inventory

import (
	"crypto/sha256"
	"iter"

	"github.com/layergate/layergate/pkg/layerfs"
)

// This file finds the content of an earlier layer's file in the final file system. A file is written again when its
// mode or its owner changes, when a directory is copied over itself, or where another stage of a build brings it
// along.

// copies knows the content of files, each of which is read at most once.
type copies struct {
	digests  map[*layerfs.Entry][sha256.Size]byte
	programs map[int]*contents // the executables after a layer
	later    *contents         // the other files that layers after the first brought, as they are in the end; or nil
}

// contents are files by their content. Only those of a size that is asked for are read.
type contents struct {
	sizes map[int64][]layerfs.File
	known map[int64]map[[sha256.Size]byte]layerfs.File // the one of the highest layer
}

// contentsOf are those of some regular files that are not empty.
func contentsOf(files iter.Seq[layerfs.File], wanted func(layerfs.File) bool) *contents {
	c := &contents{map[int64][]layerfs.File{}, map[int64]map[[sha256.Size]byte]layerfs.File{}}
	for f := range files {
		if f.Type == layerfs.Regular && f.Size > 0 && wanted(f) {
			c.sizes[f.Size] = append(c.sizes[f.Size], f)
		}
	}
	return c
}

// find finds the content of a file.
func (s *scan) find(c *contents, of layerfs.File) (layerfs.File, bool) {
	if of.Type != layerfs.Regular || len(c.sizes[of.Size]) == 0 {
		return layerfs.File{}, false
	}
	known := c.known[of.Size]
	if known == nil {
		known = map[[sha256.Size]byte]layerfs.File{}
		for _, f := range c.sizes[of.Size] {
			sum := s.digest(f)
			if other, ok := known[sum]; !ok || other.Layer < f.Layer {
				known[sum] = f
			}
		}
		c.known[of.Size] = known
	}
	f, ok := known[s.digest(of)]
	return f, ok
}

// left returns the file that stands in the place of an earlier layer's in the end, if it has the same content: that
// very file, also where only some runtimes still have it, or one of the same content in its place.
func (s *scan) left(f layerfs.File) (layerfs.File, bool) {
	now, ok := s.tree.Top().Lstat(f.Path)
	if ok && (now.Entry == f.Entry || s.same(now, f)) {
		return now, true
	}
	return f, s.tree.Unsure(f.Path, f.Layer)
}

// elsewhere finds an executable of the final file system that has the content of an earlier layer's.
func (s *scan) elsewhere(f layerfs.File) (layerfs.File, bool) {
	return s.find(s.executables(s.tree.Layers()-1), f)
}

// executables are those after a layer.
func (s *scan) executables(layer int) *contents {
	c := s.copies.programs[layer]
	if c == nil {
		c = contentsOf(s.tree.View(layer).All, func(f layerfs.File) bool { return f.Executable() })
		s.copies.programs[layer] = c
	}
	return c
}

// moved finds files, which are not where they were, among those that layers after one brought. Executables are found by
// elsewhere.
func (s *scan) moved(files []layerfs.File, layer int) []layerfs.File {
	var out []layerfs.File
	for _, f := range files {
		if f.Executable() {
			continue
		}
		if s.copies.later == nil {
			s.copies.later = contentsOf(s.tree.Top().All, func(f layerfs.File) bool { return f.Layer > 0 && !f.Executable() })
		}
		if now, ok := s.find(s.copies.later, f); ok && now.Layer > layer {
			out = append(out, now)
		}
	}
	return out
}

// same tells whether two regular files have the same content. Files without any have nothing in common.
func (s *scan) same(a, b layerfs.File) bool {
	return a.Type == layerfs.Regular && b.Type == layerfs.Regular && a.Size == b.Size && a.Size > 0 && s.digest(a) == s.digest(b)
}

// differ tells whether a regular file lies in the place of another one, and has other content.
func (s *scan) differ(a, b layerfs.File) bool {
	return a.Type == layerfs.Regular && b.Type == layerfs.Regular && a.Entry != b.Entry && max(a.Size, b.Size) > 0 && !s.same(a, b)
}

// digest is that of a file's content, or zero where it cannot be read, which the tree remembers.
func (s *scan) digest(f layerfs.File) (sum [sha256.Size]byte) {
	if known, ok := s.copies.digests[f.Entry]; ok {
		return known
	}
	defer func() { s.copies.digests[f.Entry] = sum }()
	got, err := s.tree.Top().Sum(f, "sha256", sha256.New())
	if err != nil {
		return sum
	}
	return [sha256.Size]byte(got)
}
