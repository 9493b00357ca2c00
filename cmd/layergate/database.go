package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/vulndb"
)

// database returns where to read advisories from. Where none was named it is one of grype's distribution, and none that lies
// in the project: that would be judged by advisories of its own choice.
func (c *command) database(in *input.Values) (vulndb.Config, error) {
	cfg := vulndb.Config{
		CacheDir:  c.databaseDir(in),
		UnpackDir: c.unpackDir(in),
		OwnDir:    c.ownDir(in),
		// What other runs wrote counts only where the server knows it.
		OnlyServer: c.onCI(),
		Meters:     c.platform.Meters(),
		Unkept:     c.warnOfCache,
		Warn:       func(message string) { ci.Warn(c.platform, message) },
	}
	var err error
	if cfg.Sources, err = databaseSources(in); err != nil {
		return cfg, err
	}
	if cfg.AutoUpdate, err = in.Bool("db-update"); err != nil {
		return cfg, err
	}
	fetched := slices.ContainsFunc(cfg.Sources, func(s vulndb.Source) bool { _, local := s.(vulndb.Path); return !local })
	if cfg.CacheDir == "" {
		cfg.NoCache = c.onCI() || in.String("cache-dir") == noCache
	} else if c.inCheckout(cfg.CacheDir) || within(".", cfg.CacheDir) {
		cfg.NoCache = true
		if fetched {
			cfg.Warn(fmt.Sprintf("keeping no advisory database and using none that is in %s: whoever changes the project could replace it; name a directory outside the checkout with %s", cfg.CacheDir, c.spell()("cache-dir")))
		}
	}
	if fetched {
		cfg.Transport, err = c.updateServer(in)
	}
	return cfg, err
}

// databaseSources are those that the inputs name, or else the update server.
func databaseSources(in *input.Values) ([]vulndb.Source, error) {
	var out []vulndb.Source
	for _, text := range in.List("db") {
		s, err := vulndb.ParseSource(text)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	if len(out) == 0 {
		out = append(out, vulndb.Server(in.String("db-url")))
	}
	return out, nil
}

// databaseReferences are those of the sources in registries.
func databaseReferences(cfg vulndb.Config) []string {
	var out []string
	for _, s := range cfg.Sources {
		if r, ok := s.(vulndb.Repository); ok {
			out = append(out, string(r))
		}
	}
	return out
}

// pullDatabase pulls databases with the logins of a run, and waits for a registry as for an update server.
func (c *command) pullDatabase(in *input.Values, cfg registry.Config) (vulndb.Pull, error) {
	reached, err := c.outsideConfig(in)
	if err != nil {
		return nil, err
	}
	reached.Limits = databaseLimits()
	if cfg.Transport, err = c.reach(reached); err != nil {
		return nil, err
	}
	return func(ctx context.Context, ref string) (vulndb.RemoteArchive, error) {
		client, err := registry.New(cfg)
		if err != nil {
			return vulndb.RemoteArchive{}, err
		}
		archive, err := client.Database(ctx, ref)
		return vulndb.RemoteArchive(archive), err
	}, nil
}

// mayBeAsked refuses a database that the change which it is to judge could have brought, unless it is pinned.
func (c *command) mayBeAsked(in *input.Values, cfg vulndb.Config) error {
	for _, s := range cfg.Sources {
		path, local := s.(vulndb.Path)
		if !local || cfg.Pin != nil {
			continue
		}
		if brought, err := c.broughtByChange(in, string(path)); err != nil || brought {
			return cmp.Or(err, fault.Request(fmt.Errorf("the advisory database %s lies in the project, where the pull request itself could have brought it", path),
				fault.Hintf("keep it outside of the checkout, or pin it with %s", fault.Input("db-pin"))))
		}
	}
	return nil
}
