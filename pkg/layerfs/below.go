package layerfs

import "iter"

// Below lists every file of the view that lies below a directory, at any depth, in the order of their paths. Links in
// the directory's own path are followed; links below it are listed and not followed.
func (v View) Below(dir string) iter.Seq[File] {
	return func(yield func(File) bool) {
		top, ok := v.find(dir, true)
		if !ok {
			return
		}
		for _, n := range v.fs.nodes[top.pos+1 : top.end] {
			if n.at(v.layer) != nil && !yield(v.file(n)) {
				return
			}
		}
	}
}
