package vulndb

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	v6 "github.com/anchore/grype/grype/db/v6"
	"github.com/anchore/grype/grype/db/v6/distribution"
	"github.com/klauspost/compress/zstd"

	"github.com/layergate/layergate/pkg/disk"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/spool"
)

// LocalArchive is an archive of a database on this machine that was checked.
type LocalArchive struct {
	Path   string
	Digest string // sha256:… of the archive
	Form   string // of its compression: zstd, gzip or xz
	Info   Info   // of the database in it
}

// Fetch brings the newest archive of the first source that has one which may be used, and checks it as Open does. What has to be
// fetched for that is in dir, which must exist.
func Fetch(ctx context.Context, cfg Config, dir string) (LocalArchive, error) {
	var failed failures
	for _, s := range cfg.sources() {
		found, err := fetch(ctx, cfg, s, dir)
		if err == nil {
			found.Info.From, found.Info.Unanswered = s.String(), failed.list()
			return found, nil
		}
		if ctx.Err() != nil {
			return LocalArchive{}, pending(ctx, s, err)
		}
		failed = append(failed, failure{s, err})
	}
	return LocalArchive{}, failed.error()
}

func fetch(ctx context.Context, cfg Config, s Source, dir string) (LocalArchive, error) {
	path, err := s.archive(ctx, cfg, dir)
	if err != nil {
		return LocalArchive{}, err
	}
	head, err := readHead(path)
	if err != nil {
		return LocalArchive{}, err
	}
	found := LocalArchive{Path: path, Form: archiveForm(head)}
	if found.Form == "" {
		return found, fault.WithHint(fmt.Errorf("what %s has is no archive of an advisory database", s), hintForms)
	}
	cfg.UnpackDir = ""
	opened, err := openArchive(ctx, cfg, path, found.Form, s.String(), "")
	if err != nil {
		opened.discard()
		return found, err
	}
	db, err := opened.use(ctx, cfg)
	if err != nil {
		return found, err
	}
	found.Info = db.Info()
	found.Digest = found.Info.Checksum
	return found, db.Close()
}

// packArchive makes an archive of a database file in dir, as grype distributes them.
func packArchive(ctx context.Context, file, dir string) (_ string, err error) {
	in, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer in.Close()
	stat, err := in.Stat()
	if err != nil {
		return "", err
	}
	out, err := os.CreateTemp(dir, "archive-")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	compressed, err := zstd.NewWriter(out)
	if err != nil {
		return "", err
	}
	archive := tar.NewWriter(compressed)
	err = archive.WriteHeader(&tar.Header{Name: v6.VulnerabilityDBFileName, Mode: 0o644, Size: stat.Size(), Typeflag: tar.TypeReg})
	if err == nil {
		_, err = io.Copy(archive, spool.WithContext(ctx, in))
	}
	return out.Name(), errors.Join(err, archive.Close(), compressed.Close())
}

// Mirror puts an archive into a directory in the layout of grype's update server, so that a server of its files is a mirror for
// Layergate and for grype: v6/latest.json, which names the archive with its checksum, and the archive beside it. Archives that are there
// already stay, so that pins find them. A directory with a newer database is a wrong request.
func Mirror(a LocalArchive, dir string) error {
	dir = filepath.Join(dir, fmt.Sprintf("v%d", v6.ModelVersion))
	latest := filepath.Join(dir, distribution.LatestFileName)
	if err := notNewer(latest, a.Info.Built); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fault.Request(fmt.Errorf("making the directory of the mirror: %w", err), "name a directory that can be made or written to")
	}
	suffix := map[string]string{formZstd: "zst", formGzip: "gz", formXZ: "xz"}[a.Form]
	name := fmt.Sprintf("vulnerability-db_v%s_%s.tar.%s", a.Info.Schema, a.Info.Built.UTC().Format("20060102T150405Z"), suffix)
	in, err := os.Open(a.Path)
	if err != nil {
		return err
	}
	defer in.Close()
	if err := copyTo(filepath.Join(dir, name), in); err != nil {
		return hintMirror(fmt.Errorf("writing the archive of the mirror: %w", err), dir)
	}
	document, err := describeLatest(filepath.Join(dir, name), a.Info)
	if err == nil {
		err = copyTo(latest, bytes.NewReader(document))
	}
	if err != nil {
		return hintMirror(fmt.Errorf("writing %s of the mirror: %w", distribution.LatestFileName, err), dir)
	}
	return nil
}

// hintMirror adds what to do where a mirror cannot be written.
func hintMirror(err error, dir string) error {
	if disk.Refused(err) {
		return fault.WithHint(err, fmt.Sprintf("make room in %s, where older archives that nobody has pinned can go", dir))
	}
	return fault.WithHint(err, fmt.Sprintf("make %s and what is in it writable, or name another directory", dir))
}

// notNewer refuses to replace the document of a newer database.
func notNewer(latest string, built time.Time) error {
	raw, err := os.ReadFile(latest)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) { // making the directory says why
		return nil
	}
	if err != nil {
		return fault.WithHint(fmt.Errorf("reading what the mirror has: %w", err), "make it readable, or name another directory")
	}
	there, err := distribution.NewLatestFromReader(bytes.NewReader(raw))
	if err == nil && there != nil && there.Built.After(built) {
		return fault.Request(fmt.Errorf("the mirror has a newer advisory database, built %s: this one was built %s", there.Built.UTC().Format(time.RFC3339), built.UTC().Format(time.RFC3339)),
			"remove "+latest+" if the older one is meant")
	}
	return nil
}

// describeLatest is the document of an archive.
func describeLatest(archive string, info Info) ([]byte, error) {
	var model, revision, addition int
	if _, err := fmt.Sscanf(info.Schema, "%d.%d.%d", &model, &revision, &addition); err != nil {
		return nil, err
	}
	described, err := distribution.NewArchive(archive, info.Built, model, revision, addition)
	if err != nil {
		return nil, err
	}
	var document bytes.Buffer
	err = distribution.NewLatestDocument(*described).Write(&document)
	return document.Bytes(), err
}

// copyTo writes a file whole or not at all.
func copyTo(path string, content io.Reader) error {
	return disk.Replace(path, func(w io.Writer) error {
		_, err := io.Copy(w, content)
		return err
	})
}
