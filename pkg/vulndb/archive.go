package vulndb

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"

	v6 "github.com/anchore/grype/grype/db/v6"
	"github.com/klauspost/compress/zstd"
	"github.com/mikelolasagasti/xz"

	"github.com/layergate/layergate/pkg/disk"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/progress"
	"github.com/layergate/layergate/pkg/spool"
)

const (
	formZstd = "zstd"
	formGzip = "gzip"
	formXZ   = "xz"

	// maxDatabase is what an unpacked database may take on disk, as grype's own client limits it.
	maxDatabase = 5 << 30
	maxMetadata = 1 << 20
	// maxWindow bounds the memory that an archive's compression may ask for.
	maxWindow = 256 << 20
)

// openArchive opens an archive of grype's distribution: unpacked, with its indexes made, for this run or for later ones, too, where it fits.
// What is kept of it says that it comes from origin, where that is not empty.
func openArchive(ctx context.Context, cfg Config, archive, form, from, origin string) (*candidate, error) {
	return cfg.fitting(func(cfg Config) (*candidate, error) { return unpackArchive(ctx, cfg, archive, form, from, origin) })
}

func unpackArchive(ctx context.Context, cfg Config, archive, form, from, origin string) (*candidate, error) {
	s := &candidate{from: from, origin: origin}
	dir, err := s.unpackDir(cfg)
	if err != nil {
		return s, err
	}
	stays := filepath.Dir(dir) == cfg.UnpackDir
	defer progress.Wait(cfg.Meters, "unpacking the advisory database").End()
	archiveSum, err := unpack(ctx, archive, form, dir, cfg.space(dir, stays))
	if err != nil {
		if ctx.Err() != nil {
			return s, fmt.Errorf("unpacking %s: %w", from, ctx.Err())
		}
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = errors.New("it ends too early")
		}
		return s, withHint(fmt.Errorf("the archive %s cannot be unpacked: %w", from, err), hintDamaged)
	}
	file := filepath.Join(dir, v6.VulnerabilityDBFileName)
	if err := s.check(file, from, dir); err != nil {
		return s, err
	}
	s.checksum = archiveSum
	if stays {
		dir = s.keep(cfg, dir)
	}
	return s, s.open(dir, from)
}

// unpackDir makes the directory that an archive is unpacked into: in cfg.UnpackDir, where it is to stay and can.
func (s *candidate) unpackDir(cfg Config) (string, error) {
	if cfg.UnpackDir == "" {
		return s.tempDir(cfg.TempDir)
	}
	err := os.MkdirAll(cfg.UnpackDir, 0o700)
	if err == nil {
		var dir string
		if dir, err = s.tempDir(cfg.UnpackDir); err == nil {
			return dir, nil
		}
	}
	if cfg.keep {
		return "", fault.WithHint(fmt.Errorf("keeping the advisory database: %w", err), hintWrite(cfg, err, hintOtherDirectory()))
	}
	cfg.unkept(err)
	return s.tempDir(cfg.TempDir)
}

// check proves an unpacked database whole, reads what it is and makes its indexes.
func (s *candidate) check(file, name, dir string) error {
	if err := checkSize(file); err != nil {
		return damaged(name, errors.New("the database in it is not a whole SQLite file"))
	}
	_, proven, err := verifyChecksum(file)
	if err != nil {
		return damaged(name, fmt.Errorf("the database in it does not have the checksum that its %s says", v6.ImportMetadataFileName))
	}
	indexed, err := s.inspect(dir, name, !proven)
	if err != nil || indexed {
		return err
	}
	return hydrate(dir, name)
}

// unpack writes the database and its metadata, and nothing else, from an archive into dir, where they fit. It returns the archive's
// SHA-256 digest. The names in the archive are never used as paths.
func unpack(ctx context.Context, archive, form, dir string, space *disk.Space) (string, error) {
	f, err := os.Open(archive)
	if err != nil {
		return "", err
	}
	defer f.Close()
	digest := sha256.New()
	raw := io.TeeReader(spool.WithContext(ctx, f), digest)
	plain, closePlain, err := decompress(raw, form)
	if err != nil {
		return "", err
	}
	defer closePlain()

	if err := untar(tar.NewReader(plain), dir, space); err != nil {
		return "", err
	}
	// Reading on to the end is what checks the compression's own checksum and the whole archive's digest.
	if n, err := io.Copy(io.Discard, io.LimitReader(plain, maxMetadata)); err != nil {
		return "", err
	} else if n == maxMetadata {
		return "", errors.New("trailing data after its end")
	}
	if _, err := io.Copy(io.Discard, raw); err != nil {
		return "", err
	}
	return "sha256:" + hex.EncodeToString(digest.Sum(nil)), nil
}

func decompress(r io.Reader, form string) (io.Reader, func(), error) {
	switch form {
	case formZstd:
		d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, nil, err
		}
		return d, d.Close, nil
	case formGzip:
		d, err := gzip.NewReader(r)
		if err != nil {
			return nil, nil, err
		}
		return d, func() { _ = d.Close() }, nil
	default:
		d, err := xz.NewReader(r, maxWindow)
		if err != nil {
			return nil, nil, err
		}
		return d, func() {}, nil
	}
}

func untar(archive *tar.Reader, dir string, space *disk.Space) error {
	limits := map[string]int64{v6.VulnerabilityDBFileName: maxDatabase, v6.ImportMetadataFileName: maxMetadata}
	found := false
	for {
		entry, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		name := path.Clean(entry.Name)
		limit, expected := limits[name]
		if !expected {
			continue
		}
		if entry.Typeflag != tar.TypeReg {
			return fmt.Errorf("its %s is not a regular file", name)
		}
		if entry.Size > limit {
			return fmt.Errorf("its %s has %d bytes, more than the %d that are allowed", name, entry.Size, limit)
		}
		if err := space.Need(entry.Size); err != nil {
			return err
		}
		if err := writeEntry(filepath.Join(dir, name), archive, limit, space); err != nil {
			return err
		}
		found = found || name == v6.VulnerabilityDBFileName
	}
	if !found {
		return fmt.Errorf("it holds no %s", v6.VulnerabilityDBFileName)
	}
	return nil
}

// writeEntry creates a file; a second entry of the same name is an error.
func writeEntry(to string, r io.Reader, limit int64, space *disk.Space) error {
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(&file{into: out, space: space}, io.LimitReader(r, limit)); err != nil {
		return errors.Join(err, out.Close())
	}
	return out.Close()
}
