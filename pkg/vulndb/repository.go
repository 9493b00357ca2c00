package vulndb

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/progress"
	"github.com/layergate/layergate/pkg/transport"
)

// Repository is a source in a registry, by a reference with a tag or a digest: an artifact whose only file, or whose only one of the type
// that "layergate db mirror" writes, is an archive of grype's database.
type Repository string

// RemoteArchive is an archive that a registry keeps.
type RemoteArchive struct {
	Digest string // sha256:… of the archive
	Size   int64  // in bytes
	Open   func(context.Context) (io.ReadCloser, error)
}

// Pull finds the archive that a reference leads to. It asks a busy registry again by itself.
type Pull func(ctx context.Context, ref string) (RemoteArchive, error)

// String is the reference, as users write it.
func (r Repository) String() string { return "oci://" + string(r) }

// host is the registry's.
func (r Repository) host() string {
	host, _, _ := strings.Cut(string(r), "/")
	return host
}

// open pulls the archive that the reference leads to now, unless it is kept.
func (r Repository) open(ctx context.Context, cfg Config) (*candidate, error) {
	if !cfg.AutoUpdate {
		found, err := r.kept(ctx, cfg)
		if found == nil && err == nil {
			err = fault.WithHint(fmt.Errorf("no advisory database of %s is kept", r), fault.Hintf("fetch it with \"layergate db update\" and the same %s", fault.Input("db")))
		}
		return found, err
	}
	remote, err := r.find(ctx, cfg)
	if err != nil {
		return nil, err
	}
	found := unpacked(cfg, r.String(), remote.Digest)
	if found == nil {
		if found, err = r.openFetched(ctx, cfg, remote); err != nil {
			return found, err
		}
	}
	return r.newer(ctx, cfg, found), nil
}

// find asks the registry for the archive.
func (r Repository) find(ctx context.Context, cfg Config) (RemoteArchive, error) {
	if cfg.Pull == nil {
		return RemoteArchive{}, fmt.Errorf("asking for %s: no registry can be reached", r)
	}
	var remote RemoteArchive
	err := cfg.Retry.run(ctx, cfg.Meters, func(ctx context.Context) (_ bool, err error) {
		defer awaiting(cfg.Meters, r.host()).End()
		remote, err = cfg.Pull(ctx, string(r))
		return false, onlyLate(err)
	})
	if err != nil {
		return remote, orHint(fmt.Errorf("fetching %s: %w", r, err), "check the network, and whether the registry answers")
	}
	open := remote.Open
	remote.Open = func(ctx context.Context) (io.ReadCloser, error) {
		defer awaiting(cfg.Meters, r.host()).End()
		return open(ctx)
	}
	return remote, nil
}

// archive pulls the archive that the reference leads to now.
func (r Repository) archive(ctx context.Context, cfg Config, dir string) (string, error) {
	remote, err := r.find(ctx, cfg)
	if err != nil {
		return "", err
	}
	return r.fetch(ctx, cfg, remote, dir)
}

// newer is found, or the database that is kept of the repository where that is newer and no others write to the cache: a tag that went
// back hides advisories.
func (r Repository) newer(ctx context.Context, cfg Config, found *candidate) *candidate {
	if cfg.OnlyServer || cfg.Pin != nil || strings.Contains(string(r), "@") {
		return found
	}
	kept, err := r.kept(ctx, cfg)
	if kept == nil || err != nil || !kept.built.After(found.built) {
		kept.discard()
		return found
	}
	cfg.warn("%s leads to an older advisory database, built %s, than before, which is used instead: that was built %s",
		r, found.built.Format(time.RFC3339), kept.built.Format(time.RFC3339))
	found.discard()
	return kept
}

// fetch pulls an archive into a new file in dir.
func (r Repository) fetch(ctx context.Context, cfg Config, remote RemoteArchive, dir string) (string, error) {
	if remote.Size > maxDatabase {
		return "", tooLarge(fmt.Errorf("the archive of %s has %d bytes, more than the %d that are allowed", r, remote.Size, int64(maxDatabase)))
	}
	into, err := os.CreateTemp(dir, "archive-")
	if err != nil {
		return "", fmt.Errorf("fetching %s: %w", r, err)
	}
	out := &file{into: into, space: cfg.space(filepath.Dir(into.Name()), false)}
	meter := progress.Begin(cfg.Meters, "fetching the advisory database", remote.Size)
	defer meter.End()
	err = cfg.Retry.run(ctx, cfg.Meters, func(ctx context.Context) (bool, error) {
		meter.Set(0)
		return false, r.pull(ctx, remote, out, meter)
	})
	if err = errors.Join(err, into.Close()); err != nil {
		return "", orHint(fmt.Errorf("fetching %s: %w", r, errors.Join(err, os.Remove(into.Name()))), "check the network, and that the registry keeps the whole archive")
	}
	return into.Name(), nil
}

// openFetched opens an archive that was pulled.
func (r Repository) openFetched(ctx context.Context, cfg Config, remote RemoteArchive) (*candidate, error) {
	archive, err := r.fetch(ctx, cfg, remote, cfg.TempDir)
	if err != nil {
		return nil, err
	}
	defer os.Remove(archive)
	head, err := readHead(archive)
	if err != nil {
		return nil, err
	}
	form := archiveForm(head)
	if form == "" {
		return nil, fault.WithHint(fmt.Errorf("what %s leads to is no archive of an advisory database", r), "push one with \"layergate db mirror\", or an archive of grype's distribution with oras push")
	}
	return openArchive(ctx, cfg, archive, form, r.String(), r.String()+"?"+url.Values{checksumParameter: {remote.Digest}}.Encode())
}

// onlyLate has only an answer that did not come asked for again: of any other failure the registry was asked again already.
func onlyLate(err error) error {
	if late := (*transport.TimeoutError)(nil); err == nil || errors.As(err, &late) {
		return err
	}
	return backoff.Permanent(err)
}

// pull writes an archive from its start, and holds it against its digest.
func (r Repository) pull(ctx context.Context, remote RemoteArchive, into *file, meter *progress.Meter) error {
	if err := into.begin(remote.Size); err != nil {
		return err
	}
	body, err := remote.Open(ctx)
	if err != nil {
		return onlyLate(err)
	}
	defer body.Close()
	digest := sha256.New()
	n, err := io.Copy(io.MultiWriter(into, digest), io.LimitReader(meter.Reader(body), remote.Size+1))
	switch sum := "sha256:" + hex.EncodeToString(digest.Sum(nil)); {
	case into.err != nil:
		return backoff.Permanent(into.err)
	case err != nil:
		return brokeOff(r.host(), n, remote.Size, err)
	case n != remote.Size || sum != remote.Digest:
		return fmt.Errorf("the registry sends %d bytes with the digest %s, and its manifest says %d and %s", n, sum, remote.Size, remote.Digest)
	}
	return nil
}

// kept opens the newest database that was pulled from the repository by an earlier run.
func (r Repository) kept(_ context.Context, cfg Config) (*candidate, error) {
	if cfg.UnpackDir == "" {
		return nil, nil
	}
	entries, err := os.ReadDir(cfg.UnpackDir)
	if err != nil {
		return nil, nil // nothing is kept
	}
	var newest *candidate
	for _, e := range entries {
		dir := filepath.Join(cfg.UnpackDir, e.Name())
		if strings.HasPrefix(e.Name(), unfinished) || checkDirectory(dir) != nil {
			continue
		}
		written := readRecordIn(dir)
		if written.address != r.String() || written.checksum == "" {
			continue
		}
		found := unpacked(cfg, r.String(), written.checksum)
		if found != nil && inFuture(found.built, cfg.now()) { // it would hide those that may be used
			found.discard()
			continue
		}
		if newest == nil || found != nil && found.built.After(newest.built) {
			newest, found = found, newest
		}
		found.discard()
	}
	return newest, nil
}
