package inventory

import (
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	_ "github.com/glebarez/sqlite" // the driver by which the catalogers read RPM and Nix databases
)

// sqliteParts are the endings of the files that SQLite keeps beside a database: changes that are not in it yet, and
// what it has to take back (https://www.sqlite.org/tempfiles.html).
var sqliteParts = []string{"-wal", "-journal"}

// mergeSQLite has SQLite itself put a database and what lies beside it together, in a new directory inside temp.
// parts are the contents by their endings, the database's own under "". Closing the result removes the directory.
func mergeSQLite(temp string, parts map[string]io.Reader) (_ io.ReadCloser, err error) {
	dir, err := os.MkdirTemp(temp, "layergate-sqlite-")
	if err != nil {
		return nil, fmt.Errorf("making a directory for a database: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}()
	name := filepath.Join(dir, "db")
	for ending, content := range parts {
		if err := writeFile(name+ending, content); err != nil {
			return nil, err
		}
	}
	if err := mergeJournal(name); err != nil {
		return nil, err
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	return &scratchFile{File: f, dir: dir}, nil
}

// mergeJournal leaves everything in the database's one file.
func mergeJournal(name string) (err error) {
	db, err := sql.Open("sqlite", fileURL(filepath.ToSlash(name)))
	if err != nil {
		return fmt.Errorf("opening an SQLite database: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var mode string
	if err := db.QueryRow("PRAGMA journal_mode=DELETE").Scan(&mode); err != nil {
		return fmt.Errorf("merging an SQLite database with its log: %w", err)
	}
	if mode != "delete" {
		return fmt.Errorf("merging an SQLite database with its log: the journal's mode remains %s", mode)
	}
	return nil
}

// fileURL is the address of an absolute path with forward slashes (RFC 8089): one that begins with a drive lies below the root, too.
func fileURL(path string) string {
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

func writeFile(name string, content io.Reader) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, content)
	return errors.Join(err, f.Close())
}

// scratchFile is a file in a directory of its own, which goes with it.
type scratchFile struct {
	*os.File
	dir string
}

// Close closes the file and removes the directory.
func (f *scratchFile) Close() error { return errors.Join(f.File.Close(), os.RemoveAll(f.dir)) }
