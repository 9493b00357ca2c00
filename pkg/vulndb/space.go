package vulndb

import (
	"errors"

	"github.com/layergate/layergate/pkg/disk"
	"github.com/layergate/layergate/pkg/fault"
)

// space is the free space for what is written to dir: a directory that cache-dir names where it is kept, and else one that temp-dir does.
func (c Config) space(dir string, kept bool) *disk.Space {
	named := fault.Input("temp-dir")
	if kept {
		named = fault.Input("cache-dir")
	}
	return disk.NewSpace(dir, c.Free).NamedBy(named)
}

// withHint adds what to do about an error to it, unless that is a full disk, which says so itself.
func withHint[H string | fault.Hint](err error, hint H) error {
	if errors.Is(err, disk.ErrFull) {
		return err
	}
	return fault.WithHint(err, hint)
}

// orHint adds what to do about an error to it, unless the error says that itself, which fits better.
func orHint[H string | fault.Hint](err error, hint H) error {
	if len(fault.Hints(err)) > 0 {
		return err
	}
	return fault.WithHint(err, hint)
}
