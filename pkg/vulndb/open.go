// Package vulndb opens, updates and imports the advisory database that findings come from, says which database it is,
// and refuses one that is too old, damaged or of another schema.
//
// The format is grype's, schema version 6; pkg/vulndb/osv builds one. It must not import gate, ci, policy or report.
package vulndb

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	v6 "github.com/anchore/grype/grype/db/v6"
	"github.com/anchore/grype/grype/vulnerability"

	"github.com/layergate/layergate/pkg/anchore"
	"github.com/layergate/layergate/pkg/progress"
)

// Config says which database to open and how old it may be.
type Config struct {
	// Path is a vulnerability.db file, a directory that holds one (directly or as 6/vulnerability.db), or an archive
	// (.tar.zst, .tar.gz or .tar.xz) as grype distributes it. Empty means grype's own distribution.
	Path string
	// UpdateURL is the update server, asked where Path is empty; empty means grype's own.
	UpdateURL string
	// Transport reaches the update server; nil means transport.Direct.
	Transport http.RoundTripper
	// Retry says how often the update server is asked again.
	Retry Retry
	// CacheDir is where downloaded databases are kept, used where Path is empty; empty means grype's own directory.
	CacheDir string
	// NoCache keeps no database and believes none that CacheDir holds, used where Path is empty: the one that AutoUpdate
	// fetches is removed by Close.
	NoCache bool
	// OnlyServer believes no database in CacheDir that does not say that it came from the update server, not even one that a
	// person imported, used where Path is empty: of a cache that many write to nobody can tell who that was.
	OnlyServer bool
	// AutoUpdate asks the update server for a newer database before opening, where Path is empty.
	AutoUpdate bool

	// Pin names the one database that may be used: any other is refused, and where it can be fetched, it is. Nil means that
	// any may be.
	Pin *Pin
	// Identify has Info say the database's digest, which takes as long as to read it all. A pin needs that anyway.
	Identify bool

	// MaxAge is the age from which on the database is refused; 0 turns the limit off, which the caller
	// has to say aloud: Info.MaxAge is 0 then.
	MaxAge time.Duration
	// Now is the clock that ages are measured with; nil means time.Now.
	Now func() time.Time
	// UnpackDir is where the archive that Path names stays unpacked for later runs, known by its digest; empty unpacks it in each
	// run. Whoever can write to it chooses what they are judged by.
	UnpackDir string
	// TempDir is where archives are unpacked that do not stay; empty means the system's.
	TempDir string
	// Meters shows how far a download has come; may be nil.
	Meters progress.Reporter
	// Warn receives one-line warnings; may be nil.
	Warn func(string)
}

func (c Config) now() time.Time {
	if c.Now == nil {
		return time.Now().UTC()
	}
	return c.Now().UTC()
}

func (c Config) warn(format string, args ...any) {
	if c.Warn != nil {
		c.Warn(fmt.Sprintf(format, args...))
	}
}

// Info says which database is open.
type Info struct {
	Schema   string    // grype's schema version, such as 6.1.7
	Built    time.Time // UTC
	Checksum string    // xxh64:… of the database file, or sha256:… of the archive it was unpacked from
	From     string    // the path, or the address it was downloaded from, where that is known
	// Digest is the SHA-256 of what the database says: the same in every form in which somebody holds it, as an archive, a
	// file or in a cache. It is empty unless Config.Pin or Config.Identify asked for it.
	Digest   string
	PinnedBy string        // Pin.From of the pin that it was chosen by; empty for none
	MaxAge   time.Duration // the enforced limit; 0 where it was turned off

	// KnownExploited and EPSS are the days, UTC, of the catalogue of known exploited vulnerabilities and of the scores in
	// the database. The zero time says that it has none: that nothing is known of a vulnerability means nothing then.
	KnownExploited, EPSS time.Time

	Archive Archive // that it came in from the update server; zero where it did not

	Own Own // see DB.Add
}

// DB is an open database. It is safe for concurrent use until Close.
type DB struct {
	provider vulnerability.Provider
	reader   *anchore.Reader
	info     Info
	temp     []string // removed by Close
	own      *DB      // see Add; nil for none
}

// Open opens the database that cfg names, after checking its integrity, its schema and its age. The file or directory
// at cfg.Path is only read. A path that does not exist is a wrong request (fault.IsRequest); a database past its
// age is a *StaleError. The caller closes the database, and before another is opened that has taken its file's place:
// SQLite shares what it has read of a path within a process.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("opening the advisory database: %w", err)
	}
	open := openPath
	if cfg.Path == "" {
		open = openCached
	}
	src, err := open(ctx, cfg)
	if err != nil {
		src.discard()
		return nil, err
	}
	if err := checkAge(cfg, src.from, src.built); err != nil {
		src.discard()
		return nil, err
	}
	if err := src.identify(ctx, cfg); err != nil {
		src.discard()
		return nil, err
	}
	info := Info{Schema: src.schema, Built: src.built, Checksum: src.checksum, From: src.from, MaxAge: max(cfg.MaxAge, 0), Digest: src.digest, Archive: src.archive}
	if cfg.Pin != nil {
		info.PinnedBy = cfg.Pin.From
	}
	if err := info.addFeeds(src.reader); err != nil {
		src.discard()
		return nil, err
	}
	rd, err := anchore.NewReader(src.reader)
	if err != nil {
		src.discard()
		return nil, err
	}
	return &DB{provider: rd.Provider(), reader: rd, info: info, temp: src.temp}, nil
}

// Provider is what grype's matchers look advisories up in.
func (db *DB) Provider() vulnerability.Provider { return db.provider }

// Expect looks up which of these package names have advisories, all at once. It changes no answer: what is asked about
// others of them afterwards is answered without a query, and names that were not expected are looked up one by one.
func (db *DB) Expect(names []string) error {
	if db.own != nil {
		if err := db.own.Expect(names); err != nil {
			return err
		}
	}
	return db.reader.Expect(names)
}

// Info says which database this is.
func (db *DB) Info() Info { return db.info }

// Close closes the database and removes what was unpacked for it.
func (db *DB) Close() error {
	err := db.provider.Close()
	for _, dir := range db.temp {
		err = errors.Join(err, os.RemoveAll(dir))
	}
	if err != nil {
		return fmt.Errorf("closing the advisory database: %w", err)
	}
	return nil
}

// source is a database on its way to being open.
type source struct {
	reader   v6.Reader
	schema   string
	built    time.Time
	checksum string
	from     string
	dir      string  // that holds it as vulnerability.db
	digest   string  // see Info.Digest; empty where it is not known yet
	archive  Archive // that it came in from the update server
	temp     []string
}

// discard releases what a source that will not be used holds.
func (s *source) discard() {
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
func (s *source) tempDir(parent string) (string, error) {
	dir, err := os.MkdirTemp(parent, unfinished)
	if err != nil {
		return "", fmt.Errorf("making a temporary directory for the advisory database: %w", err)
	}
	s.temp = append(s.temp, dir)
	return dir, nil
}
