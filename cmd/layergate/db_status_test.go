package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/report"
	"github.com/layergate/layergate/pkg/vulndb"
	"github.com/layergate/layergate/pkg/vulndb/osv"
)

func TestDatabaseStatus(t *testing.T) {
	t.Parallel()
	built := time.Date(2026, 11, 20, 6, 0, 0, 0, time.UTC)
	own := vulndb.Info{Schema: "6.1.7", Built: built, Checksum: "xxh64:1", From: "own"}
	full := own
	full.KnownExploited, full.EPSS, full.Outdated, full.Complete = built, built.AddDate(0, 0, -1), true, true
	full.Unanswered = []vulndb.Failure{{Source: "https://mirror.example", Reason: "it <answers> nothing"}}
	tests := []struct {
		name       string
		info       vulndb.Info
		limit      time.Duration
		own        report.Own
		covers     vulndb.Coverage
		json, text string
	}{
		{
			name: "nothing", info: own, covers: vulndb.Coverage{Distributions: []vulndb.ReleaseCover{}, Ecosystems: []vulndb.EcosystemCover{}},
			json: `{
  "schema": "6.1.7",
  "built": "2026-11-20T06:00:00Z",
  "checksum": "xxh64:1",
  "from": "own",
  "tooOld": false,
  "unanswered": [],
  "outdated": false,
  "covers": {
    "distributions": [],
    "ecosystems": [],
    "cpes": {
      "advisories": 0
    }
  }
}
`,
			text: `max age   none

distribution      release                   advisories  newest

ecosystem                                   advisories  newest
by CPE name                                          0  unknown
`,
		},
		{
			name: "everything", info: full, limit: time.Hour, own: report.Own{Advisories: 2, Digest: "sha256:2"},
			covers: vulndb.Coverage{
				Distributions: []vulndb.ReleaseCover{{Name: "debian", Version: "12", Codename: "bookworm", Cover: finding.Cover{Advisories: 3478, Newest: "2026-11-19"}}},
				Ecosystems:    []vulndb.EcosystemCover{{Name: "npm\x1b", Cover: finding.Cover{Advisories: 7, TooFew: true}}},
				CPEs:          finding.Cover{Advisories: 300000, Newest: "2026-11-18"},
			},
			json: `{
  "schema": "6.1.7",
  "built": "2026-11-20T06:00:00Z",
  "checksum": "xxh64:1",
  "from": "own",
  "kev": "2026-11-20",
  "epss": "2026-11-19",
  "maxAge": "1h0m0s",
  "tooOld": true,
  "complete": true,
  "ownAdvisories": {
    "advisories": 2,
    "digest": "sha256:2"
  },
  "unanswered": [
    {
      "source": "https://mirror.example",
      "reason": "it <answers> nothing"
    }
  ],
  "outdated": true,
  "covers": {
    "distributions": [
      {
        "name": "debian",
        "version": "12",
        "codename": "bookworm",
        "advisories": 3478,
        "newest": "2026-11-19"
      }
    ],
    "ecosystems": [
      {
        "name": "npm\u001b",
        "advisories": 7,
        "tooFew": true
      }
    ],
    "cpes": {
      "advisories": 300000,
      "newest": "2026-11-18"
    }
  }
}
`,
			text: `max age   1h0m0s, which it is past: a run refuses it
outdated  no source answers: it is the one of an earlier run
complete  by its builder's word, however few its advisories are
own       2, sha256:2

distribution      release                   advisories  newest
debian            12 bookworm                     3478  2026-11-19

ecosystem                                   advisories  newest
npm\x1b                                              7  unknown  too few
by CPE name                                     300000  2026-11-18
`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newDatabaseStatus(tt.info, tt.limit, built.Add(2*time.Hour))
			s.Own, s.Covers = tt.own, tt.covers
			var json, text strings.Builder
			if err := (&command{stdout: &json}).printJSON(s); err != nil {
				t.Fatalf("printJSON() = %v", err)
			}
			if err := s.writeText(&text); err != nil {
				t.Fatalf("writeText() = %v", err)
			}
			if diff := cmp.Diff(tt.json, json.String()); diff != "" {
				t.Errorf("printJSON() (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.text, text.String()); diff != "" {
				t.Errorf("writeText() (-want +got):\n%s", diff)
			}
		})
	}
}

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
