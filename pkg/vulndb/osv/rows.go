package osv

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/anchore/grype/grype/db/data"
	v6 "github.com/anchore/grype/grype/db/v6"
)

// Rows are own advisories as a database holds them. They are written once.
type Rows struct {
	// Digest is the SHA-256 of all that the database depends on, sha256:…: what the advisories were understood to say, and the form of the
	// database. Unlike Advisories.Digest it changes with a version of this program that understands them in another way.
	Digest  string
	entries []data.Entry
}

// rowsForm is raised when Rows.Write writes the same rows in another form.
const rowsForm = 1

// Rows turns the advisories into rows, whose matches will say that they come from own advisories.
func (a *Advisories) Rows() (*Rows, error) {
	entries, _ := a.rows(ownProvider, ownBuilt())
	digest := sha256.New()
	fmt.Fprintf(digest, "%d %d.%d.%d\n", rowsForm, v6.ModelVersion, v6.Revision, v6.Addition)
	rows := json.NewEncoder(digest)
	for _, e := range entries {
		if err := rows.Encode(e); err != nil {
			return nil, fmt.Errorf("reading own advisories: %w", err)
		}
	}
	return &Rows{Digest: "sha256:" + hex.EncodeToString(digest.Sum(nil)), entries: entries}, nil
}

// ownBuilt is when a database of own advisories says that it was built: nobody asks how old it is, and the same advisories make the same
// database on every day.
func ownBuilt() time.Time { return time.Unix(0, 0).UTC() }

// Write makes a database of the rows in dir, as Build does.
func (r *Rows) Write(ctx context.Context, dir string) error {
	return install(ctx, dir, r.entries, ownBuilt())
}
