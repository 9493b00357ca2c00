package vulndb

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"hash"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	v6 "github.com/anchore/grype/grype/db/v6"
)

// contentDigest is the SHA-256 of what the database in dir says: of every value in every row of every table, with the names
// of table and column, in the order of the rows. It does not depend on the file: not on its indexes, its pages or free
// space, nor on the archive that it came in, so that a database is known again in whatever form somebody holds it. Whoever
// can write the file could still spoil an index. What is NULL, and a table without rows, counts as not being there, since an
// import by a newer client adds such ones.
func contentDigest(ctx context.Context, dir string) (string, error) {
	low, err := v6.NewLowLevelDB(filepath.Join(dir, v6.VulnerabilityDBFileName), false, false, false)
	if err != nil {
		return "", err
	}
	pool, err := low.DB()
	if err != nil {
		return "", err
	}
	defer pool.Close()
	tables, err := texts(ctx, pool, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name")
	if err != nil {
		return "", err
	}
	digest := sha256.New()
	for _, table := range tables {
		if err := addTable(ctx, digest, pool, table); err != nil {
			return "", fmt.Errorf("reading its table %q: %w", table, err)
		}
	}
	return "sha256:" + hex.EncodeToString(digest.Sum(nil)), nil
}

// addTable adds the rows of a table to a digest. SQLite makes one text of each row, which is several times faster than to
// have every value by itself.
func addTable(ctx context.Context, digest hash.Hash, pool *sql.DB, table string) error {
	columns, err := texts(ctx, pool, "SELECT name FROM pragma_table_info(?)", table)
	if err != nil {
		return err
	}
	slices.Sort(columns)
	var values []string
	for _, c := range columns {
		// The length before each value keeps what stands in one column apart from the next one.
		values = append(values, fmt.Sprintf("ifnull(%s || octet_length(%s) || ':' || %s, '')", literal(c+"="), quoted(c), quoted(c)))
	}
	rows, err := pool.QueryContext(ctx, fmt.Sprintf("SELECT CAST(%s AS BLOB) FROM %s ORDER BY rowid", strings.Join(values, " || "), quoted(table)))
	if err != nil {
		return err
	}
	defer rows.Close()
	var line bytes.Buffer
	for rows.Next() {
		var row sql.RawBytes
		if err := rows.Scan(&row); err != nil {
			return err
		}
		line.Reset()
		line.WriteString(table)
		line.WriteByte(' ')
		line.WriteString(strconv.Itoa(len(row)))
		line.WriteByte(':')
		line.Write(row)
		digest.Write(line.Bytes())
	}
	return rows.Err()
}

// quoted is a name in a statement of SQL.
func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// literal is a text in a statement of SQL.
func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// texts is the answer to a query for one column.
func texts(ctx context.Context, pool *sql.DB, query string, args ...any) ([]string, error) {
	rows, err := pool.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		out = append(out, text)
	}
	return out, rows.Err()
}
