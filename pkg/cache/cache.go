// Package cache keeps values from run to run in a directory of files, and forgets those that were not used for longest when
// they grow too many. Several processes may use one directory at once.
//
// What it returns is what was stored under the key, or nothing: damage is found by a digest, and an entry is a regular file
// of bounded size. Who can write to the directory can still make entries of his own. It must not import other packages of the
// project than regular.
package cache

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/layergate/layergate/pkg/regular"
)

// DefaultLimit is how many bytes a cache holds unless it is told otherwise.
const DefaultLimit = 1 << 30

// Cache is a directory of entries. It is safe for concurrent use.
type Cache struct {
	dir   string
	limit int64

	mu   sync.Mutex
	held int64 // bytes of the entries when they were listed last, and of what was put since
	puts int   // since then
}

// listEvery is how many entries are put until they are all listed again, for what other processes put meanwhile: listing them for each
// entry would take the longer the more there are.
const listEvery = 32

// maxEntry is how many bytes the value of an entry may have.
const maxEntry = 256 << 20

// suffix ends the names of entries, so that nothing else in the directory is taken for one or removed.
const suffix = ".entry"

// magic begins every entry; the digest of key and value follows.
const magic = "layergate cache 1\n"

// Open uses a directory, which is made if need be, and holds it to limit bytes as entries are put. What is there already stays until
// then, or until Trim. A link to a directory is refused.
func Open(dir string, limit int64) (*Cache, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("making the cache directory: %w", err)
	}
	if info, err := os.Lstat(dir); err != nil || !info.IsDir() {
		return nil, errors.Join(fmt.Errorf("the cache directory %s is a link", dir), err)
	}
	return &Cache{dir: dir, limit: limit, puts: listEvery}, nil
}

// file is the name of a key's entry. Keys are hashed, so that any text can be one.
func file(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:]) + suffix
}

func header(key string, value []byte) []byte {
	h := sha256.New()
	fmt.Fprintf(h, "%d %s", len(key), key)
	h.Write(value)
	return h.Sum([]byte(magic))
}

// headerSize is the length of what stands before the value.
const headerSize = len(magic) + sha256.Size

// Get returns what was stored under a key. An entry that is damaged, that another program wrote, or that is anything but a
// regular file, such as a link or a pipe, is not there.
func (c *Cache) Get(key string) ([]byte, bool) {
	root, err := os.OpenRoot(c.dir)
	if err != nil {
		return nil, false
	}
	defer root.Close()
	name := file(key)
	raw, err := regular.ReadUnlinked(root, name, c.largest()+int64(headerSize))
	if err != nil {
		return nil, false
	}
	if len(raw) < headerSize || !bytes.Equal(raw[:headerSize], header(key, raw[headerSize:])) {
		return nil, false
	}
	now := time.Now()
	_ = root.Chtimes(name, now, now) // when it was last used; without the right to say so it only leaves sooner
	return raw[headerSize:], true
}

// largest is how many bytes a value may have; negative where none fits.
func (c *Cache) largest() int64 { return min(c.limit-int64(headerSize), maxEntry) }

// Put stores a value under a key, unless the cache cannot hold it. The entry appears whole or not at all, in place of whatever was there.
func (c *Cache) Put(key string, value []byte) error {
	if int64(len(value)) > c.largest() {
		return nil
	}
	f, err := os.CreateTemp(c.dir, ".new-*")
	if err != nil {
		return fmt.Errorf("writing to the cache: %w", err)
	}
	content := append(header(key, value), value...)
	_, err = f.Write(content)
	if err = errors.Join(err, f.Chmod(0o644), f.Close()); err == nil {
		err = replace(f.Name(), filepath.Join(c.dir, file(key)))
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("writing to the cache: %w", err)
	}
	return c.count(int64(len(content)))
}

// count notes that an entry was put, and makes room where there may be too many.
func (c *Cache) count(size int64) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.puts++
	if c.held += size; c.held <= c.limit && c.puts < listEvery {
		return nil
	}
	return c.list()
}

// Trim holds what the directory has to the limit: it may be from runs with a larger one.
func (c *Cache) Trim() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.list()
}

// list counts the entries anew and makes room. The caller holds the lock.
func (c *Cache) list() error {
	held, err := c.trim()
	c.held, c.puts = held, 0
	return err
}

// replace renames a file, also to where a directory stands, which is removed.
func replace(from, to string) error {
	if info, err := os.Lstat(to); err == nil && info.IsDir() {
		if err := os.RemoveAll(to); err != nil {
			return err
		}
	}
	return os.Rename(from, to)
}

// Status is what a cache holds.
type Status struct {
	Dir     string
	Entries int
	Bytes   int64
	Limit   int64 // bytes
}

// Status counts the entries.
func (c *Cache) Status() (Status, error) {
	s := Status{Dir: c.dir, Limit: c.limit}
	entries, err := c.entries()
	for _, e := range entries {
		s.Entries++
		s.Bytes += e.size
	}
	return s, err
}

// Clean removes all entries. Other files in the directory stay.
func (c *Cache) Clean() error {
	entries, err := c.entries()
	for _, e := range entries {
		if rm := os.Remove(e.path); rm != nil && !errors.Is(rm, fs.ErrNotExist) {
			err = errors.Join(err, rm)
		}
	}
	return err
}

// staleAfter is when a file that a process left half written is taken for abandoned.
const staleAfter = time.Hour

// trim removes the entries that were not used for longest until the rest keeps to the limit, and what broken off runs
// left behind. It returns how many bytes the rest has.
func (c *Cache) trim() (total int64, err error) {
	entries, err := c.entries()
	if err != nil {
		return 0, err
	}
	for _, e := range entries {
		total += e.size
	}
	slices.SortFunc(entries, func(a, b entry) int { return cmp.Or(a.used.Compare(b.used), cmp.Compare(a.path, b.path)) })
	for _, e := range entries {
		whole := strings.HasSuffix(e.path, suffix)
		if whole && total <= c.limit || !whole && time.Since(e.used) <= staleAfter {
			continue
		}
		if err := os.Remove(e.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return total, fmt.Errorf("making room in the cache: %w", err)
		}
		total -= e.size
	}
	return total, nil
}

// entry is a file of the cache.
type entry struct {
	path string
	size int64
	used time.Time
}

func (c *Cache) entries() ([]entry, error) {
	list, err := os.ReadDir(c.dir)
	if err != nil {
		return nil, fmt.Errorf("reading the cache: %w", err)
	}
	var out []entry
	for _, d := range list {
		if !d.Type().IsRegular() || !strings.HasSuffix(d.Name(), suffix) && !strings.HasPrefix(d.Name(), ".new-") {
			continue
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // another process removed it
		}
		if err != nil {
			return nil, fmt.Errorf("reading the cache: %w", err)
		}
		out = append(out, entry{filepath.Join(c.dir, d.Name()), info.Size(), info.ModTime()})
	}
	return out, nil
}
