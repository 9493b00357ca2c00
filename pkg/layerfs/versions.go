package layerfs

// Version is what one layer has at a path.
type Version struct {
	*Entry
	// Hidden is the layer that removes or replaces it; -1 where it is part of the final file system.
	Hidden int
	// Removed is set where that layer puts nothing in its place.
	Removed bool
	// Unsure is set where runtimes differ about whether it is hidden, see FS.Unsure.
	Unsure bool
	node   *node
}

// Path is the real path: absolute, without links.
func (v Version) Path() string { return v.node.path() }

// Name is the last element of the path.
func (v Version) Name() string { return v.node.name() }

// Versions lists what every layer has, shadowed files included: in the order of the paths, the root first and what lies below a
// directory right behind it, and of one path by rising layer. A root that the lowest layer has no entry for is one for which it
// could have one: every runtime makes it.
func (t *FS) Versions(yield func(Version) bool) {
	for _, n := range t.nodes {
		for k, v := range n.versions {
			if v.entry == nil {
				continue
			}
			out := Version{Entry: v.entry, Hidden: -1, node: n}
			if k+1 < len(n.versions) {
				next := n.versions[k+1]
				out.Hidden, out.Removed = next.layer, next.entry == nil
				_, out.Unsure = n.hidden(v.layer)
			}
			if !yield(out) {
				return
			}
		}
	}
}
