package cache_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/cache"
)

func open(t *testing.T, limit int64) (*cache.Cache, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "new", "cache")
	c, err := cache.Open(dir, limit)
	if err != nil {
		t.Fatal(err)
	}
	return c, dir
}

func put(t *testing.T, c *cache.Cache, key, value string) {
	t.Helper()
	if err := c.Put(key, []byte(value)); err != nil {
		t.Fatal(err)
	}
}

func want(t *testing.T, c *cache.Cache, key, value string) {
	t.Helper()
	if got, ok := c.Get(key); !ok || string(got) != value {
		t.Errorf("Get(%q) = %q, %t, want %q", key, got, ok, value)
	}
}

func missing(t *testing.T, c *cache.Cache, key string) {
	t.Helper()
	if got, ok := c.Get(key); ok {
		t.Errorf("Get(%q) = %q, want nothing", key, got)
	}
}

// files lists the cache's entries.
func files(t *testing.T, dir string) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(dir, "*.entry"))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestPutAndGet(t *testing.T) {
	t.Parallel()
	c, _ := open(t, cache.DefaultLimit)
	missing(t, c, "a")
	put(t, c, "a", "1")
	put(t, c, "../b\x00", "")
	want(t, c, "a", "1")
	want(t, c, "../b\x00", "")
	put(t, c, "a", "2")
	want(t, c, "a", "2")
	s, err := c.Status()
	if err != nil || s.Entries != 2 || s.Bytes == 0 {
		t.Errorf("Status() = %+v, %v", s, err)
	}
}

func TestDamageIsNotReturned(t *testing.T) {
	t.Parallel()
	damages := map[string]func([]byte) []byte{
		"a bit":     func(b []byte) []byte { b[len(b)-1] ^= 1; return b },
		"the magic": func(b []byte) []byte { b[0] ^= 1; return b },
		"cut":       func(b []byte) []byte { return b[:len(b)-3] },
		"short":     func(b []byte) []byte { return b[:5] },
		"empty":     func([]byte) []byte { return nil },
		"longer":    func(b []byte) []byte { return append(b, 0) },
	}
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, dir := open(t, cache.DefaultLimit)
			put(t, c, "a", "value")
			path := files(t, dir)[0]
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, damage(raw), 0o644); err != nil {
				t.Fatal(err)
			}
			missing(t, c, "a")
			put(t, c, "a", "again")
			want(t, c, "a", "again")
		})
	}
}

// An entry that was copied to another key's place is not that key's.
func TestForeignEntry(t *testing.T) {
	t.Parallel()
	c, dir := open(t, cache.DefaultLimit)
	put(t, c, "vulnerable", "1")
	first := files(t, dir)[0]
	put(t, c, "clean", "0")
	for _, path := range files(t, dir) {
		if path == first {
			continue
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(first, raw, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	missing(t, c, "vulnerable")
}

func TestLeastRecentlyUsedLeavesFirst(t *testing.T) {
	t.Parallel()
	value := string(bytes.Repeat([]byte("x"), 1000))
	c, dir := open(t, 3500)
	for _, key := range []string{"a", "b", "c"} {
		put(t, c, key, value)
		for _, path := range files(t, dir) { // an hour older each time
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(path, time.Time{}, info.ModTime().Add(-time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
	}
	want(t, c, "a", value) // used now
	put(t, c, "d", value)
	missing(t, c, "b")
	want(t, c, "a", value)
	want(t, c, "c", value)
	want(t, c, "d", value)
	put(t, c, "too large", string(make([]byte, 4000)))
	missing(t, c, "too large")
	want(t, c, "a", value)
}

// Two that use one directory at once hold it to the limit together, though neither lists it for each entry.
func TestTwoHoldToOneLimit(t *testing.T) {
	t.Parallel()
	const limit = 20_000
	first, dir := open(t, limit)
	second, err := cache.Open(dir, limit)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		put(t, first, fmt.Sprint("first ", i), strings.Repeat("x", 100))
		put(t, second, fmt.Sprint("second ", i), strings.Repeat("y", 100))
		s, err := first.Status()
		if err != nil {
			t.Fatal(err)
		}
		if slack := int64(32 * 200); s.Bytes > limit+slack {
			t.Fatalf("after %d entries of each the cache has %d bytes, want at most %d and what was put since it was listed", i+1, s.Bytes, limit)
		}
	}
	for i := range 32 {
		put(t, second, fmt.Sprint("last ", i), "z")
	}
	if s, err := first.Status(); err != nil || s.Bytes > limit {
		t.Errorf("Status() = %+v, %v, want at most %d bytes once the directory was listed", s, err, limit)
	}
}

// Of one that uses a directory alone, no entry takes it beyond the limit.
func TestHoldsToItsLimit(t *testing.T) {
	t.Parallel()
	const limit = 5_000
	c, _ := open(t, limit)
	for i := range 100 {
		put(t, c, fmt.Sprint(i), strings.Repeat("x", 100))
		if s, err := c.Status(); err != nil || s.Bytes > limit {
			t.Fatalf("after %d entries: Status() = %+v, %v, want at most %d bytes", i+1, s, err, limit)
		}
	}
}

func TestCleanLeavesWhatIsNotItsOwn(t *testing.T) {
	t.Parallel()
	c, dir := open(t, cache.DefaultLimit)
	put(t, c, "a", "1")
	mine := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(mine, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := c.Clean(); err != nil {
		t.Fatal(err)
	}
	missing(t, c, "a")
	if _, err := os.Stat(mine); err != nil {
		t.Error(err)
	}
}

func TestAbandonedFilesAreRemoved(t *testing.T) {
	t.Parallel()
	c, dir := open(t, cache.DefaultLimit)
	old, fresh := filepath.Join(dir, ".new-1"), filepath.Join(dir, ".new-2")
	for _, path := range []string{old, fresh} {
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chtimes(old, time.Time{}, time.Now().Add(-2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	put(t, c, "a", "1")
	if _, err := os.Stat(old); err == nil {
		t.Error("what a broken off run left is still there")
	}
	if _, err := os.Stat(fresh); err != nil {
		t.Error("what another run is writing was removed")
	}
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	_, dir := open(t, cache.DefaultLimit)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			c, err := cache.Open(dir, 20000)
			if err != nil {
				t.Error(err)
				return
			}
			for i := range 60 {
				key := fmt.Sprint(i % 7)
				value := bytes.Repeat([]byte(key), 1000)
				if err := c.Put(key, value); err != nil {
					t.Error(err)
				}
				if got, ok := c.Get(key); ok && !bytes.Equal(got, value) {
					t.Errorf("Get(%s) returned another value", key)
				}
			}
		})
	}
	group.Wait()
}

// What stands in an entry's place and is no regular file is not read, and makes room for a new entry.
func TestOddEntries(t *testing.T) {
	t.Parallel()
	tests := map[string]func(path string) error{
		"a directory": func(path string) error { return os.MkdirAll(filepath.Join(path, "with", "more"), 0o755) },
		"a link to the entry": func(path string) error {
			return os.Symlink(filepath.Base(path)+".old", path)
		},
		"a link to a device": func(path string) error { return os.Symlink("/dev/zero", path) },
		"a link to nothing":  func(path string) error { return os.Symlink("nothing", path) },
		"too large":          func(path string) error { return errors.Join(os.WriteFile(path, nil, 0o644), os.Truncate(path, 1<<50)) },
	}
	for name, put := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			odd(t, put)
		})
	}
}

// odd stores a value, puts something else in its entry's place, and wants it not read and then replaced.
func odd(t *testing.T, put func(path string) error) {
	t.Helper()
	c, dir := open(t, cache.DefaultLimit)
	if err := c.Put("a", []byte("value")); err != nil {
		t.Fatal(err)
	}
	path := files(t, dir)[0]
	if err := os.Rename(path, path+".old"); err != nil {
		t.Fatal(err)
	}
	if err := put(path); err != nil {
		t.Skip(err)
	}
	missing(t, c, "a")
	if err := c.Put("a", []byte("again")); err != nil {
		t.Fatal(err)
	}
	want(t, c, "a", "again")
}

// An entry that is larger than a cache may keep is not read, whatever it says.
func TestLargerThanTheLimit(t *testing.T) {
	t.Parallel()
	c, dir := open(t, cache.DefaultLimit)
	put(t, c, "a", "0123456789")
	small, err := cache.Open(dir, 9)
	if err != nil {
		t.Fatal(err)
	}
	missing(t, small, "a")
}

func TestDirectoryThatIsALink(t *testing.T) {
	t.Parallel()
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(t.TempDir(), link); err != nil {
		t.Skip(err)
	}
	if _, err := cache.Open(link, cache.DefaultLimit); err == nil {
		t.Error("a link was taken for a directory")
	}
}

// What runs with a larger limit left goes when the directory is trimmed, whatever is put after that, and not what is being written.
func TestTrim(t *testing.T) {
	t.Parallel()
	large, dir := open(t, cache.DefaultLimit)
	for i := range 5 {
		put(t, large, fmt.Sprint(i), strings.Repeat("x", 1000))
	}
	half := filepath.Join(dir, ".new-1")
	if err := os.WriteFile(half, make([]byte, 5000), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, limit := range []int64{7500, 1, 0} {
		small, err := cache.Open(dir, limit)
		if err != nil {
			t.Fatal(err)
		}
		if err := small.Trim(); err != nil {
			t.Fatal(err)
		}
		if n := int64(len(files(t, dir))); n != max(limit-5000, 0)/1000 {
			t.Errorf("after Trim to %d bytes there are %d entries of 1,000 bytes, beside 5,000 that are being written", limit, n)
		}
		if _, err := os.Stat(half); err != nil {
			t.Error("what another run is writing was removed")
		}
	}
}

// An entry that fits into the cache without its header, and not with it, drives no other one out.
func TestEntryWithItsHeader(t *testing.T) {
	t.Parallel()
	c, _ := open(t, 1000)
	put(t, c, "small", "1")
	put(t, c, "as large as the cache", strings.Repeat("x", 1000))
	missing(t, c, "as large as the cache")
	want(t, c, "small", "1")
}
