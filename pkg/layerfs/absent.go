package layerfs

import "errors"

// ErrAbsent says that something of a layer is needed whose bytes were left in the registry, and that no earlier run has kept it.
var ErrAbsent = errors.New("the layer was left in the registry, and not enough of it is known")

// absent stands for the content of a layer whose bytes were left in the registry.
type absent struct{ failures }

// ReadAt fails.
func (a *absent) ReadAt([]byte, int64) (int, error) { return 0, a.failed(ErrAbsent) }
