package inventory

import (
	"crypto/sha256"

	"github.com/layergate/layergate/pkg/layerfs"
)

// This file finds the content of an earlier layer's file in the final file system. A file is written again when its
// mode or its owner changes, when a directory is copied over itself, or where another stage of a build brings it
// along.

// copies knows the content of files, each of which is read at most once.
type copies struct {
	digests  map[*layerfs.Entry][sha256.Size]byte
	programs map[int64][]layerfs.File // the executables of the final file system by their size, or nil
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
	if s.copies.programs == nil {
		s.copies.programs = map[int64][]layerfs.File{}
		for p := range s.tree.Top().All {
			if p.Executable() {
				s.copies.programs[p.Size] = append(s.copies.programs[p.Size], p)
			}
		}
	}
	for _, p := range s.copies.programs[f.Size] {
		if s.same(p, f) {
			return p, true
		}
	}
	return layerfs.File{}, false
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
