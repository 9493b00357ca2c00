package vulndb

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	v6 "github.com/anchore/grype/grype/db/v6"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/strictjson"
	"github.com/layergate/layergate/pkg/textfile"
)

// LockFile is the name of the file that pins a project's database.
const LockFile = "layergate.lock"

// MaxLock is how many bytes a lock may have.
const MaxLock = 64 << 10

// lockVersion is that of the file's form.
const lockVersion = 1

// Lock is what a layergate.lock says: which database a project's images are judged with.
type Lock struct {
	Version  int          `json:"version"`
	Database LockDatabase `json:"database"`
}

// LockDatabase is a database that a lock pins.
type LockDatabase struct {
	Digest string    `json:"digest"` // of what it says; see Info.Digest
	Built  time.Time `json:"built"`
	Schema string    `json:"schema"` // grype's schema version, such as 6.1.7
	// Archive is the name of its archive on the update server, and ArchiveDigest its SHA-256, so that it can be fetched again
	// when newer ones are there. Both are empty where it did not come from an update server.
	Archive       string `json:"archive,omitempty"`
	ArchiveDigest string `json:"archiveDigest,omitempty"`
}

var digestPattern = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// ParseLock reads a lock; name is the file's, for errors. A lock that has not exactly the fields of a Lock, or a value in one
// that cannot be, is a wrong request, which names the line and the column.
func ParseLock(name string, raw []byte) (Lock, error) {
	text, err := textfile.Decode(raw)
	var lock Lock
	at, excerpt := strictjson.Position{Line: 1, Column: 1}, ""
	if err == nil {
		lock, at, err = parseLock(text)
		excerpt = textfile.Excerpt(text, at.Line, at.Column)
	}
	if err != nil {
		wrong := &textfile.Error{What: "lock", File: name, Line: at.Line, Column: at.Column, Err: err, Excerpt: excerpt}
		return Lock{}, fault.Request(fmt.Errorf("reading the lock: %w", wrong),
			fault.Hintf("write it again with \"layergate db pin\", or go without it by %s off", fault.Input("db-pin")))
	}
	return lock, nil
}

// parseLock is the lock, or what is wrong with it, and where.
func parseLock(raw []byte) (lock Lock, at strictjson.Position, err error) {
	var strict *strictjson.Error
	var wrong *json.UnmarshalTypeError
	err = strictjson.Config{Values: 64}.Unmarshal(raw, &lock)
	switch place, unknown := unknownField(raw); {
	case errors.As(err, &strict):
		return lock, strictjson.PositionAt(raw, strict.Offset), err
	case unknown != nil:
		return lock, place, unknown
	case errors.As(err, &wrong):
		return lock, strictjson.Find(raw, wrong.Field), fmt.Errorf("the value has the wrong type: %s", wrong.Value)
	case err != nil: // the time, the only value that reads itself
		return lock, strictjson.Find(raw, "database.built"), err
	}
	path, err := lock.valid()
	return lock, strictjson.Find(raw, path), err
}

// unknownField is where the first field is that a lock does not have, and an error about it.
func unknownField(raw []byte) (at strictjson.Position, err error) {
	valid := map[string][]string{"": {"version", "database"}, "database": {"digest", "built", "schema", "archive", "archiveDigest"}}
	strictjson.Walk(raw, -1, func(v strictjson.Value) {
		object, field := path.Split(strings.ReplaceAll(v.Path, ".", "/"))
		if fields := valid[strings.TrimSuffix(object, "/")]; err == nil && field != "" && !slices.Contains(fields, field) {
			err, at = fault.WithHint(fmt.Errorf("a lock has no field %q here", field), fault.OneOf(field, fields)), v.Key
		}
	})
	return at, err
}

// valid says what is wrong, and with the value of which field.
func (l Lock) valid() (field string, err error) {
	d := l.Database
	var model int
	switch _, err := fmt.Sscanf(d.Schema, "%d.", &model); {
	case l.Version != lockVersion:
		return "version", fmt.Errorf("its version is %d, and this version of layergate reads %d", l.Version, lockVersion)
	case !digestPattern.MatchString(d.Digest):
		return "database.digest", fmt.Errorf("the database's digest is %q, not sha256: and 64 hexadecimal digits", d.Digest)
	case d.Built.IsZero():
		return "database.built", errors.New("it does not say when the database was built")
	case err != nil || model != v6.ModelVersion:
		return "database.schema", fmt.Errorf("the database has the schema %q, and this version of layergate reads schema %d", d.Schema, v6.ModelVersion)
	case d.Archive == "" && d.ArchiveDigest == "":
		return "", nil
	case d.Archive == "" || path.Base(d.Archive) != d.Archive || d.Archive == "..":
		return "database.archive", fmt.Errorf("the archive %q is not the name of a file", d.Archive)
	case !digestPattern.MatchString(d.ArchiveDigest):
		return "database.archiveDigest", fmt.Errorf("the archive's digest is %q, not sha256: and 64 hexadecimal digits", d.ArchiveDigest)
	}
	return "", nil
}

// NewLock pins the database that info describes, which has to have its digest.
func NewLock(info Info) Lock {
	return Lock{Version: lockVersion, Database: LockDatabase{
		Digest: info.Digest, Built: info.Built.UTC(), Schema: info.Schema, Archive: info.Archive.Name, ArchiveDigest: info.Archive.SHA256,
	}}
}

// String is the lock as its file holds it.
func (l Lock) String() string {
	raw, err := json.MarshalIndent(l, "", "  ")
	if err != nil {
		panic("vulndb: " + err.Error()) // texts and a time of this millennium
	}
	return string(raw) + "\n"
}

// Pin is the pin that the lock is; from is where the lock is, for reports and errors.
func (l Lock) Pin(from string) *Pin {
	return &Pin{
		Digest: l.Database.Digest, From: from, Built: l.Database.Built,
		Archive: Archive{Name: l.Database.Archive, SHA256: l.Database.ArchiveDigest},
	}
}
