package osv

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	v6 "github.com/anchore/grype/grype/db/v6"
)

// normalize adds indexes to the database in dir and copies it to a new file whose bytes depend on the content only.
// Grype's writer leaves some of them to the clock and to chance: the build date, and the order of the tables, of their
// constraints and of an advisory's aliases.
func normalize(ctx context.Context, dir, file string, built time.Time) error {
	if err := v6.Hydrater()(dir); err != nil {
		return err
	}
	db, err := v6.NewLowLevelDB(filepath.Join(dir, v6.VulnerabilityDBFileName), false, true, false)
	if err != nil {
		return err
	}
	pool, err := db.DB()
	if err != nil {
		return err
	}
	defer pool.Close()
	pool.SetMaxOpenConns(1) // attached files belong to one connection
	if err := db.Model(&v6.DBMetadata{}).Where("true").Update("build_timestamp", built).Error; err != nil {
		return err
	}

	// A database with advisories of Rocky Linux has grype judge it by those.
	rocky := db.Model(&v6.OperatingSystem{}).Select("1").Where("name = ?", rockyLinux)
	if err := db.Where("alias IN ? AND EXISTS (?)", rockyAliases(), rocky).Delete(&v6.OperatingSystemSpecifierOverride{}).Error; err != nil {
		return err
	}

	target, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	// The tables are copied in the order of their names, not of their dependence.
	if _, err := pool.ExecContext(ctx, "PRAGMA foreign_keys = OFF"); err != nil {
		return err
	}
	if _, err := pool.ExecContext(ctx, "ATTACH DATABASE ? AS normalized", target); err != nil {
		return err
	}
	statements, err := copyStatements(ctx, pool)
	if err != nil {
		return err
	}
	for _, statement := range append(statements, "ANALYZE normalized", "DETACH DATABASE normalized") {
		if _, err := pool.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// copyStatements lists what recreates the database in the attached file: tables by name, their rows, then indexes by
// name.
func copyStatements(ctx context.Context, pool *sql.DB) ([]string, error) {
	rows, err := pool.QueryContext(ctx, "SELECT type, name, sql FROM main.sqlite_master"+
		" WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type = 'index', name")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var kind, name, create string
		if err := rows.Scan(&kind, &name, &create); err != nil {
			return nil, err
		}
		if kind == "index" {
			out = append(out, strings.Replace(create, " INDEX ", " INDEX normalized.", 1))
			continue
		}
		order := "rowid"
		if name == "vulnerability_aliases" {
			order = "name, alias"
		}
		out = append(out,
			strings.Replace(sortConstraints(create), "CREATE TABLE ", "CREATE TABLE normalized.", 1),
			fmt.Sprintf("INSERT INTO normalized.%[1]q SELECT * FROM main.%[1]q ORDER BY %[2]s", name, order))
	}
	return out, rows.Err()
}

// sortConstraints orders the named constraints at the end of a CREATE TABLE statement.
func sortConstraints(create string) string {
	const mark = ",CONSTRAINT "
	parts := strings.Split(strings.TrimSuffix(create, ")"), mark)
	slices.Sort(parts[1:])
	return strings.Join(parts, mark) + ")"
}
