package vulndb

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	v6 "github.com/anchore/grype/grype/db/v6"
	"github.com/spf13/afero"

	"github.com/layergate/layergate/pkg/fault"
)

const (
	sqliteHeaderSize = 100
	sqliteMagic      = "SQLite format 3\x00"

	hintDamaged = "fetch the database again with \"layergate db update\", copy it again, or have another source give it"
)

func isSQLite(head []byte) bool {
	return len(head) >= len(sqliteMagic) && string(head[:len(sqliteMagic)]) == sqliteMagic
}

// damaged says that a database at path cannot be trusted.
func damaged(path string, err error) error {
	return fault.WithHint(fmt.Errorf("the advisory database %s is damaged: %w", path, err), hintDamaged)
}

// openFile opens a database file without writing to it or beside it. It comes from the path that the user named.
func openFile(ctx context.Context, cfg Config, file, from string) (*candidate, error) {
	s := &candidate{from: from}
	if err := checkSize(file); err != nil {
		return s, err
	}
	sum, proven, err := verifyChecksum(file)
	if err != nil {
		return s, err
	}
	s.checksum = sum
	if err := ctx.Err(); err != nil {
		return s, fmt.Errorf("opening the advisory database: %w", err)
	}

	dir, err := s.readerDir(cfg, file)
	if err != nil {
		return s, err
	}
	indexed, err := s.inspect(dir, file, !proven)
	if err != nil {
		return s, err
	}
	if !indexed {
		// The database as it is distributed, without its indexes: every look-up would read it all.
		if dir, err = s.hydratedCopy(cfg, file); err != nil {
			return s, err
		}
	}
	return s, s.open(dir, file)
}

// open opens the reader; file is the name to use in errors.
func (s *candidate) open(dir, file string) error {
	reader, err := v6.NewReader(v6.Config{DBDirPath: dir})
	if err != nil {
		return damaged(file, err)
	}
	s.reader, s.dir = reader, dir
	return nil
}

// checkSize compares the file's size with what its own header says (SQLite file format, section 1.3): a cheap proof
// that a copy was cut short.
func checkSize(file string) error {
	head, err := readHead(file)
	if err != nil {
		return err
	}
	if !isSQLite(head) || len(head) < sqliteHeaderSize {
		return damaged(file, errors.New("it is not an SQLite file"))
	}
	stat, err := os.Stat(file)
	if err != nil {
		return fmt.Errorf("opening the advisory database: %w", err)
	}
	pageSize := int64(binary.BigEndian.Uint16(head[16:]))
	if pageSize == 1 {
		pageSize = 65536
	}
	// The page count is valid only where the two change counters agree.
	if binary.BigEndian.Uint32(head[24:]) != binary.BigEndian.Uint32(head[92:]) {
		return nil
	}
	if want := pageSize * int64(binary.BigEndian.Uint32(head[28:])); stat.Size() < want {
		return damaged(file, fmt.Errorf("it has %d bytes, its header says %d", stat.Size(), want))
	}
	return nil
}

// verifyChecksum computes the file's checksum and compares it with the import metadata beside it. proven tells whether
// there was such metadata.
func verifyChecksum(file string) (sum string, proven bool, err error) {
	if sum, proven, err = compareChecksum(file); err != nil {
		return "", false, damaged(file, err)
	}
	return sum, proven, nil
}

// compareChecksum does so; its error does not name the file.
func compareChecksum(file string) (sum string, proven bool, err error) {
	osfs := afero.NewOsFs()
	if sum, err = v6.CalculateDBDigest(osfs, file); err != nil {
		return "", false, err
	}
	dir := filepath.Dir(file)
	if filepath.Base(file) != v6.VulnerabilityDBFileName {
		return sum, false, nil
	}
	if _, err := os.Stat(filepath.Join(dir, v6.ImportMetadataFileName)); errors.Is(err, fs.ErrNotExist) {
		return sum, false, nil
	}
	meta, err := v6.ReadImportMetadata(osfs, dir)
	if err != nil {
		return "", false, fmt.Errorf("its %s is unreadable: %w", v6.ImportMetadataFileName, err)
	}
	if meta.Digest != sum {
		return "", false, fmt.Errorf("its checksum is %s, %s says %s", sum, v6.ImportMetadataFileName, meta.Digest)
	}
	return sum, true, nil
}

// inspect reads schema and build date, checks the file's structure where nothing else proves it whole, and tells
// whether the database has its indexes. file is the name to use in errors.
func (s *candidate) inspect(dir, file string, deep bool) (indexed bool, err error) {
	low, err := v6.NewLowLevelDB(filepath.Join(dir, v6.VulnerabilityDBFileName), false, false, false)
	if err != nil {
		return false, damaged(file, err)
	}
	if pool, err := low.DB(); err == nil {
		defer pool.Close()
	}

	var tables []string
	if err := low.Raw("SELECT name FROM sqlite_master WHERE type = 'table'").Scan(&tables).Error; err != nil {
		return false, damaged(file, err)
	}
	if !slices.Contains(tables, "db_metadata") {
		var schema int
		if slices.Contains(tables, "id") && low.Raw("SELECT schema_version FROM id").Scan(&schema).Error == nil && schema > 0 {
			return false, wrongSchema(file, strconv.Itoa(schema))
		}
		return false, fault.WithHint(fmt.Errorf("%s is an SQLite file, but not an advisory database", file), hintForms)
	}
	var metas []v6.DBMetadata
	if err := low.Find(&metas).Error; err != nil {
		return false, damaged(file, err)
	}
	if len(metas) != 1 || metas[0].BuildTimestamp == nil {
		return false, damaged(file, fmt.Errorf("it has %d metadata rows", len(metas)))
	}
	meta := metas[0]
	if meta.Model != v6.ModelVersion {
		return false, wrongSchema(file, fmt.Sprintf("%d.%d.%d", meta.Model, meta.Revision, meta.Addition))
	}
	s.schema = fmt.Sprintf("%d.%d.%d", meta.Model, meta.Revision, meta.Addition)
	s.built = meta.BuildTimestamp.UTC().Round(time.Second)

	if deep {
		var problems []string
		if err := low.Raw("PRAGMA quick_check(1)").Scan(&problems).Error; err != nil {
			return false, damaged(file, err)
		}
		if len(problems) != 1 || problems[0] != "ok" {
			return false, damaged(file, fmt.Errorf("%q", problems))
		}
	}
	var names int
	if err := low.Raw("SELECT count(*) FROM sqlite_master WHERE type = 'index' AND name = 'idx_package_name'").Scan(&names).Error; err != nil {
		return false, damaged(file, err)
	}
	return names > 0, nil
}

// hydratedCopy copies the database to a temporary directory and makes its indexes there, as grype's import does.
func (s *candidate) hydratedCopy(cfg Config, file string) (string, error) {
	dir, err := s.tempDir(cfg.TempDir)
	if err != nil {
		return "", err
	}
	if err := copyFile(file, filepath.Join(dir, v6.VulnerabilityDBFileName)); err != nil {
		return "", fmt.Errorf("copying the advisory database: %w", err)
	}
	return dir, hydrate(dir, file)
}

func hydrate(dir, file string) error {
	err := v6.Hydrater()(dir)
	if lacksSpace(err) {
		return fault.WithHint(fmt.Errorf("making the indexes of the advisory database in %s: %w", dir, err),
			fault.Hintf("make room there, or name a directory on a file system that has it with %s or %s", fault.Input("cache-dir"), fault.Input("temp-dir")))
	}
	if err != nil {
		return damaged(file, fmt.Errorf("its indexes cannot be made: %w", err))
	}
	return nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		return errors.Join(err, out.Close())
	}
	return out.Close()
}
