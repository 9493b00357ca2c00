package osv

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/anchore/grype/grype/db/data"
	v6 "github.com/anchore/grype/grype/db/v6"
	build "github.com/anchore/grype/grype/db/v6/build"
	"github.com/anchore/grype/grype/db/v6/build/transformers"
	"github.com/spf13/afero"

	"github.com/layergate/layergate/pkg/fault"
)

// providerName is the database's word for where its advisories come from; it begins the namespace of every match.
const providerName = "osv"

// processor is the database's word for what wrote it.
const processor = "layergate"

// Config says which files to build a database from, and where.
type Config struct {
	// Dir gets the database in grype's layout, as 6/vulnerability.db and 6/import.json.
	Dir string
	// Files are OSV files: one record, an array of records, or one record after the other. A directory is searched
	// for *.json.
	Files []string
	// KEV is CISA's catalogue of known exploited vulnerabilities in its JSON form; empty means none.
	KEV string
	// EPSS are FIRST's scores of one day in their CSV form, which may be gzipped; empty means none.
	EPSS string
	// Now is the clock that the build date is read from; nil means time.Now.
	Now func() time.Time
}

// Result counts what went into a database.
type Result struct {
	Advisories int // written
	Packages   int // rows of affected packages: one for each run of versions in each release
	Withdrawn  int // advisories left out because they were withdrawn

	KnownExploited int // CVEs of the advisories that the catalogue names
	Scores         int // CVEs of the advisories that have an EPSS score
}

// Build makes a database from advisories in OSV format, for Layergate and for grype itself. What Dir held before stays
// until the new database is complete. Two builds of the same files at the same time give the same bytes. An advisory
// that cannot be understood is a wrong request (fault.IsRequest).
func Build(ctx context.Context, cfg Config) (Result, error) {
	var result Result
	advisories, digest, err := readAdvisories(ctx, cfg.Files)
	if err != nil {
		return result, err
	}
	active := advisories[:0]
	for _, a := range advisories {
		if a.Withdrawn != "" {
			result.Withdrawn++
			continue
		}
		active = append(active, a)
	}
	if len(active) == 0 {
		return result, fault.Request(errors.New("there is no advisory to build a database from"),
			"name OSV files or directories that hold them; a database without advisories would pass every image")
	}
	result.Advisories = len(active)

	now := time.Now
	if cfg.Now != nil {
		now = cfg.Now
	}
	built := now().UTC().Truncate(time.Second)
	provider := v6.Provider{ID: providerName, Version: "1", Processor: processor, DateCaptured: &built, InputDigest: digest}

	// Everything is converted before anything is written.
	var entries []data.Entry
	for i := range active {
		converted, rows, err := active[i].entries(provider)
		if err != nil {
			return Result{}, err
		}
		entries = append(entries, converted...)
		result.Packages += rows
	}
	for _, row := range weaknesses(active) {
		entries = append(entries, transformers.NewEntries(row)...)
	}
	exploited, err := exploits(cfg, active, &result)
	if err != nil {
		return Result{}, err
	}
	entries = append(entries, exploited...)
	stage, err := newStage(cfg.Dir)
	if err != nil {
		return Result{}, err
	}
	defer stage.discard()
	if err := writeDatabase(ctx, stage.work, entries, built); err != nil {
		return Result{}, err
	}
	if err := stage.install(); err != nil {
		return Result{}, err
	}
	return result, nil
}

// readAdvisories reads all files, in the order of their advisories' identifiers, with a digest of what was read.
func readAdvisories(ctx context.Context, paths []string) ([]advisory, string, error) {
	files, err := listFiles(paths)
	if err != nil {
		return nil, "", err
	}
	var out []advisory
	for _, file := range files {
		if err := ctx.Err(); err != nil {
			return nil, "", fmt.Errorf("reading advisories: %w", err)
		}
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, "", fmt.Errorf("reading advisories: %w", err)
		}
		found, err := parseAdvisories(file, content)
		if err != nil {
			return nil, "", err
		}
		for i := range found {
			found[i].digest = sha256.Sum256(content)
		}
		out = append(out, found...)
	}
	slices.SortStableFunc(out, func(a, b advisory) int { return cmp.Compare(strings.ToLower(a.ID), strings.ToLower(b.ID)) })
	digest := sha256.New()
	for i, a := range out {
		if i > 0 && strings.EqualFold(out[i-1].ID, a.ID) {
			return nil, "", fault.Request(fmt.Errorf("advisory %s is in %s and again in %s", a.ID, out[i-1].file, a.file), "keep one of the two")
		}
		digest.Write(a.digest[:])
	}
	return out, "sha256:" + hex.EncodeToString(digest.Sum(nil)), nil
}

// listFiles walks the directories among paths; a file that is named twice is read once.
func listFiles(paths []string) ([]string, error) {
	var files []string
	for _, path := range paths {
		stat, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fault.Request(fmt.Errorf("the advisory file %s does not exist", path), hintOSV)
		}
		if err != nil {
			return nil, fmt.Errorf("reading advisories: %w", err)
		}
		if !stat.IsDir() {
			files = append(files, filepath.Clean(path))
			continue
		}
		err = filepath.WalkDir(path, func(file string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() && strings.EqualFold(filepath.Ext(file), ".json") {
				files = append(files, filepath.Clean(file))
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("reading advisories: %w", err)
		}
	}
	slices.Sort(files)
	return slices.Compact(files), nil
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

// writeRaw writes the advisories down with grype's own writer.
func writeRaw(ctx context.Context, dir string, entries []data.Entry) (err error) {
	writer, err := build.NewWriter(dir, nil, false, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, writer.Close()) }()
	for _, entry := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := writer.Write(entry); err != nil {
			return err
		}
	}
	return nil
}

// layoutDir is the directory that holds the database in grype's layout.
func layoutDir(dir string) string { return filepath.Join(dir, strconv.Itoa(v6.ModelVersion)) }
