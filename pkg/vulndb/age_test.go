package vulndb

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/vulndb/vulndbtest"
)

// A database that its source has today, and that may not be used, is told of once, with what helps; the file that it was fetched into is nobody's.
func TestRefusedDatabaseIsToldOnce(t *testing.T) {
	t.Parallel()
	url, _ := updateServer(t)
	content := builtLater(t, 0)
	for source, given := range map[Source]bool{Server(url): false, Repository("registry.example/db:1"): false, Path(fixtureDir(t)): true} {
		for clock, want := range map[time.Duration]string{72 * time.Hour: "the limit is 1 day", -72 * time.Hour: "built in the future"} {
			cfg := repositoryConfig(t, &fakeRegistry{content: content})
			cfg.Sources, cfg.Now = []Source{source}, vulndbtest.Clock(clock)
			for name, read := range map[string]func() error{
				"Open":  func() error { _, err := Open(t.Context(), cfg); return err },
				"Fetch": func() error { _, err := Fetch(t.Context(), cfg, t.TempDir()); return err },
			} {
				err := read()
				vulndbtest.WantError(t, err, false, want)
				hints := strings.Join(fault.Hints(err), "\n")
				helps := "name another"
				if given && name == "Open" && clock > 0 {
					helps = "layergate db update"
				}
				if strings.Count(err.Error(), want) != 1 || strings.Contains(err.Error(), "archive-") || !strings.Contains(hints, helps) {
					t.Errorf("%s(%s) = %v with the hints %q, want %q", name, source, err, hints, helps)
				}
			}
		}
	}
	// Two sources are two sentences, and one hint.
	cfg := repositoryConfig(t, &fakeRegistry{content: content})
	cfg.Sources, cfg.Now = []Source{Server(url), Repository("registry.example/db:1")}, vulndbtest.Clock(72*time.Hour)
	_, err := Open(t.Context(), cfg)
	if hints := fault.Hints(err); err == nil || strings.Count(err.Error(), "the limit is") != 2 || len(hints) != 1 {
		t.Errorf("Open() = %v with the hints %q", err, hints)
	}
}

func TestAge(t *testing.T) {
	t.Parallel()
	const limit = 5 * 24 * time.Hour
	tests := []struct {
		name  string
		age   time.Duration
		max   time.Duration
		stale bool
		want  string // of the error
	}{
		{name: "new", age: 0, max: limit},
		{name: "below", age: limit - time.Second, max: limit},
		{name: "at the limit", age: limit, max: limit},
		{name: "above", age: limit + time.Second, max: limit, stale: true, want: "5 days 1s old (built 2026-11-20T06:00:00Z), the limit is 5 days"},
		{name: "above a limit of less than a second", age: time.Second, max: time.Nanosecond, stale: true, want: "1s old (built 2026-11-20T06:00:00Z), the limit is 1ns"},
		{name: "far above", age: 40 * limit, max: limit, stale: true, want: "200 days old"},
		{name: "clock skew", age: -24 * time.Hour, max: limit},
		{name: "future", age: -24*time.Hour - time.Second, max: limit, want: "built in the future"},
		{name: "no limit", age: 40 * limit, max: 0},
		{name: "no limit, future", age: -24*time.Hour - time.Second, max: 0, want: "built in the future"},
	}
	forms := map[string]string{
		"directory": fixtureDir(t),
		"archive": vulndbtest.WriteFile(t, t.TempDir(), "db.tar.gz", pack(t, "tar.gz",
			entry{name: "vulnerability.db", content: vulndbtest.ReadFile(t, filepath.Join(fixtureDir(t), "6", "vulnerability.db"))})),
	}
	for _, tt := range tests {
		for form, path := range forms {
			t.Run(tt.name+", "+form, func(t *testing.T) {
				t.Parallel()
				temp := t.TempDir()
				db, err := Open(t.Context(), Config{
					Sources: []Source{Path(path)}, MaxAge: tt.max, Now: vulndbtest.Clock(tt.age), TempDir: temp,
				})
				if err == nil {
					defer db.Close()
				}
				if tt.want == "" {
					if err != nil {
						t.Fatalf("Open() = %v", err)
					}
					return
				}
				vulndbtest.WantError(t, err, false, tt.want)
				vulndbtest.IsEmpty(t, temp)
				var stale *StaleError
				if got := errors.As(err, &stale); got != tt.stale {
					t.Fatalf("is a StaleError = %t, want %t", got, tt.stale)
				}
				if tt.stale {
					vulndbtest.Diff(t, "StaleError", *stale, StaleError{Built: vulndbtest.BuiltAt(), Age: tt.age, Max: tt.max})
					hints := strings.Join(fault.Hints(err), " ")
					if !strings.Contains(hints, "db-max-age") || !strings.Contains(hints, "db update") {
						t.Errorf("hints = %q, want db-max-age and db update", hints)
					}
				}
			})
		}
	}
}
