package vulndb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/anchore/clio"
	v6 "github.com/anchore/grype/grype/db/v6"
	"github.com/anchore/grype/grype/db/v6/installation"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/redact"
)

// hintUpdate is what to do about an update that failed.
func hintUpdate() fault.Hint {
	return fault.Hintf("check the network and the update server's address, or give a database with %s", fault.Input("db"))
}

// openCached opens the database that grype's distribution keeps in a cache directory, brought up to date where cfg
// says so. A failed update is survived only by a cached database that is itself whole.
func openCached(ctx context.Context, cfg Config) (*source, error) {
	settings := installationConfig(cfg)
	if cfg.AutoUpdate {
		if err := update(ctx, cfg, &settings); err != nil {
			return nil, err
		}
	}
	curator, err := newCurator(ctx, cfg, settings)
	if err != nil {
		return nil, err
	}
	status := curator.Status()
	if errors.Is(status.Error, v6.ErrDBDoesNotExist) {
		return nil, fault.WithHint(fmt.Errorf("there is no advisory database in %s", settings.DBRootDir),
			fault.Hintf("fetch one with \"layergate db update\", or give one with %s", fault.Input("db")))
	}
	if status.Error != nil {
		return nil, damaged(settings.DBFilePath(), status.Error)
	}
	s := &source{from: redact.URL(status.From)} // another client may have written down a password
	if s.from == "" {
		s.from = settings.DBFilePath()
	}
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
	settings.MaxAllowedBuiltAge = cfg.MaxAge
	return settings
}

func newCurator(ctx context.Context, cfg Config, settings installation.Config) (v6.Curator, error) {
	client, err := newClient(ctx, cfg)
	if err != nil {
		return nil, err
	}
	curator, err := installation.NewCurator(settings, client)
	if err != nil {
		return nil, fmt.Errorf("preparing the advisory database's cache: %w", err)
	}
	return curator, nil
}

// update brings the cached database up to date. Its failure is a warning where a whole database is there already; whether that
// is recent enough is for the age check to say.
func update(ctx context.Context, cfg Config, settings *installation.Config) error {
	curator, err := newCurator(ctx, cfg, *settings)
	if err != nil {
		return err
	}
	status := curator.Status()
	missing := errors.Is(status.Error, v6.ErrDBDoesNotExist)
	usable := status.Error == nil
	if !usable && !missing {
		// The update would keep a damaged database that calls itself the newest.
		cfg.warn("the cached advisory database %s is damaged and is fetched again: %v", settings.DBFilePath(), status.Error)
		if err := curator.Delete(); err != nil {
			return damaged(settings.DBFilePath(), err)
		}
	}
	if usable && cfg.MaxAge > 0 && cfg.now().Sub(status.Built) > cfg.MaxAge {
		// Ask, however short ago the last time was.
		settings.UpdateCheckMaxFrequency = 0
		if curator, err = newCurator(ctx, cfg, *settings); err != nil {
			return err
		}
	}

	err = runUpdate(ctx, curator)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("updating the advisory database: %w", ctx.Err())
	case usable && curator.Status().Error == nil:
		cfg.warn("the advisory database could not be updated, the one built %s is used: %v", status.Built.UTC().Format(time.RFC3339), err)
		return nil
	default:
		return fault.WithHint(fmt.Errorf("updating the advisory database: %w", err), hintUpdate())
	}
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
