package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/layergate/layergate/pkg/cache"
	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/inventory"
)

// noCache is the value of cache-dir that keeps nothing.
const noCache = "off"

// The parts of a cache directory.
const (
	cachedLayers   = "layers"
	cachedDatabase = "db"
)

// cacheDir is the directory that the input cache-dir names, or else the user's own. It is empty where nothing is kept.
func cacheDir(value string) string {
	if value == noCache {
		return ""
	}
	if value != "" {
		return value
	}
	base, err := os.UserCacheDir()
	if err != nil {
		return "" // no home: nothing was asked for, and nothing is lost
	}
	return filepath.Join(base, "layergate")
}

// openCache opens the cache of what layers hold. A cache that cannot be used costs time and no more.
func (c *command) openCache(dir string, limit int64) inventory.Store {
	if dir = cacheDir(dir); dir == "" || limit == 0 {
		return nil
	}
	if within(checkout(), dir) {
		ci.Warn(c.platform, fmt.Sprintf("going on without a cache of layers: whoever changes the project could write into %s; name a folder outside the checkout with %s", dir, c.spell()("cache-dir")))
		return nil
	}
	store, err := cache.Open(filepath.Join(dir, cachedLayers), limit)
	if err != nil {
		ci.Warn(c.platform, "continuing without a cache: "+err.Error())
		return nil
	}
	return &layerCache{Cache: store, warn: func(err error) { ci.Warn(c.platform, err.Error()) }}
}

// layerCache is a cache that says once that it cannot be written to.
type layerCache struct {
	*cache.Cache
	warn func(error)
	once sync.Once
}

// Put stores a value.
func (l *layerCache) Put(key string, value []byte) {
	if err := l.Cache.Put(key, value); err != nil {
		l.once.Do(func() { l.warn(err) })
	}
}

// databaseDir is where a database is kept: in the cache directory, where one was named, so that a CI system keeps both
// with one step, else where grype keeps it.
func (c *command) databaseDir(dir string) string {
	if own := c.getenv("GRYPE_DB_CACHE_DIR"); own != "" || dir == "" || dir == noCache {
		return own
	}
	return filepath.Join(dir, cachedDatabase)
}

func (c *command) cacheCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "cache", Short: "Manage the cache that is kept between runs", Args: c.noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	dir := c.cacheFlag(cmd)
	open := func() (*cache.Cache, error) {
		path := cacheDir(*dir)
		if path == "" {
			return nil, fault.Request(errors.New("there is no cache directory"), fault.Hintf("name it with %s", fault.Input("cache-dir")))
		}
		limit, err := c.platform.Inputs().Size("cache-size")
		if err != nil {
			return nil, err
		}
		return cache.Open(filepath.Join(path, cachedLayers), limit)
	}
	cmd.AddCommand(
		&cobra.Command{
			Use: "status", Short: "Show where the cache is and how large it is", Args: c.noArguments,
			RunE: func(*cobra.Command, []string) error {
				store, err := open()
				if err != nil {
					return err
				}
				s, err := store.Status()
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(c.stdout, "directory  %s\nlayers     %d\nsize       %s of %s\n",
					s.Dir, s.Entries, humanize.IBytes(uint64(s.Bytes)), humanize.IBytes(uint64(s.Limit)))
				return err
			},
		},
		&cobra.Command{
			Use: "clean", Short: "Remove cached layers, but keep the advisory database", Args: c.noArguments,
			RunE: func(*cobra.Command, []string) error {
				store, err := open()
				if err != nil {
					return err
				}
				return store.Clean()
			},
		},
	)
	return cmd
}

// cacheFlag adds --cache-dir to a command and those below it.
func (c *command) cacheFlag(cmd *cobra.Command) *string {
	help := "the cache directory, instead of the user's own; LAYERGATE_CACHE_DIR does the same"
	return cmd.PersistentFlags().String("cache-dir", c.getenv("LAYERGATE_CACHE_DIR"), help)
}
