package vulndb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	v6 "github.com/anchore/grype/grype/db/v6"

	"github.com/layergate/layergate/pkg/fault"
)

// Update brings the database in cfg.CacheDir up to date and says which one is there then. Unlike Open with AutoUpdate
// it fails where the update fails.
func Update(ctx context.Context, cfg Config) (Info, error) {
	if cfg.NoCache {
		return Info{}, noDirectory()
	}
	cfg.Path, cfg.AutoUpdate, cfg.Pin = "", false, nil
	if err := update(ctx, cfg, installationConfig(cfg), true); err != nil {
		return Info{}, err
	}
	return describe(ctx, cfg)
}

// Import checks the database or archive at cfg.Path as Open does and makes it the one in cfg.CacheDir, in place of what
// was there.
func Import(ctx context.Context, cfg Config) (Info, error) {
	if cfg.NoCache {
		return Info{}, noDirectory()
	}
	if cfg.Path == "" {
		return Info{}, fault.Request(fmt.Errorf("there is no database to import"), hintForms)
	}
	info, err := describe(ctx, cfg)
	if err != nil {
		return Info{}, err
	}
	reference := cfg.Path
	if stat, err := os.Stat(reference); err == nil && stat.IsDir() {
		if reference, err = databaseIn(reference); err != nil {
			return Info{}, err
		}
	} else if head, err := readHead(reference); err == nil && isSQLite(head) && filepath.Ext(reference) != ".db" {
		return Info{}, fault.Request(fmt.Errorf("%s cannot be imported under this name", reference), "rename it to "+v6.VulnerabilityDBFileName)
	}
	client, err := newClient(ctx, cfg)
	if err != nil {
		return Info{}, err
	}
	curator, err := newCurator(installationConfig(cfg), client)
	if err != nil {
		return Info{}, err
	}
	if err := curator.Import(reference); err != nil {
		return Info{}, fault.WithHint(fmt.Errorf("importing %s: %w", cfg.Path, err), hintForms)
	}
	return info, nil
}

// noDirectory is the error for a request that needs a database that is kept, where none is.
func noDirectory() error {
	return fault.Request(errors.New("there is no directory that keeps an advisory database"),
		fault.Hintf("name one outside the project with %s, or give a database with %s", fault.Input("cache-dir"), fault.Input("db")))
}

// describe opens a database, with all checks, to say which it is.
func describe(ctx context.Context, cfg Config) (Info, error) {
	db, err := Open(ctx, cfg)
	if err != nil {
		return Info{}, err
	}
	return db.Info(), db.Close()
}
