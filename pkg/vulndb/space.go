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

// sqliteFull is what SQLite says where a disk is full (SQLITE_FULL, "Result and Error Codes").
const sqliteFull = 13

// lacksSpace tells whether something could not be written since it does not fit.
func lacksSpace(err error) bool {
	var sqlite interface{ Code() int }
	return errors.Is(err, disk.ErrFull) || disk.Refused(err) || errors.As(err, &sqlite) && sqlite.Code() == sqliteFull
}

// fitting opens a database that is unpacked or made in cfg.UnpackDir, or for this run only where it does not fit there.
func (c Config) fitting(open func(Config) (*candidate, error)) (*candidate, error) {
	found, err := open(c)
	if err == nil || c.UnpackDir == "" || c.keep || !lacksSpace(err) {
		return found, err
	}
	found.discard()
	c.unkept(err)
	c.UnpackDir = ""
	return open(c)
}
