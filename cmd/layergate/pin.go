package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/project"
	"github.com/layergate/layergate/pkg/regular"
	"github.com/layergate/layergate/pkg/vulndb"
)

// noPin is the value of db-pin that lets any database be used.
const noPin = "off"

// pin returns the one database that a run may use, or nil where any may be: the one of the input db-pin, or else of the lock
// that is found in dir or above.
func (c *command) pin(in *input.Values, dir string) (*vulndb.Pin, error) {
	switch digest := in.String("db-pin"); digest {
	case "":
		return c.lockedPin(dir)
	case noPin:
		return nil, nil
	default:
		pin, err := vulndb.NewPin(digest, in.Spell("db-pin"))
		if err != nil {
			return nil, fault.Request(fmt.Errorf("%s: %w", in.Spell("db-pin"), err), "see which digest a database has with \"layergate db pin\", or write "+noPin)
		}
		return pin, nil
	}
}

// lockedPin is the pin of the project's lock. On a pull request that is the target branch's: a change does not choose the
// advisories that it is judged by. A change without a lock of its own, in a checkout without the target branch, is judged
// by the newest database, which knows no less.
func (c *command) lockedPin(dir string) (*vulndb.Pin, error) {
	root, dir := projectRoot(dir)
	own, err := readLock(project.Worktree(root), dir, "")
	if err != nil {
		return nil, err
	}
	t, err := c.target()
	if err != nil || t == nil {
		return own, err
	}
	base, err := t.base(dir)
	if err != nil && own == nil {
		return nil, nil
	}
	if err != nil {
		return nil, fault.Request(fmt.Errorf("which advisory database %s pins is not known: %w", t.branch, err),
			fault.Hintf("name the database with %s", fault.Input("db-pin")))
	}
	pin, err := readLock(base, dir, " of "+t.branch)
	if err != nil {
		return nil, err
	}
	if text := moved(pin, own); text != "" {
		ci.Warn(c.platform, text)
	}
	return pin, nil
}

// moved says that a change moves the pin; it is empty for one that does not.
func moved(from, to *vulndb.Pin) string {
	switch {
	case to == nil || from != nil && from.Digest == to.Digest:
		return ""
	case from == nil:
		return fmt.Sprintf("this change pins the advisory database built %s: that counts once it is merged", to.Built.UTC().Format(time.RFC3339))
	}
	return fmt.Sprintf("this change moves the pin to the advisory database built %s: that counts once it is merged, and until then the one built %s",
		to.Built.UTC().Format(time.RFC3339), from.Built.UTC().Format(time.RFC3339))
}

// readLock is the pin of the lock in a directory or above it; nil where there is none.
func readLock(files project.Files, dir, of string) (*vulndb.Pin, error) {
	path, raw, err := project.Find(files, dir, vulndb.LockFile, vulndb.MaxLock)
	if err != nil {
		return nil, fault.Request(fmt.Errorf("reading the lock: %w", err), "make it a regular file with \"layergate db pin\"")
	}
	if path == "" {
		return nil, nil
	}
	lock, err := vulndb.ParseLock(path, raw)
	switch {
	case err != nil && of != "":
		return nil, fmt.Errorf("the lock%s: %w", of, err)
	case err != nil:
		return nil, err
	}
	return lock.Pin(path + of), nil
}

// projectRoot is the root of the project that the run works in, the working directory where that is in no checkout, and a
// directory relative to it.
func projectRoot(dir string) (root, below string) {
	root = rootOf()
	below, inside := regular.Below(root, dir)
	if !inside {
		below = "."
	}
	return root, below
}

func (c *command) dbPinCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "pin",
		Short: "Pin the database in use, so that the same commit gets the same verdict",
		Long: "Pin writes which database is in use into " + vulndb.LockFile + ", at the root of the project or where there is one already.\n" +
			"Scans of the project then use that database or fail. \"layergate db update --pin\" moves the pin to the newest one.",
		Args: c.noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, cfg, err := c.databaseOf(cmd)
			if err != nil {
				return err
			}
			cfg.AutoUpdate, cfg.Identify = false, true
			db, err := vulndb.Open(cmd.Context(), cfg)
			if err != nil {
				return err
			}
			defer db.Close()
			if err := c.describe(db.Info()); err != nil {
				return err
			}
			return c.writeLock(db.Info())
		},
	}
}

// writeLock pins a database in the project.
func (c *command) writeLock(info vulndb.Info) error {
	root, dir := projectRoot(".")
	path, _, err := project.Find(project.Worktree(root), dir, vulndb.LockFile, vulndb.MaxLock)
	if err != nil {
		return fault.Request(fmt.Errorf("reading the lock: %w", err), "remove what is there in its place")
	}
	path = filepath.Join(root, cmp.Or(path, vulndb.LockFile))
	if err := os.WriteFile(path, []byte(vulndb.NewLock(info).String()), 0o644); err != nil {
		return fmt.Errorf("writing the lock: %w", err)
	}
	_, err = fmt.Fprintf(c.stdout, "digest    %s\npinned in %s: commit it\n", info.Digest, path)
	return err
}
