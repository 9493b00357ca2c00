package vulndb

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	v6 "github.com/anchore/grype/grype/db/v6"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/redact"
)

// Server is an update server, grype's own or a mirror of it, by the address of its document latest.json or of the directory above
// v6/latest.json; empty means grype's own. Its database is kept in Config.CacheDir.
type Server string

// String is the server's address.
func (s Server) String() string { return redact.URL(cmp.Or(string(s), standardServer)) }

// open opens the database that is kept of the server, brought up to date where cfg says so. Where that cannot be written, or does not fit
// there, it is fetched for this run only.
func (s Server) open(ctx context.Context, cfg Config) (*candidate, error) {
	found := &candidate{}
	if !cfg.NoCache {
		err := s.openIn(ctx, cfg, found)
		if err == nil || !cfg.AutoUpdate || cfg.keep || !refusesWrites(err) && !lacksSpace(err) {
			return found, err
		}
		found.discard()
		cfg.unkept(err)
		cfg.NoCache, found = true, &candidate{}
	}
	if !cfg.AutoUpdate {
		return found, noDirectory()
	}
	var err error
	if cfg.CacheDir, err = found.tempDir(cfg.TempDir); err != nil {
		return found, err
	}
	return found, s.openIn(ctx, cfg, found)
}

// openIn does so with the database in cfg.CacheDir.
func (s Server) openIn(ctx context.Context, cfg Config, found *candidate) (err error) {
	settings := installationConfig(cfg)
	switch {
	case cfg.AutoUpdate && cfg.Pin != nil:
		found.digest, err = s.fetchPinned(ctx, cfg, settings, found)
	case cfg.AutoUpdate:
		err = s.update(ctx, cfg, settings, found)
	}
	if err != nil {
		return err
	}
	return s.openCached(ctx, cfg, found)
}

// kept opens the database in the cache where it came from the server, or a person imported it and that counts. With a pin, or without
// updates, open has tried it.
func (s Server) kept(ctx context.Context, cfg Config) (*candidate, error) {
	settings := installationConfig(cfg)
	if cfg.NoCache || cfg.Pin != nil || !cfg.AutoUpdate || checkDirectory(settings.DBDirectoryPath()) != nil {
		return nil, nil
	}
	found := &candidate{}
	_, client, err := s.curator(ctx, cfg, settings)
	if err == nil {
		_, err = found.prove(settings)
	}
	if err != nil {
		return nil, nil // open says so
	}
	if origin := readRecord(settings); !origin.from(client.latest) && (cfg.OnlyServer || !origin.imported()) {
		return nil, fault.WithHint(fmt.Errorf("the advisory database in %s comes from %s, and the update server cannot be asked for another", settings.DBRootDir, origin), hintUpdate())
	}
	return found, s.openCached(ctx, cfg, found)
}

// openCached opens the database in the cache as found, after holding what is written beside it against the server's address.
func (s Server) openCached(ctx context.Context, cfg Config, found *candidate) error {
	settings := installationConfig(cfg)
	if err := checkDirectory(settings.DBDirectoryPath()); err != nil {
		return damaged(settings.DBFilePath(), err)
	}
	curator, client, err := s.curator(ctx, cfg, settings)
	if err != nil {
		return err
	}
	_, err = found.prove(settings)
	if errors.Is(err, v6.ErrDBDoesNotExist) {
		return fault.WithHint(fmt.Errorf("there is no advisory database in %s", settings.DBRootDir),
			fault.Hintf("fetch one with \"layergate db update\", or give one with %s", fault.Input("db")))
	}
	if err != nil {
		return damaged(settings.DBFilePath(), err)
	}
	origin := readRecord(settings)
	switch {
	case origin.from(client.latest):
		found.archive = origin.archive()
	case cfg.Pin != nil: // it tells by more than the database's own word
	case cfg.OnlyServer:
		return fault.WithHint(fmt.Errorf("the advisory database in %s was not fetched from the update server: it comes from %s", settings.DBRootDir, origin),
			fault.Hintf("have it fetched with %s, or give a database with %s", fault.Input("db-update"), fault.Input("db")))
	default:
		cfg.warn("the advisory database in %s was not fetched from the update server: it comes from %s", settings.DBRootDir, origin)
	}
	return found.openInstalled(settings, curator, cmp.Or(origin.source, settings.DBFilePath()))
}

// archive downloads the newest archive of the server.
func (s Server) archive(ctx context.Context, cfg Config, dir string) (string, error) {
	cfg.NoCache = true // dir is for this run
	client, err := newClient(ctx, cfg, s)
	if err != nil {
		return "", err
	}
	file, err := client.newest(dir)
	if err != nil {
		return "", orHint(fmt.Errorf("fetching the newest archive of %s: %w", s, err), hintUpdate())
	}
	return file, nil
}

// newest downloads the newest archive into dir.
func (c *client) newest(dir string) (string, error) {
	latest, err := c.Latest()
	if err != nil {
		return "", err
	}
	if _, err := c.ResolveArchiveURL(latest.Archive); err != nil {
		return "", err
	}
	file, err := c.fetch(dir)
	if err != nil {
		return "", err
	}
	if sum, err := fileDigest(c.ctx, file); err != nil || sum != c.sum {
		return "", cmp.Or(err, c.wrongSum(file, sum))
	}
	return file, nil
}
