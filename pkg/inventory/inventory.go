// Package inventory finds the packages that each layer of an image brings, with syft's catalogers over layerfs, and
// says of each where it first appeared and whether it is still there.
//
// Beside pkg/match and pkg/vulndb it is the only package that may import anchore's modules.
package inventory

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"github.com/anchore/syft/syft/linux"
	"golang.org/x/sync/errgroup"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/kept"
	"github.com/layergate/layergate/pkg/layerfs"
)

// Inventory lists the packages that an image holds, and says what could not be read. It is a plain value:
// encoding/gob writes it down and reads it back.
type Inventory struct {
	// Packages are sorted by name, version, type and path.
	Packages []Package
	// Release is the Linux distribution of the final file system, or nil where none was recognised. Its release is that of the
	// installed packages, where they name another one than os-release.
	Release *linux.Release
	// Unreadable are files of the final file system that look like a package's and that no cataloger could read: a
	// truncated archive, a manifest that is not valid. Sorted by path.
	Unreadable []Gap
	// Unread are files and directories of the final file system that bring packages in a form which nothing here reads.
	// Sorted by path.
	Unread []Gap
	// Unidentified are files and directories of the final file system that hold software of which nothing that is read
	// says which packages it is. Sorted by path.
	Unidentified []Gap
	// Privileged are files that packages of the system bring with setuid, setgid or capabilities, in any layer. Sorted by path.
	Privileged []Privileged
	// Looked says how much of the final file system was looked at.
	Looked Looked
}

// Package is a package, the layer that introduced it, and whether it is still there.
type Package struct {
	finding.Package
	Path  string // absolute, of the file that names the package: a database, a manifest or a binary
	Layer int    // index of the first layer in which this package appears
	State finding.State
	// HiddenBy is the index of the layer that removed or replaced the record of a visible package, such as its line in
	// a database, while files of the package are still there; 0 where the record is there.
	HiddenBy int
	// Root is the directory of the system that the package is installed in, "/" but for chroots and the like; empty for a
	// package that is not an operating system's.
	Root string
	// Release is the distribution that the system at Root was when the package was recorded there, or nil where it does
	// not say or the package is not an operating system's. It is as certain as that of the Inventory.
	Release  *linux.Release
	Licenses []string // SPDX expressions where recognised, else as declared; sorted
	CPEs     []string // CPE 2.3 names that the package declares or that were derived; sorted

	// Owners are the indices of the packages of the inventory that own a file in which this one was found: visible ones
	// where it is visible itself.
	Owners []int
	// Via are the packages that bring a visible one, by name: those that a project names itself, or that no other package
	// needs. They are what manifests that are installed in the image say. It is empty for a package that is there by itself
	// and where that is not known, and holds at most ten names.
	Via []string
	// Details are read by package match only.
	Details Details
}

// Options say how an inventory is made.
type Options struct {
	Cache  kept.Store // of catalogues from earlier runs; nil for none
	Watch  Watch      // told what is being catalogued; nil for nobody
	Serial bool       // does one thing after the other
	// TempDir is the directory for temporary files; empty for the system's.
	TempDir string
}

// Watch is told that a cataloger begins with a layer, by several goroutines at once. It returns what is called when the
// cataloger has ended.
type Watch func(layer int, cataloger string) (done func())

// Take makes the inventory of a file system. diffIDs are those of its layers, which the file system was verified to
// have. What is in the file system only with runtimes that lay layers over each other (layerfs.FS.Overlay) is part of it.
func Take(ctx context.Context, tree *layerfs.FS, diffIDs []string, opts Options) (*Inventory, error) {
	if tree.Layers() == 0 {
		return &Inventory{}, nil
	}
	list, err := recorded(ctx)
	if err != nil {
		return nil, err
	}
	made := identify(Versions(), list)
	inv, err := take(ctx, tree, list, diffIDs, cacheKeys(made, diffIDs), opts)
	o := tree.Overlay()
	if err != nil || o == nil {
		return inv, err
	}
	other, err := take(ctx, o, list, diffIDs, overlayKeys(made, diffIDs), opts)
	if err != nil {
		return nil, err
	}
	inv.join(other, overlay{FS: o, diffIDs: diffIDs})
	return inv, nil
}

// take makes the inventory of a file system. keys are those under which the catalogues of its layers are kept.
func take(ctx context.Context, tree *layerfs.FS, list []cataloger, diffIDs, keys []string, opts Options) (*Inventory, error) {
	s := &scan{
		tree: tree, diffIDs: diffIDs, temp: opts.TempDir, watch: opts.Watch, catalogers: list,
		found: map[key]*occurrences{}, whole: map[string]*wholeRun{}, releases: map[system]*linux.Release{}, sites: map[site]map[string][]layerfs.File{},
		copies: copies{digests: map[*layerfs.Entry][sha256.Size]byte{}, programs: map[int]*contents{}},
	}
	catalogues, err := s.catalogues(ctx, keys, opts)
	if err = cmp.Or(err, ctx.Err()); err != nil {
		return nil, err
	}
	for i, c := range catalogues {
		s.add(i, c)
	}
	return s.inventory()
}

// recorded are all catalogers with their selections.
func recorded(ctx context.Context) ([]cataloger, error) {
	list := catalogers()
	for i := range list {
		if err := list[i].record(ctx); err != nil {
			return nil, fmt.Errorf("preparing the %s: %w", list[i].Name(), err)
		}
	}
	return list, nil
}

// catalogues has the catalogue of each layer, which is kept under its key.
func (s *scan) catalogues(ctx context.Context, keys []string, opts Options) ([]*catalogue, error) {
	out := make([]*catalogue, s.tree.Layers())
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	if opts.Serial {
		group.SetLimit(1)
	}
	for i := range out {
		group.Go(func() (err error) {
			known := &catalogue{}
			if kept.Get(opts.Cache, keys[i], known) {
				out[i] = known
				return nil
			}
			if out[i], err = s.catalogueLayer(ctx, i); err != nil {
				return fmt.Errorf("cataloguing layer %d (%s): %w", i, s.diffIDs[i], err)
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			// A layer whose content failed to be read may have been catalogued in part.
			if s.tree.Err() == nil {
				err = kept.Put(opts.Cache, keys[i], out[i])
			}
			return err
		})
	}
	return out, group.Wait()
}

// inventory settles which packages are visible, and which are a part of others.
func (s *scan) inventory() (*Inventory, error) {
	inv := &Inventory{Release: linux.IdentifyRelease(s.resolver(s.tree.Top(), nil))}
	var err error
	if inv.Unreadable, err = s.unreadable(); err != nil {
		return nil, err
	}
	all := s.withoutKnownCopies(once(s.sorted()))
	if inv.Unread, err = s.unread(all); err != nil {
		return nil, err
	}
	recordless := s.recordless(all)
	inv.Unreadable = sortGaps(append(inv.Unreadable, recordless.node...))
	if inv.Unidentified, err = s.unidentified(recordless.others, all, inv.Unreadable); err != nil {
		return nil, err
	}
	visible := slices.DeleteFunc(slices.Clone(all), func(o *occurrences) bool { return !o.visible })
	inv.Looked = s.looked(visible)
	inv.Looked.Data = inv.Release == nil && len(all)+len(inv.Unreadable)+len(inv.Unread)+len(inv.Unidentified) == 0 && s.isData()
	listed := s.list(visible, finding.Visible, s.resolveTop())
	s.addVia(listed)
	if len(visible) < len(all) {
		listed = append(listed, s.list(all, finding.Shadowed, s.resolveAnywhere())...)
	}
	inv.fill(listed)
	inv.settle()
	inv.Privileged = s.privileged()
	return inv, nil
}

// once drops packages that another cataloger found just the same.
func once(list []*occurrences) []*occurrences {
	first := map[string]*occurrences{}
	for _, o := range list {
		id := o.it().ID
		if f := first[id]; f == nil || !f.visible && o.visible {
			first[id] = o
		}
	}
	return slices.DeleteFunc(list, func(o *occurrences) bool { return first[o.it().ID] != o })
}

// unsorted is a package of an inventory that is not sorted yet.
type unsorted struct {
	Package
	from   *occurrences
	owners []*occurrences
}

// list makes the packages of a state. Visible packages stand among shadowed ones only as their owners.
func (s *scan) list(list []*occurrences, state finding.State, resolve func(string) (string, bool)) []unsorted {
	packages := make([]*found, len(list))
	for i, o := range list {
		packages[i] = o.it().found
	}
	brings := func(owner int, program *found) bool {
		r, _ := s.releaseFor(list[owner])
		return packages[owner].bringsOf(r, program)
	}
	owners, dropped := resolveOwners(packages, resolve, &genuine{s, state == finding.Visible, map[alteration]bool{}}, brings)
	var out []unsorted
	for i, o := range list {
		if dropped[i] || o.visible != (state == finding.Visible) {
			continue
		}
		l := unsorted{Package: s.newPackage(o, state), from: o}
		for _, owner := range owners[i] {
			if !dropped[owner] {
				l.owners = append(l.owners, list[owner])
			}
		}
		out = append(out, l)
	}
	return out
}

func (s *scan) newPackage(o *occurrences, state finding.State) Package {
	f := o.it().found
	p := Package{
		Package:  finding.Package{Name: f.Name, Version: f.Version, Type: string(f.Type), PURL: f.PURL},
		Path:     f.path(),
		Layer:    o.layer,
		State:    state,
		HiddenBy: o.hiddenBy,
		Root:     f.Root,
		Licenses: f.Licenses,
		CPEs:     f.cpeNames(),
		Details:  Details{Language: f.Language, Places: f.Places, CPEs: f.CPEs, Upstreams: f.Upstreams, Metadata: f.Metadata, Clues: f.Clues, Maintainer: f.Maintainer},
	}
	if f.Root != "" {
		p.Release, p.PURL = s.releaseFor(o)
	}
	return p
}

// fill puts the packages into their order and counts owners by it.
func (inv *Inventory) fill(list []unsorted) {
	slices.SortStableFunc(list, func(x, y unsorted) int {
		return cmp.Or(
			strings.Compare(x.Name, y.Name), strings.Compare(x.Version, y.Version), strings.Compare(x.Type, y.Type),
			strings.Compare(x.Path, y.Path), strings.Compare(x.PURL, y.PURL), cmp.Compare(x.Layer, y.Layer), strings.Compare(string(x.State), string(y.State)),
		)
	})
	at := map[*occurrences]int{}
	for i, l := range list {
		at[l.from] = i
	}
	for _, l := range list {
		for _, owner := range l.owners {
			if i, ok := at[owner]; ok {
				l.Owners = append(l.Owners, i)
			}
		}
		inv.Packages = append(inv.Packages, l.Package)
	}
}
