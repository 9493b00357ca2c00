package main

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/report"
	"github.com/layergate/layergate/pkg/vulndb"
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
