package vulndb

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	v6 "github.com/anchore/grype/grype/db/v6"
	"github.com/spf13/afero"

	"github.com/layergate/layergate/pkg/spool"
)

const (
	// keptArchives is how many unpacked archives stay: the one that was used last and the one before it.
	keptArchives = 2
	// unfinished begins the names of directories that an archive is being unpacked into.
	unfinished = "layergate-db-"
	// inUse is how long after its last use a directory may still be some run's.
	inUse = time.Hour
)

// unpacked opens what the archive with a digest (sha256:…) was unpacked into by an earlier run. It is nil where there is no such
// directory, or one that is not whole, which is removed.
func unpacked(cfg Config, from, sum string) *candidate {
	if cfg.UnpackDir == "" {
		return nil
	}
	dir := keptDir(cfg, sum)
	if _, err := os.Lstat(dir); err != nil {
		return nil
	}
	s := &candidate{from: from, checksum: sum}
	if err := s.openWhole(cfg, dir); err != nil {
		cfg.warn("the unpacked advisory database %s is unpacked again: %v", dir, err)
		s.discard()
		_ = os.RemoveAll(dir) // where it stays, this run's own is not kept
		return nil
	}
	now := time.Now()
	_ = os.Chtimes(dir, now, now) // without the right to say so it only leaves sooner
	return s
}

// openWhole opens the database in a directory that keep filled, after checking that it is what keep left.
func (s *candidate) openWhole(cfg Config, dir string) error {
	if err := checkDirectory(dir); err != nil {
		return err
	}
	file := filepath.Join(dir, v6.VulnerabilityDBFileName)
	if _, proven, err := verifyChecksum(file); err != nil || !proven {
		return cmp.Or(err, errors.New("its checksum is missing"))
	}
	dir, err := s.readerDir(cfg, file)
	if err != nil {
		return err
	}
	if indexed, err := s.inspect(dir, s.from, false); err != nil || !indexed {
		return cmp.Or(err, errors.New("its indexes are missing"))
	}
	return s.open(dir, s.from)
}

// keep moves what an archive was unpacked into from a temporary directory to where unpacked looks, and returns its new place.
// Where that cannot be, or another run was faster, it stays where it is for this run.
func (s *candidate) keep(cfg Config, temp string) string {
	dir := keptDir(cfg, s.checksum)
	_, err := v6.WriteImportMetadata(afero.NewOsFs(), temp, cmp.Or(s.origin, s.checksum))
	if err == nil {
		err = os.Rename(temp, dir)
	}
	if errors.Is(err, fs.ErrExist) {
		return temp
	}
	if err == nil {
		s.temp = slices.DeleteFunc(s.temp, func(t string) bool { return t == temp })
		temp, err = dir, trimKept(cfg.UnpackDir, dir)
	}
	if err != nil {
		cfg.warn("keeping the unpacked advisory database for later runs: %v", err)
	}
	return temp
}

// trimKept removes what nobody has used for a while: the unpacked archives beside dir but the last one, and what runs that
// were killed left.
func trimKept(parent, dir string) error {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return err
	}
	var old []fs.FileInfo
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && e.IsDir() && e.Name() != filepath.Base(dir) {
			old = append(old, info)
		}
	}
	slices.SortFunc(old, func(a, b fs.FileInfo) int {
		return cmp.Or(b.ModTime().Compare(a.ModTime()), cmp.Compare(a.Name(), b.Name()))
	})
	kept := 1
	for _, info := range old {
		whole := !strings.HasPrefix(info.Name(), unfinished)
		if whole {
			kept++
		}
		if time.Since(info.ModTime()) > inUse && (!whole || kept > keptArchives) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(parent, info.Name())))
		}
	}
	return err
}

// keptDir is where an archive with this digest (sha256:…) stays unpacked.
func keptDir(cfg Config, sum string) string {
	return filepath.Join(cfg.UnpackDir, strings.ReplaceAll(sum, ":", "-"))
}

// fileDigest is the SHA-256 of a file, as unpack returns it.
func fileDigest(ctx context.Context, path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	digest := sha256.New()
	if _, err := io.Copy(digest, spool.WithContext(ctx, f)); err != nil {
		return "", fmt.Errorf("reading %s: %w", path, err)
	}
	return "sha256:" + hex.EncodeToString(digest.Sum(nil)), nil
}
