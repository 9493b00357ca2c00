package vulndb

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/anchore/grype/grype/db/v6/distribution"
	"github.com/anchore/grype/grype/db/v6/installation"

	"github.com/layergate/layergate/pkg/fault"
)

// Pin names the one database that may be used.
type Pin struct {
	Digest  string    // of what it says; see Info.Digest
	From    string    // who says so, such as layergate.lock, for reports and errors
	Built   time.Time // zero where only the digest is known
	Archive           // to fetch for it; zero where only the newest can be the one
}

// Archive is an archive on an update server. Its zero value is none.
type Archive struct {
	Name   string // of the file, beside the document that describes the newest one
	SHA256 string // sha256:… of the file
}

// NewPin pins a database by its digest alone.
func NewPin(digest, from string) (*Pin, error) {
	if !digestPattern.MatchString(digest) {
		return nil, fmt.Errorf("%q is no digest of a database: it is sha256: and 64 hexadecimal digits", digest)
	}
	return &Pin{Digest: digest, From: from}, nil
}

// hint is what to do where the pinned database is not to be had or too old.
func (p *Pin) hint() fault.Hint {
	return fault.Hintf("move the pin to the newest database with \"layergate db update\" and \"layergate db pin\", give the pinned one with %s, or go without a pin by %s off",
		fault.Input("db"), fault.Input("db-pin"))
}

// wrong says that a database is another one than the pinned one.
func (p *Pin) wrong(from string, s *candidate) error {
	return fault.WithHint(fmt.Errorf("the advisory database %s (%s, built %s) is not the one that %s pins (%s)",
		from, s.digest, s.built.Format(time.RFC3339), p.From, p.Digest), p.hint())
}

// identify computes the digest of a database where it is asked for, and holds it against the pin.
func (s *candidate) identify(ctx context.Context, cfg Config) error {
	if s.digest == "" && (cfg.Pin != nil || cfg.Identify) {
		var err error
		if s.digest, err = contentDigest(ctx, s.dir); err != nil {
			return damaged(s.from, err)
		}
	}
	switch p := cfg.Pin; {
	case p == nil:
		return nil
	case s.digest != p.Digest && s.given:
		return fault.Request(p.wrong(s.from, s), "")
	case s.digest != p.Digest:
		return p.wrong(s.from, s)
	case !p.Built.IsZero() && !p.Built.Equal(s.built):
		return fault.Request(fmt.Errorf("%s says that the database %s was built %s, and it was built %s", p.From, p.Digest, p.Built.UTC().Format(time.RFC3339), s.built.Format(time.RFC3339)),
			"write the lock again with \"layergate db pin\"")
	}
	return nil
}

// fetchPinned makes sure that the pinned database is the cached one, as far as the update server has it. It returns the
// digest of the cached one where it did not have to be fetched.
func (s Server) fetchPinned(ctx context.Context, cfg Config, settings installation.Config, found *candidate) (digest string, err error) {
	if _, err := os.Lstat(settings.DBFilePath()); err == nil && checkDirectory(settings.DBDirectoryPath()) == nil {
		digest, err := contentDigest(ctx, settings.DBDirectoryPath())
		if err == nil && digest == cfg.Pin.Digest {
			return digest, nil
		}
	}
	if err := ctx.Err(); err != nil {
		return "", fmt.Errorf("opening the advisory database: %w", err)
	}
	if err := s.update(ctx, cfg, settings, found); err != nil {
		return "", withHint(fmt.Errorf("fetching the advisory database that %s pins: %w", cfg.Pin.From, err), cfg.Pin.hint())
	}
	return "", nil
}

// pinned is the archive of the update server to fetch for a pin: the one that its lock names, or else the newest, if that can
// be the one.
func (c *client) pinned() (*distribution.Archive, error) {
	if c.pin.Name != "" {
		return &distribution.Archive{Path: c.pin.Name, Checksum: c.pin.SHA256}, nil
	}
	latest, err := c.Latest()
	if err != nil {
		return nil, err
	}
	if !c.pin.Built.IsZero() && !c.pin.Built.Equal(latest.Built.Time) {
		return nil, fmt.Errorf("the update server's newest was built %s, and the pinned one %s", latest.Built.UTC().Format(time.RFC3339), c.pin.Built.UTC().Format(time.RFC3339))
	}
	return &latest.Archive, nil
}
