package vulndb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	v6 "github.com/anchore/grype/grype/db/v6"

	"github.com/layergate/layergate/pkg/fault"
)

const hintForms = "give a vulnerability.db file, a directory that holds one, or a .tar.zst, .tar.gz or .tar.xz archive of grype's database"

// Path is a source on this machine: a vulnerability.db file, a directory that holds one (directly or as 6/vulnerability.db), or
// an archive (.tar.zst, .tar.gz or .tar.xz) as grype distributes it.
type Path string

// String is the path.
func (p Path) String() string { return string(p) }

// kept is none: what is there is opened where it lies.
func (p Path) kept(context.Context, Config) (*candidate, error) { return nil, nil }

// open opens what the user named, whatever form it has.
func (p Path) open(ctx context.Context, cfg Config) (*candidate, error) {
	found, err := openPath(ctx, cfg, string(p))
	if found != nil {
		found.given = true
	}
	return found, err
}

// archive is the archive at the path, or one that is made of the database there.
func (p Path) archive(ctx context.Context, _ Config, dir string) (string, error) {
	file := string(p)
	if stat, err := os.Stat(file); err == nil && stat.IsDir() {
		if file, err = databaseIn(file); err != nil {
			return "", err
		}
	} else if err != nil {
		return "", fault.Request(fmt.Errorf("opening the advisory database: %w", err), hintForms)
	}
	head, err := readHead(file)
	if err != nil || !isSQLite(head) {
		return file, err
	}
	return packArchive(ctx, file, dir)
}

// stat says what is at the path.
func (p Path) stat() (fs.FileInfo, error) {
	stat, err := os.Stat(string(p))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.Request(fmt.Errorf("the advisory database %s does not exist", p), fault.HintPath(string(p), hintForms))
	}
	if err != nil {
		return nil, fmt.Errorf("opening the advisory database: %w", err)
	}
	return stat, nil
}

func openPath(ctx context.Context, cfg Config, path string) (*candidate, error) {
	stat, err := Path(path).stat()
	switch {
	case err != nil:
		return nil, err
	case stat.IsDir():
		file, err := databaseIn(path)
		if err != nil {
			return nil, err
		}
		return openFile(ctx, cfg, file, path)
	case !stat.Mode().IsRegular():
		return nil, fault.Request(fmt.Errorf("the advisory database %s is not a regular file", path), hintForms)
	}

	head, err := readHead(path)
	if err != nil {
		return nil, err
	}
	if isSQLite(head) {
		return openFile(ctx, cfg, path, path)
	}
	if form := archiveForm(head); form != "" {
		if cfg.OnlyServer {
			cfg.UnpackDir = "" // who unpacked it nobody can tell
		}
		if sum, err := fileDigest(ctx, path); cfg.UnpackDir != "" && err == nil { // else unpacking it says why
			if kept := unpacked(cfg, path, sum); kept != nil {
				return kept, nil
			}
		}
		return openArchive(ctx, cfg, path, form, path, "")
	}
	return nil, fault.WithHint(fmt.Errorf("%s is neither an advisory database nor an archive of one", path), hintForms)
}

// databaseIn finds the database in a directory: the one it holds directly, else grype's layout.
func databaseIn(dir string) (string, error) {
	for _, file := range []string{
		filepath.Join(dir, v6.VulnerabilityDBFileName),
		filepath.Join(dir, strconv.Itoa(v6.ModelVersion), v6.VulnerabilityDBFileName),
	} {
		if stat, err := os.Stat(file); err == nil && stat.Mode().IsRegular() {
			return file, nil
		}
	}
	// A cache that an older or newer grype filled has the same layout under another number.
	if entries, err := os.ReadDir(dir); err == nil {
		for _, e := range entries {
			if _, err := strconv.Atoi(e.Name()); err != nil {
				continue
			}
			if _, err := os.Stat(filepath.Join(dir, e.Name(), v6.VulnerabilityDBFileName)); err == nil {
				return "", wrongSchema(dir, e.Name())
			}
		}
	}
	return "", fault.Request(fmt.Errorf("the directory %s holds no advisory database", dir), hintForms)
}

func wrongSchema(path, schema string) error {
	return fault.WithHint(
		fmt.Errorf("the advisory database %s has schema %s, this version of layergate reads schema %d", path, schema, v6.ModelVersion),
		"fetch a matching one with \"layergate db update\", or build one with \"layergate db build\"")
}

// readHead reads the bytes by which forms are told apart.
func readHead(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("opening the advisory database: %w", err)
	}
	defer f.Close()
	head := make([]byte, sqliteHeaderSize)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("reading the advisory database %s: %w", path, err)
	}
	return head[:n], nil
}

// archiveForm recognises a compressed archive by its first bytes, not by its name.
func archiveForm(head []byte) string {
	for _, m := range []struct{ form, magic string }{
		{formZstd, "\x28\xb5\x2f\xfd"},
		{formGzip, "\x1f\x8b"},
		{formXZ, "\xfd7zXZ\x00"},
	} {
		if bytes.HasPrefix(head, []byte(m.magic)) {
			return m.form
		}
	}
	return ""
}

// readerDir returns a directory from which grype's reader can open file: the one it lies in, or, where the file has
// another name or its path has characters that mean something in SQLite's file addresses, one with a link to it.
func (s *candidate) readerDir(cfg Config, file string) (string, error) {
	if filepath.Base(file) == v6.VulnerabilityDBFileName && !strings.ContainsAny(file, "?#%") {
		return filepath.Dir(file), nil
	}
	target, err := filepath.Abs(file)
	if err != nil {
		return "", fmt.Errorf("opening the advisory database: %w", err)
	}
	dir, err := s.tempDir(cfg.TempDir)
	if err != nil {
		return "", err
	}
	if err := os.Symlink(target, filepath.Join(dir, v6.VulnerabilityDBFileName)); err != nil {
		return "", fmt.Errorf("opening the advisory database: %w", err)
	}
	return dir, nil
}
