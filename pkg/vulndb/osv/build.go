package osv

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/anchore/grype/grype/db/data"
	v6 "github.com/anchore/grype/grype/db/v6"
	"github.com/anchore/grype/grype/db/v6/build/transformers"
	"github.com/spf13/afero"

	"github.com/layergate/layergate/pkg/fault"
)

// The database's words for where its advisories come from, which begin the namespace of every match: those that it is built from,
// and those that a user keeps beside a database.
const (
	providerName = "osv"
	ownProvider  = "own-advisories"
)

// completeProvider is the row that says what Config.Complete does; pkg/vulndb knows it by this name.
const completeProvider = "layergate-complete"

// processor is the database's word for what wrote it.
const processor = "layergate"

// Config says which files to build a database from, and where.
type Config struct {
	// Dir gets the database in grype's layout, as 6/vulnerability.db and 6/import.json.
	Dir string
	// Files are OSV files, in JSON or YAML: one record, a list of records, or one record after the other. A directory is searched
	// for *.json, *.yaml and *.yml.
	Files []string
	// KEV is CISA's catalogue of known exploited vulnerabilities in its JSON form; empty means none.
	KEV string
	// EPSS are FIRST's scores of one day in their CSV form, which may be gzipped; empty means none.
	EPSS string
	// EndsOfLife are the ends of life of distributions' releases, as endoflife.date has them in JSON; empty means none.
	EndsOfLife string
	// Complete has the database say that the files hold all advisories there are for their ecosystems and releases, although it is a single
	// one. Of several they always do: whoever builds a database chooses what is in it, and readers believe that, however few they are.
	Complete bool
	// Now is the clock that says when the database is built, and what is withdrawn by then; nil means time.Now.
	Now func() time.Time
}

// Result counts what went into a database.
type Result struct {
	Advisories int // written
	Packages   int // rows of affected packages: one for each run of versions in each release
	Withdrawn  int // advisories left out because they were withdrawn

	Unmatched []string // see Advisories.Unmatched

	KnownExploited int // CVEs of the advisories that the catalogue names
	Scores         int // CVEs of the advisories that have an EPSS score
	EndsOfLife     int // releases of the advisories whose end of life is known
}

// Build makes a database from advisories in OSV format, for Layergate and for grype itself. What Dir held before stays
// until the new database is complete. Two builds of the same files at the same time give the same bytes. An advisory
// that cannot be understood is a wrong request (fault.IsRequest).
func Build(ctx context.Context, cfg Config) (Result, error) {
	now := time.Now
	if cfg.Now != nil {
		now = cfg.Now
	}
	at := now().UTC()
	advisories, err := Parse(ctx, walk(cfg.Files), at)
	if err != nil {
		return Result{}, err
	}
	if advisories.Len() == 0 {
		return Result{}, fault.Request(errors.New("there is no advisory to build a database from"),
			"name OSV files or directories that hold them; a database without advisories would pass every image")
	}
	built := at.Truncate(time.Second)

	// Everything is converted before anything is written.
	result := Result{Advisories: advisories.Len(), Withdrawn: advisories.withdrawn, Unmatched: advisories.Unmatched()}
	entries, packages := advisories.rows(providerName, built)
	if result.Packages = packages; packages == 0 {
		return Result{}, advisories.nothingMatches()
	}
	exploited, err := exploits(cfg, advisories.list, &result)
	if err != nil {
		return Result{}, err
	}
	ends, err := endsOfLife(cfg, advisories, built, &result)
	if err != nil {
		return Result{}, err
	}
	entries = slices.Concat(entries, exploited, ends)
	if cfg.Complete || advisories.Len() > 1 {
		says := v6.Provider{ID: completeProvider, Version: "1", Processor: processor, DateCaptured: &built, InputDigest: advisories.Digest()}
		entries = append(entries, transformers.NewEntries(says)...)
	}
	return result, install(ctx, cfg.Dir, entries, built)
}

// install writes a database, and puts it in the place of what dir held before.
func install(ctx context.Context, dir string, entries []data.Entry, built time.Time) error {
	stage, err := newStage(dir)
	if err != nil {
		return err
	}
	defer stage.discard()
	if err := writeDatabase(ctx, stage.work, entries, built); err != nil {
		return err
	}
	return stage.install()
}

// writeDatabase writes a whole database with its indexes and import metadata into dir.
func writeDatabase(ctx context.Context, dir string, entries []data.Entry, built time.Time) error {
	raw := filepath.Join(dir, "raw")
	if err := writeRaw(ctx, raw, entries); err != nil {
		return fmt.Errorf("writing the advisory database: %w", err)
	}
	if err := normalize(ctx, raw, filepath.Join(dir, v6.VulnerabilityDBFileName), built); err != nil {
		return fmt.Errorf("indexing the advisory database: %w", err)
	}
	if err := os.RemoveAll(raw); err != nil {
		return fmt.Errorf("writing the advisory database: %w", err)
	}
	if _, err := v6.WriteImportMetadata(afero.NewOsFs(), dir, "layergate db build"); err != nil {
		return fmt.Errorf("writing the advisory database: %w", err)
	}
	return nil
}

// layoutDir is the directory that holds the database in grype's layout.
func layoutDir(dir string) string { return filepath.Join(dir, strconv.Itoa(v6.ModelVersion)) }
