// Package layers finds the secrets in the files of an image's layers, also in those that a later layer hides, and in all else that the layers
// have: whoever has the image can read it all the same.
package layers

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/kept"
	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/secret"
)

// Secret is a secret in a file of an image.
type Secret struct {
	secret.Found
	Path  string // absolute
	Layer int    // index of the first layer in which the file at that path has it
	State finding.State
	// Replaced is set where the layer itself has something else at the path in the end.
	Replaced bool
	// Beside is set for a secret in no content of a file, but in the header that the layer's tar has for the path: its name, of which the path then
	// has *** in the secret's place, the target of a link or an attribute. Without a path it is behind the last header. It is always visible.
	Beside bool
}

// Options say how secrets are looked for.
type Options struct {
	Cache  kept.Store // of what layers hold, from earlier runs; nil for none
	Serial bool       // does one thing after the other
	// Around does the work on a layer that is not cached; nil for nobody who has to know.
	Around func(ctx context.Context, layer int, work func(context.Context))
}

// maxSecrets is how many secrets are listed of a layer.
const maxSecrets = 10_000

// Find lists the secrets of a file system, by path. diffIDs are those of its layers, which the file system was verified to have.
// A secret that several layers hold at one path, as when a layer changes a file's owner, is one. What is at another path, or
// only there, with runtimes that lay layers over each other (layerfs.FS.Overlay) is searched as well.
func Find(ctx context.Context, tree *layerfs.FS, diffIDs []string, opts Options) ([]Secret, error) {
	all, err := find(ctx, tree, layerKeys(diffIDs), opts, func(ctx context.Context, layer int) ([]Secret, error) {
		found, err := search(ctx, named(tree.Contents(layer)), tree.View(layer).KeepingOwn(), opts.Serial)
		if err != nil {
			return nil, err
		}
		others, err := beside(ctx, tree, layer)
		return append(found, others...), err
	})
	o := tree.Overlay()
	if err != nil || o == nil {
		return once(all), err
	}
	others, err := find(ctx, o, overlayKeys(diffIDs), opts, func(ctx context.Context, layer int) ([]Secret, error) {
		files := slices.DeleteFunc(o.Contents(layer), func(f layerfs.File) bool { return o.Twin(f.Path, layer).Path == f.Path })
		return search(ctx, named(files), o.View(layer).KeepingOwn(), opts.Serial)
	})
	return once(join(all, others, o)), err
}

// find lists what look finds in each layer of a file system, or is known from an earlier run.
func find(ctx context.Context, tree *layerfs.FS, keys []string, opts Options, look func(ctx context.Context, layer int) ([]Secret, error)) ([]Secret, error) {
	var all []Secret
	for i, key := range keys {
		found, ok := load(opts.Cache, key)
		if !ok {
			var err error
			opts.around(ctx, i, func(ctx context.Context) {
				found, err = look(ctx, i)
			})
			if err != nil {
				return nil, fmt.Errorf("layer %d: %w", i, err)
			}
			if err := kept.Put(opts.Cache, key, found); err != nil {
				return nil, err
			}
		}
		for _, s := range found {
			switch s.Layer, s.State = i, finding.Shadowed; {
			case s.Beside:
				s.State = finding.Visible
			case !s.Replaced:
				s.State = state(tree, s.Path, i)
			}
			all = append(all, s)
		}
	}
	return all, nil
}

// named has each content once, which lists of FS.Contents have for each of its paths: by one that says what it holds, where there is such.
func named(files []layerfs.File) []layerfs.File {
	var out []layerfs.File
	for _, f := range files {
		last := len(out) - 1
		switch {
		case last < 0 || !f.SameContent(out[last]):
			out = append(out, f)
		case !secret.IsKnown(out[last].Path) && secret.IsKnown(f.Path):
			out[last] = f
		}
	}
	return out
}

// join adds the secrets in the files of an overlay that are at another path there. One in a file that the other file system
// has as well is told once, at the path where it is to be seen.
func join(all, others []Secret, o *layerfs.FS) []Secret {
	for i := range all {
		if s := &all[i]; !s.Replaced && twin(*s, o) == s.Path && state(o, s.Path, s.Layer) == finding.Visible {
			s.State = finding.Visible
		}
	}
	for _, s := range others {
		there := twin(s, o)
		i := slices.IndexFunc(all, func(a Secret) bool {
			return a.Path == there && a.Layer == s.Layer && a.Line == s.Line && a.id() == s.id()
		})
		switch {
		case i < 0:
			all = append(all, s)
		case s.State == finding.Visible && all[i].State != finding.Visible:
			all[i] = s
		}
	}
	return all
}

// twin is the path at which the other file system has what a secret of an overlay is in; empty where it has not.
func twin(s Secret, o *layerfs.FS) string {
	if s.Class != secret.Repository {
		return o.Twin(s.Path, s.Layer).Path
	}
	for f := range o.View(s.Layer).Below(s.Path) { // the files of a directory are in one there, too
		if t := o.Twin(f.Path, s.Layer).Path; path.Base(t) == path.Base(f.Path) && path.Dir(f.Path) == s.Path {
			return path.Dir(t)
		}
	}
	return ""
}

func (o Options) around(ctx context.Context, layer int, work func(context.Context)) {
	if o.Around == nil {
		work(ctx)
		return
	}
	o.Around(ctx, layer, work)
}

// state tells whether what a layer has at a path is there in the end, or may be where runtimes differ.
func state(tree *layerfs.FS, name string, layer int) finding.State {
	if f, ok := tree.Top().Lstat(name); ok && f.Entry.Layer == layer || tree.Unsure(name, layer) {
		return finding.Visible
	}
	return finding.Shadowed
}

// once sorts secrets and joins those that are one: in the first layer that has it, and visible where one of them is.
func once(all []Secret) []Secret {
	slices.SortStableFunc(all, func(a, b Secret) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.id(), b.id()), cmp.Compare(a.Layer, b.Layer), cmp.Compare(a.Line, b.Line))
	})
	var out []Secret
	for _, s := range all {
		last := len(out) - 1
		if last < 0 || s.Path == "" || out[last].Path != s.Path || out[last].id() != s.id() || out[last].Layer == s.Layer && out[last].Replaced == s.Replaced {
			out = append(out, s)
			continue
		}
		if s.State == finding.Visible {
			out[last].State = finding.Visible
		}
		out[last].Replaced = out[last].Replaced && s.Replaced
	}
	return out
}

// id tells secrets of one file apart, as far as they may be shown.
func (s Secret) id() string {
	return strings.Join([]string{string(s.Class), s.Type, s.Name, s.Shown, s.Hash, strconv.FormatBool(s.Beside)}, "\x00")
}

// search goes through files of a layer.
func search(ctx context.Context, files []layerfs.File, view layerfs.View, serial bool) ([]Secret, error) {
	results := make([][]secret.Found, len(files))
	workers := runtime.GOMAXPROCS(0)
	if serial {
		workers = 1
	}
	var count atomic.Int64
	next := queue{files: files}
	group, ctx := errgroup.WithContext(ctx)
	for range min(workers, len(files)) {
		group.Go(func() error {
			var searcher secret.Searcher
			var ahead layerfs.Ahead
			for from, until := next.take(); from < until; from, until = next.take() {
				for i, f := range files[from:until] {
					content, err := ahead.Open(view, f)
					if err != nil {
						return fmt.Errorf("%q: %w", f.Path, err)
					}
					found, err := searcher.File(ctx, f.Path, content, f.Size)
					if err != nil {
						return fmt.Errorf("%q: %w", f.Path, err)
					}
					if count.Add(int64(len(found))) > maxSecrets {
						return fmt.Errorf("it holds more than %d secrets", maxSecrets)
					}
					results[from+i] = found
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var out []Secret
	for i, found := range results {
		for _, f := range found {
			name := files[i].Path
			if f.Class == secret.Repository {
				name = path.Dir(name) // it is the directory
			}
			out = append(out, Secret{Found: f, Path: name, Replaced: files[i].Replaced})
		}
	}
	return out, nil
}

// queue hands out files, some that stand one behind the other at a time. It is safe for concurrent use.
type queue struct {
	files []layerfs.File
	mu    sync.Mutex
	next  int
}

// take returns where the next ones begin and end: about as many as are read at once. There are none left where both are the same.
func (q *queue) take() (from, until int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	from = q.next
	for size := int64(0); q.next < len(q.files) && size < layerfs.AheadSize; q.next++ {
		size += q.files[q.next].Size
	}
	return from, q.next
}
