package vulndb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"syscall"
	"time"

	"github.com/anchore/clio"
	v6 "github.com/anchore/grype/grype/db/v6"
	"github.com/anchore/grype/grype/db/v6/installation"

	"github.com/layergate/layergate/pkg/disk"
	"github.com/layergate/layergate/pkg/fault"
)

// hintUpdate is what to do about an update that failed.
func hintUpdate() fault.Hint {
	return fault.Hintf("check the network and the update server's address, or give a database with %s", fault.Input("db"))
}

// hintWrite is what to do where the database could not be written to its directory, and other where something else went wrong.
func hintWrite(cfg Config, err error, other fault.Hint) fault.Hint {
	dir, from := installationConfig(cfg).DBRootDir, fault.Input("cache-dir")
	if cfg.NoCache {
		from = "temp-dir"
	}
	switch {
	case refusesWrites(err):
		return fault.Hintf("make %s writable, or name another directory with %s", dir, from)
	case disk.Refused(err):
		return fault.Hintf("make room in %s, or name a directory on a file system that has it with %s", dir, from)
	}
	return other
}

// hintOtherDirectory is what to do about a directory in which nothing can be kept for another reason.
func hintOtherDirectory() fault.Hint {
	return fault.Hintf("name another directory with %s", fault.Input("cache-dir"))
}

// refusesWrites tells whether a directory cannot be made or written to, and another one could be.
func refusesWrites(err error) bool {
	var network *net.OpError // a firewall denies permission, too
	return !errors.As(err, &network) && (errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) || errors.Is(err, errDirectory))
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

// curator keeps the server's database in the cache, and has what it fetches come by the client.
func (s Server) curator(ctx context.Context, cfg Config, settings installation.Config) (v6.Curator, *client, error) {
	client, err := newClient(ctx, cfg, s)
	if err != nil {
		return nil, nil, err
	}
	curator, err := installation.NewCurator(settings, client)
	if err != nil {
		return nil, nil, fmt.Errorf("preparing the advisory database's cache: %w", err)
	}
	return curator, client, nil
}

// update brings the cached database up to date with the server's. What is proven of the one that stays is found's.
func (s Server) update(ctx context.Context, cfg Config, settings installation.Config, found *candidate) error {
	curator, client, err := s.curator(ctx, cfg, settings)
	if err != nil {
		return err
	}
	done, err := turn(ctx, cfg, settings.DBRootDir)
	if err != nil {
		return err
	}
	defer done()
	odd := checkDirectory(settings.DBDirectoryPath())
	if odd == nil {
		var built time.Time
		if built, odd = found.prove(settings); odd == nil && inFuture(built, cfg.now()) {
			odd = fmt.Errorf("it was built in the future, at %s", built.UTC().Format(time.RFC3339))
		}
	}
	if odd != nil && !errors.Is(odd, v6.ErrDBDoesNotExist) {
		// The update would keep a damaged database that calls itself the newest.
		cfg.warn("the cached advisory database %s is damaged and is fetched again: %v", settings.DBFilePath(), odd)
		if err := curator.Delete(); err != nil {
			return damaged(settings.DBFilePath(), err)
		}
	}
	client.cached = readRecord(settings)
	if err := runUpdate(ctx, curator); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("updating the advisory database: %w", ctx.Err())
		}
		if own := (*clientError)(nil); errors.As(err, &own) {
			err = own.error
		}
		return orHint(fmt.Errorf("updating the advisory database: %w", err), hintWrite(cfg, err, hintUpdate()))
	}
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
