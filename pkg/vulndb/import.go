package vulndb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	v6 "github.com/anchore/grype/grype/db/v6"

	"github.com/layergate/layergate/pkg/fault"
)

// Update brings the database that is kept of the first source that answers up to date and says which one is there then. Unlike Open
// it fails where no source answers. A pin does not count. What a Path names is not kept, which is a wrong request.
func Update(ctx context.Context, cfg Config) (Info, error) {
	if cfg.NoCache {
		return Info{}, noDirectory()
	}
	cfg.AutoUpdate, cfg.Pin, cfg.keep = true, nil, true
	var failed failures
	for _, s := range cfg.sources() {
		if path, ok := s.(Path); ok {
			return Info{}, fault.Request(fmt.Errorf("the advisory database %s is used where it lies, and not fetched", path), "install it for later runs with \"layergate db import\"")
		}
		if _, ok := s.(Repository); ok && cfg.UnpackDir == "" {
			return Info{}, noDirectory()
		}
		db, err := openSource(ctx, cfg, s)
		if err == nil {
			info := db.Info()
			info.Unanswered = failed.list()
			return info, db.Close()
		}
		if ctx.Err() != nil {
			return Info{}, pending(ctx, s, err)
		}
		failed = append(failed, failure{s, err})
	}
	return Info{}, failed.error()
}

// Import checks the database or archive at a path as Open does and makes it the one in cfg.CacheDir, in place of what was there. That
// what was there is newer is a wrong request.
func Import(ctx context.Context, cfg Config, path string) (Info, error) {
	if cfg.NoCache {
		return Info{}, noDirectory()
	}
	if path == "" {
		return Info{}, fault.Request(fmt.Errorf("there is no database to import"), hintForms)
	}
	cfg.Sources, cfg.UnpackDir = []Source{Path(path)}, "" // it is unpacked to be checked, and then once more where it stays
	db, err := Open(ctx, cfg)
	if err != nil {
		return Info{}, err
	}
	info := db.Info()
	if err := db.Close(); err != nil {
		return Info{}, err
	}
	reference := path
	if stat, err := os.Stat(reference); err == nil && stat.IsDir() {
		if reference, err = databaseIn(reference); err != nil {
			return Info{}, err
		}
	} else if head, err := readHead(reference); err == nil && isSQLite(head) && filepath.Ext(reference) != ".db" {
		return Info{}, fault.Request(fmt.Errorf("%s cannot be imported under this name", reference), "rename it to "+v6.VulnerabilityDBFileName)
	}
	settings := installationConfig(cfg)
	curator, _, err := Server("").curator(ctx, cfg, settings)
	if err != nil {
		return Info{}, err
	}
	if kept := curator.Status(); kept.Error == nil && kept.Built.After(info.Built) {
		return Info{}, fault.Request(fmt.Errorf("%s was built %s, and the advisory database in %s is newer: that was built %s",
			path, info.Built.UTC().Format(time.RFC3339), settings.DBRootDir, kept.Built.UTC().Format(time.RFC3339)),
			fmt.Sprintf("keep the newer one, which \"layergate db status\" shows, or remove %s first", settings.DBDirectoryPath()))
	}
	if err := curator.Import(reference); err != nil {
		return Info{}, fault.WithHint(fmt.Errorf("importing %s: %w", path, err), hintWrite(cfg, err, hintOtherDirectory()))
	}
	return info, nil
}

// noDirectory is the error for a request that needs a database that is kept, where none is.
func noDirectory() error {
	return fault.Request(errors.New("there is no directory that keeps an advisory database"),
		fault.Hintf("name one outside the project with %s, or give a database with %s", fault.Input("cache-dir"), fault.Input("db")))
}
