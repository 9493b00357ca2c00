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
	"strings"
	"time"

	"github.com/anchore/grype/grype/vulnerability"

	"github.com/layergate/layergate/pkg/anchore"
	"github.com/layergate/layergate/pkg/disk"
	"github.com/layergate/layergate/pkg/kept"
	"github.com/layergate/layergate/pkg/progress"
)

// Config says which database to open and how old it may be.
type Config struct {
	// Sources are where the database comes from, tried in this order. None means grype's own distribution.
	Sources []Source
	// Transport reaches update servers; nil means transport.Direct.
	Transport http.RoundTripper
	// Pull finds the archive of a Repository; nil where none is asked.
	Pull Pull
	// Retry says how often an update server is asked again.
	Retry Retry
	// CacheDir is where the database of an update server is kept; empty means grype's own directory.
	CacheDir string
	// NoCache keeps no database and believes none that CacheDir holds: the one that AutoUpdate fetches is removed by Close.
	NoCache bool
	// OnlyServer believes no database in CacheDir that does not say that it came from the update server, not even one that a
	// person imported: of a cache that many write to nobody can tell who that was.
	OnlyServer bool
	// AutoUpdate asks update servers for a newer database than the one that is kept.
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
	// UnpackDir is where the archive of a Path, unless OnlyServer, or of a Repository stays unpacked for later runs, known by its
	// digest; empty unpacks it in each run. Whoever can write to it chooses what they are judged by.
	UnpackDir string
	// OwnDir is where OpenMade keeps databases for later runs; empty makes them in each run. Whoever can write to it chooses what they
	// say.
	OwnDir string
	// Kept keeps from run to run how many advisories a database has, by its checksum; nil counts in each run. Whoever can write to it
	// chooses whether a database is taken for one that knows enough.
	Kept kept.Store
	// TempDir is where archives are unpacked that do not stay; empty means the system's.
	TempDir string
	// Free tells the free space of directories that are written to; nil asks the system.
	Free disk.FreeFunc
	// Meters shows how far a download has come; may be nil.
	Meters progress.Reporter
	// Unkept is told why nothing can be kept for later runs, and that the run goes on without; nil warns of it.
	Unkept func(error)
	// Warn receives one-line warnings; may be nil.
	Warn func(string)

	keep bool // what cannot be kept is of no use
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

func (c Config) unkept(err error) {
	if c.Unkept != nil {
		c.Unkept(err)
		return
	}
	c.warn("the advisory database is kept for this run only: %v", err)
}

// Info says which database is open.
type Info struct {
	Schema   string    // grype's schema version, such as 6.1.7
	Built    time.Time // UTC
	Checksum string    // xxh64:… of the database file, or sha256:… of the archive it was unpacked from
	From     string    // the path, or the address it was downloaded from, where that is known
	// Unanswered are the sources that were asked before the one that the database comes from, and all of them where it is Outdated.
	Unanswered []Failure
	Outdated   bool // no source had a database, and this is the newest that one of them gave to an earlier run
	// Digest is the SHA-256 of what the database says: the same in every form in which somebody holds it, as an archive, a
	// file or in a cache. It is empty unless Config.Pin or Config.Identify asked for it.
	Digest   string
	PinnedBy string        // Pin.From of the pin that it was chosen by; empty for none
	MaxAge   time.Duration // the enforced limit; 0 where it was turned off

	// KnownExploited and EPSS are the days, UTC, of the catalogue of known exploited vulnerabilities and of the scores in
	// the database. The zero time says that it has none: that nothing is known of a vulnerability means nothing then.
	KnownExploited, EPSS time.Time

	// Complete says that the database was built of advisories that somebody chose, so that few are no gap (osv.Config.Complete).
	Complete bool

	Archive Archive // that it came in from the update server; zero where it did not

	Own Own // see DB.Add
}

// DB is an open database. It is safe for concurrent use until Close.
type DB struct {
	provider vulnerability.Provider
	reader   *anchore.Reader
	dir      string // that holds its file
	info     Info
	temp     []string // removed by Close
	counts   counts
	own      *DB // see Add; nil for none
}

// Open opens the database of the first source in cfg that has one which is whole, of this schema, young enough and, where cfg has
// a pin, the pinned one. Where none has, and what one of them gave to an earlier run is kept and young enough, Open takes the newest
// of those, and Info.Outdated says so. Else the error names every source; it is a wrong request (fault.IsRequest) where all of them
// are, such as paths that do not exist, and holds a *StaleError where a database is past its age.
//
// A file or directory that a Path names is only read. The caller closes the database, and before another is opened that has taken
// its file's place: SQLite shares what it has read of a path within a process.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("opening the advisory database: %w", err)
	}
	at := cfg.now()
	cfg.Now = func() time.Time { return at } // so that all sources say the same of one age
	var failed failures
	for _, s := range cfg.sources() {
		db, err := openSource(ctx, cfg, s)
		if err == nil {
			db.info.Unanswered = failed.list()
			return db, nil
		}
		if ctx.Err() != nil {
			return nil, pending(ctx, s, err)
		}
		failed = append(failed, failure{s, err})
	}
	return openOutdated(ctx, cfg, failed)
}

// openSource opens the newest database that a source has.
func openSource(ctx context.Context, cfg Config, s Source) (*DB, error) {
	found, err := s.open(ctx, cfg)
	if err != nil {
		found.discard()
		return nil, err
	}
	return found.use(ctx, cfg)
}

// openOutdated opens the newest database that one of the sources, which all failed now, gave to an earlier run.
func openOutdated(ctx context.Context, cfg Config, failed failures) (*DB, error) {
	var newest *candidate
	for i := range failed {
		found, err := failed[i].source.kept(ctx, cfg)
		if err != nil {
			found.discard()
			found, failed[i].err = nil, fmt.Errorf("%w; %w", failed[i].err, err)
		}
		if newest == nil || found != nil && found.built.After(newest.built) {
			newest, found = found, newest
		}
		found.discard()
	}
	if newest == nil {
		return nil, failed.error()
	}
	db, err := newest.use(ctx, cfg)
	if err != nil {
		if all := failed.error(); strings.Contains(all.Error(), err.Error()) { // it is the one that its source has today
			return nil, all
		}
		return nil, fmt.Errorf("%w, and no source has another: %w", err, failed.error())
	}
	db.info.Unanswered, db.info.Outdated = failed.list(), true
	return db, nil
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

// Identity is the same for two databases only where both answer matchers and Exploitation alike, with the own advisories beside each.
func (db *DB) Identity() string {
	out := fmt.Sprintf("%s %s %s", db.info.Schema, db.info.Built.UTC().Format(time.RFC3339), db.info.Checksum)
	if db.own != nil {
		out += " and " + db.own.info.Checksum // of all that it depends on, whenever it was made
	}
	return out
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
