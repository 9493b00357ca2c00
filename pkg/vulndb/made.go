package vulndb

import (
	"context"
	"path/filepath"
	"strconv"

	v6 "github.com/anchore/grype/grype/db/v6"

	"github.com/layergate/layergate/pkg/progress"
)

// OpenMade opens a database that is made on this machine: the one that an earlier run kept under a digest (sha256:…) in cfg.OwnDir, or
// else the one that write makes in grype's layout, as DIR/6/vulnerability.db. The digest is that of everything that write depends on.
// The database may be of any age. Sources and pins do not count.
func OpenMade(ctx context.Context, cfg Config, digest string, write func(dir string) error) (*DB, error) {
	cfg = Config{UnpackDir: cfg.OwnDir, TempDir: cfg.TempDir, Now: cfg.Now, Unkept: cfg.Unkept, Warn: cfg.Warn, Meters: cfg.Meters}
	found := unpacked(cfg, madeName, digest)
	if found == nil {
		var err error
		if found, err = cfg.fitting(func(cfg Config) (*candidate, error) { return openWritten(cfg, digest, write) }); err != nil {
			found.discard()
			return nil, err
		}
	}
	return found.use(ctx, cfg)
}

// madeName is what errors call a database that was made here.
const madeName = "of own advisories"

// openWritten opens what write makes, and keeps it.
func openWritten(cfg Config, digest string, write func(dir string) error) (*candidate, error) {
	s := &candidate{from: madeName, checksum: digest}
	dir, err := s.unpackDir(cfg)
	if err != nil {
		return s, err
	}
	making := progress.Wait(cfg.Meters, "making a database of the own advisories")
	err = write(dir)
	making.End()
	if err != nil {
		return s, err
	}
	made := filepath.Join(dir, strconv.Itoa(v6.ModelVersion))
	if filepath.Dir(dir) == cfg.UnpackDir {
		made = s.keep(cfg, made)
	}
	return s, s.openWhole(cfg, made)
}
