package osv

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	v6 "github.com/anchore/grype/grype/db/v6"

	"github.com/layergate/layergate/pkg/fault"
)

// stage is a directory beside a database's final place, in which it is built and from which it is moved there whole.
type stage struct {
	final string // DIR/6
	dir   string // where the database is built
	work  string // dir, or a link to it whose path SQLite's file addresses can hold
	link  string // the directory of that link, if any
}

func newStage(dir string) (*stage, error) {
	if dir == "" {
		return nil, fault.Request(errors.New("there is no directory to build the advisory database in"), "name one with -o DIR")
	}
	s := &stage{final: layoutDir(dir)}
	if err := replaceable(s.final); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("making the directory for the advisory database: %w", err)
	}
	var err error
	if s.dir, err = os.MkdirTemp(dir, ".build-"); err != nil {
		return nil, fmt.Errorf("making the directory for the advisory database: %w", err)
	}
	s.work = s.dir
	if strings.ContainsAny(s.dir, "?#%") {
		if err := s.makeLink(); err != nil {
			s.discard()
			return nil, fmt.Errorf("making the directory for the advisory database: %w", err)
		}
	}
	return s, nil
}

func (s *stage) makeLink() error {
	target, err := filepath.Abs(s.dir)
	if err != nil {
		return err
	}
	if s.link, err = os.MkdirTemp("", "layergate-db-"); err != nil {
		return err
	}
	s.work = filepath.Join(s.link, "db")
	return os.Symlink(target, s.work)
}

// replaceable refuses to replace a directory that is something else than a database.
func replaceable(final string) error {
	entries, err := os.ReadDir(final)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err == nil {
		if _, err = os.Stat(filepath.Join(final, v6.VulnerabilityDBFileName)); err == nil {
			return nil
		}
	}
	return fault.Request(fmt.Errorf("%s already exists and is not an advisory database", final), "name another directory, or remove it")
}

// install moves the database to its place. A database that was there is moved aside first and back on failure.
func (s *stage) install() error {
	if err := os.Chmod(s.dir, 0o755); err != nil {
		return fmt.Errorf("installing the advisory database: %w", err)
	}
	old := s.dir + "-old"
	moved := true
	if err := os.Rename(s.final, old); errors.Is(err, fs.ErrNotExist) {
		moved = false
	} else if err != nil {
		return fmt.Errorf("installing the advisory database: %w", err)
	}
	if err := os.Rename(s.dir, s.final); err != nil {
		if moved {
			err = errors.Join(err, os.Rename(old, s.final))
		}
		return fmt.Errorf("installing the advisory database: %w", err)
	}
	if moved {
		if err := os.RemoveAll(old); err != nil {
			return fmt.Errorf("removing the previous advisory database: %w", err)
		}
	}
	return nil
}

// discard removes what an installation left, or all of it where there was none.
func (s *stage) discard() {
	_ = os.RemoveAll(s.dir)
	if s.link != "" {
		_ = os.RemoveAll(s.link)
	}
}
