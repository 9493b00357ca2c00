package layerfs

import "path"

// Walker looks up one path after the other of a view, of which many lie in the directory of the one before. It is not safe for concurrent use.
type Walker struct {
	View
	dir string // where the last path lies
	at  *node  // what it leads to, or nil
}

// Stat is View.Stat. Symlinks on the way to the directory of the path and those behind it are counted each by themselves.
func (w *Walker) Stat(name string) (File, bool) {
	if !path.IsAbs(name) {
		return w.View.Stat(name)
	}
	dir, base := split(name)
	if w.dir != dir {
		w.dir, w.at = dir, nil
		if n, ok := w.find(dir, true); ok {
			w.at = n
		}
	}
	if w.at == nil {
		return File{}, false
	}
	n, ok := w.findFrom(w.at, base, true)
	if !ok {
		return File{}, false
	}
	return w.file(n), true
}
