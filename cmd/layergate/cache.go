package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/layergate/layergate/pkg/cache"
	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/disk"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/kept"
)

// noCache is the value of cache-dir that keeps nothing.
const noCache = "off"

// The parts of a cache directory.
const (
	cachedLayers   = "layers"
	cachedDatabase = "db"
	cachedArchives = "unpacked" // archives of databases that --db named
	cachedOwn      = "own"      // databases of own advisories
)

// cacheDir is the directory that the input cache-dir names, or else on a terminal the user's own. It is empty where nothing
// is kept.
func (c *command) cacheDir(in *input.Values) string {
	switch dir := in.String("cache-dir"); {
	case dir == noCache:
		return ""
	case dir != "" || c.onCI():
		return dir
	}
	base, err := os.UserCacheDir()
	if err != nil {
		return "" // no home: nothing was asked for, and nothing is lost
	}
	return filepath.Join(base, "layergate")
}

// onCI tells that the command runs on a CI system, where nothing of the user's home counts.
func (c *command) onCI() bool { return c.platform.Name() != ci.Terminal }

// leastCache is the smallest cache in bytes: what is smaller holds next to nothing, and is a size without its unit.
const leastCache = 1 << 20

// cacheLimit is how many bytes the cache of what layers hold may have; 0 keeps nothing.
func cacheLimit(in *input.Values) (int64, error) {
	limit, err := in.Size("cache-size")
	if err == nil && limit > 0 && limit < leastCache {
		err = fault.Request(fmt.Errorf("%s: %q is %s, and a cache has %s at least", in.Spell("cache-size"), in.String("cache-size"), humanize.IBytes(uint64(limit)), humanize.IBytes(leastCache)),
			"write the size with its unit, such as 512MiB or 2GB; 0 caches nothing")
	}
	return limit, err
}

// openCache opens the cache of what layers hold, and has room made in it meanwhile. A cache that cannot be used costs time and no more.
func (c *command) openCache(in *input.Values, limit int64) kept.Store {
	dir := c.cacheDir(in)
	if dir == "" {
		return nil
	}
	if c.inCheckout(dir) {
		ci.Warn(c.platform, fmt.Sprintf("going on without a cache of layers: whoever changes the project could write into %s; name a directory outside the checkout with %s", dir, c.spell()("cache-dir")))
		return nil
	}
	store, err := cache.Open(filepath.Join(dir, cachedLayers), limit)
	if err != nil {
		c.warnOfCache(err)
		return nil
	}
	c.trimming.Go(func() {
		if err := store.Trim(); err != nil {
			c.warnOfCache(err)
		}
	})
	if limit == 0 {
		return nil
	}
	return &layerCache{store, c.warnOfCache}
}

// warnOfCache says once why nothing can be kept for later runs. Whatever could not be kept, the run goes on.
func (c *command) warnOfCache(err error) {
	c.unkept.Do(func() {
		if path := (*fs.PathError)(nil); errors.As(err, &path) {
			err = path // which names the file
		}
		for inner := err; errors.Is(inner, disk.ErrFull); inner = errors.Unwrap(inner) {
			err = inner // which names the directory, and how much is free
		}
		ci.Warn(c.platform, fmt.Sprintf("continuing without a cache: %v; name a directory that can be written to with %s", err, c.spell()("cache-dir")))
	})
}

// layerCache is a cache that says that it cannot be written to.
type layerCache struct {
	*cache.Cache
	warn func(error)
}

// Put stores a value.
func (l *layerCache) Put(key string, value []byte) {
	if err := l.Cache.Put(key, value); err != nil {
		l.warn(err)
	}
}

// databaseDir is where a database is kept: in the cache directory, where one was named, so that a CI system keeps both
// with one step. It is empty where none was, which on a terminal means where grype keeps it.
func (c *command) databaseDir(in *input.Values) string {
	if own := c.env.Getenv("GRYPE_DB_CACHE_DIR"); own != "" {
		return own
	}
	if dir := in.String("cache-dir"); dir != "" && dir != noCache {
		return filepath.Join(dir, cachedDatabase)
	}
	return ""
}

// unpackDir is where the archive of a database stays unpacked. It is empty where nothing is kept, and where the project could
// write to it.
func (c *command) unpackDir(in *input.Values) string { return c.keepIn(in, cachedArchives) }

// ownDir is where databases of own advisories stay, likewise. On a CI system others fill the cache, and it is empty.
func (c *command) ownDir(in *input.Values) string {
	if c.onCI() {
		return ""
	}
	return c.keepIn(in, cachedOwn)
}

// keepIn is a part of the cache directory; empty where nothing is kept, and where the project could write to it.
func (c *command) keepIn(in *input.Values, part string) string {
	dir := c.cacheDir(in)
	if dir == "" || c.inCheckout(dir) || within(".", dir) {
		return ""
	}
	return filepath.Join(dir, part)
}

// inCheckout tells whether a directory of the cache lies in a Git work tree, where whoever changes a project can put files: in the one
// that the run works in, or in any other. A person's home may be one, of settings that nobody else changes: it does not count for what is
// in the user's cache directory, unless the run works in it.
func (c *command) inCheckout(dir string) bool {
	if within(checkout(), dir) {
		return true
	}
	home, err1 := os.UserHomeDir()
	own, err2 := os.UserCacheDir()
	owned := !c.onCI() && err1 == nil && err2 == nil && within(own, dir)
	return slices.ContainsFunc(workTrees(dir), func(root string) bool { return !owned || !within(root, home) })
}

func (c *command) cacheCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "cache", Short: "Manage the cache that is kept between runs", Args: c.noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	addFlags(cmd.PersistentFlags(), gateCommand, "cache-dir")
	open := func(cmd *cobra.Command) (dir string, layers *cache.Cache, err error) {
		in, err := c.flags(cmd)
		if err != nil {
			return "", nil, err
		}
		if dir = c.cacheDir(in); dir == "" {
			return "", nil, fault.Request(errors.New("there is no cache directory"), fault.Hintf("name it with %s", fault.Input("cache-dir")))
		}
		limit, err := cacheLimit(in)
		if err != nil {
			return "", nil, err
		}
		if layers, err = cache.Open(filepath.Join(dir, cachedLayers), limit); err != nil {
			err = fault.WithHint(err, fault.Hintf("make the directory writable, or name another with %s", fault.Input("cache-dir")))
		}
		return dir, layers, err
	}
	status := &cobra.Command{
		Use: "status", Short: "Show where the cache is and how large it is", Args: c.noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, store, err := open(cmd)
			if err != nil {
				return err
			}
			s, err := store.Status()
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.stdout, "directory  %s\nentries    %d\nsize       %s of %s\n",
				s.Dir, s.Entries, humanize.IBytes(uint64(s.Bytes)), humanize.IBytes(uint64(s.Limit)))
			return err
		},
	}
	addFlags(status.Flags(), gateCommand, "cache-size")
	cmd.AddCommand(
		status,
		&cobra.Command{
			Use: "clean", Short: "Remove cached layers, unpacked archives and databases of own advisories, but keep the advisory database", Args: c.noArguments,
			RunE: func(cmd *cobra.Command, _ []string) error {
				dir, store, err := open(cmd)
				if err != nil {
					return err
				}
				return errors.Join(store.Clean(), os.RemoveAll(filepath.Join(dir, cachedArchives)), os.RemoveAll(filepath.Join(dir, cachedOwn)))
			},
		},
	)
	return cmd
}
