package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/vulndb"
	"github.com/layergate/layergate/pkg/vulndb/osv"
)

// The status is that of the database that a run takes: the first that is young enough, or else the first.
func TestStatusOfTheDatabaseThatARunTakes(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 6, 0, 0, 0, time.UTC)
	built := func(days int) vulndb.Source {
		dir := t.TempDir()
		advisory := filepath.Join(dir, "one.json")
		text := `{"id": "ACME-2026-1", "modified": "2026-01-01T00:00:00Z", "affected": [{"package": {"ecosystem": "npm", "name": "acme"}, "versions": ["1.0.0"]}]}`
		if err := os.WriteFile(advisory, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := osv.Build(t.Context(), osv.Config{Dir: dir, Files: []string{advisory}, Now: func() time.Time { return now.AddDate(0, 0, -days) }}); err != nil {
			t.Fatal(err)
		}
		return vulndb.Path(dir)
	}
	for _, tt := range []struct {
		name    string
		sources []vulndb.Source
		want    int // days
	}{
		{name: "one that is too old, and another", sources: []vulndb.Source{built(9), built(1)}, want: 1},
		{name: "the first of two", sources: []vulndb.Source{built(2), built(1)}, want: 2},
		{name: "only ones that are too old", sources: []vulndb.Source{built(9), built(8)}, want: 9},
		{name: "one that is not there, and one that is too old", sources: []vulndb.Source{vulndb.Path("none.db"), built(9)}, want: 9},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			db, err := openForStatus(t.Context(), vulndb.Config{Sources: tt.sources, TempDir: t.TempDir(), Now: func() time.Time { return now }}, 5*24*time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if got, want := db.Info().Built, now.AddDate(0, 0, -tt.want); !got.Equal(want) {
				t.Errorf("openForStatus() opens the database of %s, want that of %s", got, want)
			}
		})
	}
	_, err := openForStatus(t.Context(), vulndb.Config{Sources: []vulndb.Source{vulndb.Path("none.db")}, TempDir: t.TempDir()}, time.Hour)
	if stale := (*vulndb.StaleError)(nil); err == nil || errors.As(err, &stale) {
		t.Errorf("openForStatus() = %v, want that there is none", err)
	}
}
