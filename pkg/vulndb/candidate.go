package vulndb

import (
	"context"
	"fmt"
	"os"
	"time"

	v6 "github.com/anchore/grype/grype/db/v6"

	"github.com/layergate/layergate/pkg/anchore"
)

// candidate is a database that a source has, on its way to being open.
type candidate struct {
	reader   v6.Reader
	schema   string
	built    time.Time
	checksum string
	from     string
	origin   string  // as it is written down beside what is kept of an archive; empty for nothing but its checksum
	dir      string  // that holds it as vulnerability.db
	digest   string  // see Info.Digest; empty where it is not known yet
	archive  Archive // that it came in from the update server
	given    bool    // a path that the user named
	proof    proof   // see prove
	temp     []string
}

// discard releases what a candidate that will not be used holds.
func (s *candidate) discard() {
	if s == nil {
		return
	}
	if s.reader != nil {
		_ = s.reader.Close()
	}
	for _, dir := range s.temp {
		_ = os.RemoveAll(dir)
	}
}

// tempDir makes a directory that lives as long as the database.
func (s *candidate) tempDir(parent string) (string, error) {
	dir, err := os.MkdirTemp(parent, unfinished)
	if err != nil {
		return "", fmt.Errorf("making a temporary directory for the advisory database: %w", err)
	}
	s.temp = append(s.temp, dir)
	return dir, nil
}

// use opens the database for good, after checking its age and its identity. One that is refused is discarded.
func (s *candidate) use(ctx context.Context, cfg Config) (_ *DB, err error) {
	defer func() {
		if err != nil {
			s.discard()
		}
	}()
	if err := s.checkAge(cfg); err != nil {
		return nil, err
	}
	if err := s.identify(ctx, cfg); err != nil {
		return nil, err
	}
	info := Info{Schema: s.schema, Built: s.built, Checksum: s.checksum, From: s.from, MaxAge: max(cfg.MaxAge, 0), Digest: s.digest, Archive: s.archive}
	if cfg.Pin != nil {
		info.PinnedBy = cfg.Pin.From
	}
	if err := info.addFeeds(s.reader); err != nil {
		return nil, err
	}
	rd, err := anchore.NewReader(s.reader)
	if err != nil {
		return nil, err
	}
	return &DB{provider: rd.Provider(), reader: rd, dir: s.dir, info: info, temp: s.temp, counts: counts{store: cfg.Kept, database: s.checksum}}, nil
}
