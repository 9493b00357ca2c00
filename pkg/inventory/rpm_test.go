package inventory_test

import (
	"cmp"
	"database/sql"
	"encoding/binary"
	"os"
	"path"
	"path/filepath"
	"testing"
)

type rpmPackage struct {
	name, version string
	files         []string
	source        string // of its RPM of sources; empty for one that is called like it
	module        string // label of a module, or empty
}

// header is a package as RPM's database keeps it: an index of tags, and their values (rpm's docs/manual/hregions.md).
func (p rpmPackage) header() []byte {
	const integer, text, texts = 4, 6, 8
	var index, store []byte
	add := func(tag, typ, count uint32, value []byte) {
		for typ == integer && len(store)%4 != 0 {
			store = append(store, 0)
		}
		for _, v := range []uint32{tag, typ, uint32(len(store)), count} {
			index = binary.BigEndian.AppendUint32(index, v)
		}
		store = append(store, value...)
	}
	for tag, value := range []string{p.name, p.version, "1.el9"} {
		add(1000+uint32(tag), text, 1, []byte(value+"\x00"))
	}
	add(1022, text, 1, []byte("x86_64\x00"))
	add(1044, text, 1, []byte(cmp.Or(p.source, p.name+"-"+p.version+"-1.el9.src.rpm")+"\x00"))
	if p.module != "" {
		add(5096, text, 1, []byte(p.module+"\x00"))
	}
	if len(p.files) > 0 {
		var indexes, bases, dirs []byte
		for i, f := range p.files {
			indexes = binary.BigEndian.AppendUint32(indexes, uint32(i))
			bases = append(bases, path.Base(f)+"\x00"...)
			dirs = append(dirs, path.Dir(f)+"/\x00"...)
		}
		n := uint32(len(p.files))
		add(1116, integer, n, indexes)
		add(1117, texts, n, bases)
		add(1118, texts, n, dirs)
	}
	out := binary.BigEndian.AppendUint32(nil, uint32(len(index)/16))
	out = binary.BigEndian.AppendUint32(out, uint32(len(store)))
	return append(append(out, index...), store...)
}

// rpmDatabase is RPM's database of some packages.
func rpmDatabase(t *testing.T, packages ...rpmPackage) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "rpmdb.sqlite")
	db := openRPM(t, file)
	for _, p := range packages {
		insert(t, db, p)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return read(t, file)
}

// rpmLog is RPM's database of some packages, and the log in which there is one more.
func rpmLog(t *testing.T, last rpmPackage, packages ...rpmPackage) (database, log string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "rpmdb.sqlite")
	db := openRPM(t, file)
	defer db.Close()
	for _, p := range packages {
		insert(t, db, p)
	}
	for _, pragma := range []string{"PRAGMA journal_mode=WAL", "PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA wal_autocheckpoint=0"} {
		if _, err := db.Exec(pragma); err != nil {
			t.Fatal(err)
		}
	}
	insert(t, db, last)
	return read(t, file), read(t, file+"-wal")
}

func openRPM(t *testing.T, file string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)"); err != nil {
		t.Fatal(err)
	}
	return db
}

func insert(t *testing.T, db *sql.DB, p rpmPackage) {
	t.Helper()
	if _, err := db.Exec("INSERT INTO Packages (blob) VALUES (?)", p.header()); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
