package facts

import (
	"slices"

	"github.com/layergate/layergate/pkg/account"
	"github.com/layergate/layergate/pkg/layerfs"
)

// adds tells whether a file of an overlay has to be noted beside those of the other file system: it is to be seen in the
// overlay alone, or of a file that is hidden there as well, the other one has nothing.
func adds(o *layerfs.FS, v layerfs.Version) bool {
	twin := o.Twin(v.Path(), v.Layer)
	if v.Hidden < 0 || v.Unsure {
		return !twin.Shown
	}
	return twin.Path == ""
}

// join adds what was noted of an overlay. A file that the other file system hides is told once, where it is to be seen.
func (t *taking) join(o *taking) {
	var now, other *account.Accounts
	for i := range t.layers {
		l, more := &t.layers[i], o.layers[i]
		for _, f := range more.Files {
			l.Files = slices.DeleteFunc(l.Files, func(g File) bool {
				return g.Kind == f.Kind && (g.Path == f.Path || g.Hidden >= 0 && g.Path == o.tree.Twin(f.Path, i).Path)
			})
		}
		l.Files = append(l.Files, more.Files...)
		for kind, n := range more.More {
			if l.More == nil {
				l.More = map[Kind]int{}
			}
			l.More[kind] += n
		}
		l.sort()
		if l.Accounts == nil && more.Accounts == nil {
			continue
		}
		if l.Accounts != nil {
			now = l.Accounts
		}
		if more.Accounts != nil {
			other = more.Accounts
		}
		l.Accounts = now.With(other)
	}
}
