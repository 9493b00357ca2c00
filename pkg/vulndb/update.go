package vulndb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/anchore/clio"
	v6 "github.com/anchore/grype/grype/db/v6"
	"github.com/anchore/grype/grype/db/v6/installation"
	"github.com/anchore/grype/grype/vulnerability"

	"github.com/layergate/layergate/pkg/fault"
)

// hintUpdate is what to do about an update that failed.
func hintUpdate() fault.Hint {
	return fault.Hintf("check the network and the update server's address, or give a database with %s", fault.Input("db"))
}

// openCached opens the database that grype's distribution keeps in a cache directory, brought up to date where cfg
// says so. A failed update is survived only by a cached database that is itself whole and came from the update server.
func openCached(ctx context.Context, cfg Config) (*source, error) {
	s := &source{}
	if cfg.NoCache && !cfg.AutoUpdate {
		return s, noDirectory()
	}
	if cfg.NoCache {
		dir, err := s.tempDir(cfg.TempDir)
		if err != nil {
			return s, err
		}
		cfg.CacheDir = dir
	}
	settings := installationConfig(cfg)
	var err error
	switch {
	case cfg.AutoUpdate && cfg.Pin != nil:
		s.digest, err = fetchPinned(ctx, cfg, settings)
	case cfg.AutoUpdate:
		err = update(ctx, cfg, settings, false)
	}
	if err != nil {
		return s, err
	}
	if err := checkDirectory(settings.DBDirectoryPath()); err != nil {
		return s, damaged(settings.DBFilePath(), err)
	}
	client, err := newClient(ctx, cfg)
	if err != nil {
		return s, err
	}
	curator, err := newCurator(settings, client)
	if err != nil {
		return s, err
	}
	status := curator.Status()
	if errors.Is(status.Error, v6.ErrDBDoesNotExist) {
		return s, fault.WithHint(fmt.Errorf("there is no advisory database in %s", settings.DBRootDir),
			fault.Hintf("fetch one with \"layergate db update\", or give one with %s", fault.Input("db")))
	}
	if status.Error != nil {
		return s, damaged(settings.DBFilePath(), status.Error)
	}
	origin := readRecord(settings)
	switch {
	case origin.from(client.latest):
		s.archive = origin.archive()
	case cfg.Pin != nil: // it tells by more than the database's own word
	case cfg.OnlyServer:
		return s, fault.WithHint(fmt.Errorf("the advisory database in %s was not fetched from the update server: it comes from %s", settings.DBRootDir, origin),
			fault.Hintf("have it fetched with %s, or give a database with %s", fault.Input("db-update"), fault.Input("db")))
	default:
		cfg.warn("the advisory database in %s was not fetched from the update server: it comes from %s", settings.DBRootDir, origin)
	}
	s.dir = settings.DBDirectoryPath()
	s.from = cmp.Or(origin.source, settings.DBFilePath())
	if s.reader, err = curator.Reader(); err != nil {
		return s, damaged(settings.DBFilePath(), err)
	}
	// Making the indexes of an older client's import changes the file, so the checksum is read after the reader is open.
	if s.checksum, _, err = verifyChecksum(settings.DBFilePath()); err != nil {
		return s, err
	}
	meta, err := s.reader.GetDBMetadata()
	if err != nil || meta.BuildTimestamp == nil {
		return s, damaged(settings.DBFilePath(), errors.Join(errors.New("it has no metadata"), err))
	}
	s.schema = fmt.Sprintf("%d.%d.%d", meta.Model, meta.Revision, meta.Addition)
	s.built = meta.BuildTimestamp.UTC().Round(time.Second)
	return s, nil
}

// installationConfig is grype's own, with every check named: the checksum is grype's to check, the age is checked here,
// with the caller's clock and for every form of database alike.
func installationConfig(cfg Config) installation.Config {
	settings := installation.DefaultConfig(clio.Identification{Name: "grype"})
	if cfg.CacheDir != "" {
		settings.DBRootDir = cfg.CacheDir
	}
	settings.ValidateChecksum = true
	settings.ValidateAge = false
	settings.UpdateCheckMaxFrequency = 0 // when the server was asked last is written in the cache, for anybody to change
	settings.MaxAllowedBuiltAge = cfg.MaxAge
	return settings
}

func newCurator(settings installation.Config, client *client) (v6.Curator, error) {
	curator, err := installation.NewCurator(settings, client)
	if err != nil {
		return nil, fmt.Errorf("preparing the advisory database's cache: %w", err)
	}
	return curator, nil
}

// update brings the cached database up to date. Its failure is a warning where a whole database of the server's, or one
// that a person imported, is there already; whether that is recent enough is for the age check to say. Where it must
// succeed, a failure is an error.
func update(ctx context.Context, cfg Config, settings installation.Config, must bool) error {
	client, err := newClient(ctx, cfg)
	if err != nil {
		return err
	}
	curator, err := newCurator(settings, client)
	if err != nil {
		return err
	}
	done, err := turn(ctx, cfg, settings.DBRootDir)
	if err != nil {
		return err
	}
	defer done()
	odd := checkDirectory(settings.DBDirectoryPath())
	var status vulnerability.ProviderStatus
	if odd == nil {
		status = curator.Status()
		odd = status.Error
	}
	usable := odd == nil
	if !usable && !errors.Is(odd, v6.ErrDBDoesNotExist) {
		// The update would keep a damaged database that calls itself the newest.
		cfg.warn("the cached advisory database %s is damaged and is fetched again: %v", settings.DBFilePath(), odd)
		if err := curator.Delete(); err != nil {
			return damaged(settings.DBFilePath(), err)
		}
	}
	client.cached = readRecord(settings)

	err = runUpdate(ctx, curator)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("updating the advisory database: %w", ctx.Err())
	case must || !usable || curator.Status().Error != nil:
		return fault.WithHint(fmt.Errorf("updating the advisory database: %w", err), hintUpdate())
	case !client.cached.from(client.latest) && (cfg.OnlyServer || !client.cached.imported()):
		return fault.WithHint(fmt.Errorf("the advisory database in %s comes from %s, and the update server cannot be asked for another: %w",
			settings.DBRootDir, client.cached, err), hintUpdate())
	}
	cfg.warn("the advisory database could not be updated, the one built %s is used: %v", status.Built.UTC().Format(time.RFC3339), err)
	return nil
}

// runUpdate waits for the update or for the end of ctx, whichever is first: making the indexes takes no context.
func runUpdate(ctx context.Context, curator v6.Curator) error {
	done := make(chan error, 1)
	go func() {
		_, err := curator.Update()
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
