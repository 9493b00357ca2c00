package vulndb

import (
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/vulndb/osv"
	"github.com/layergate/layergate/pkg/vulndb/vulndbtest"
)

// store is a kept.Store in memory.
type store struct {
	mu     sync.Mutex
	values map[string][]byte
	puts   int
}

func (s *store) Get(key string) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	value, ok := s.values[key]
	return value, ok
}

func (s *store) Put(key string, value []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.values == nil {
		s.values = map[string][]byte{}
	}
	s.values[key] = value
	s.puts++
}

// counted asks a database of npm's advisories for all that is counted, twice, and checks the answers.
func counted(t *testing.T, path string, s *store, npm int) {
	t.Helper()
	cfg := Config{Sources: []Source{Path(path)}, Warn: func(string) {}}
	if s != nil {
		cfg.Kept = s
	}
	db := open(t, cfg)
	for range 2 {
		covers, err := db.Ecosystems(t.Context(), []string{"npm", "NPM", "gem"})
		if err != nil || len(covers) != 2 || covers["npm"].Advisories != npm || covers["NPM"] != covers["npm"] {
			t.Errorf("Ecosystems() = %+v, %v, want %d of npm", covers, err, npm)
		}
		all, err := db.Coverage(t.Context())
		if err != nil || len(all.Ecosystems) != 1 || all.Ecosystems[0].Advisories != npm {
			t.Errorf("Coverage() = %+v, %v, want %d of npm", all, err, npm)
		}
	}
}

// npmDatabase is a database of advisories of npm.
func npmDatabase(t *testing.T, ids ...string) string {
	t.Helper()
	var records []string
	for _, id := range ids {
		records = append(records, `{"id":"`+id+`","modified":"2026-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"a"},"versions":["1.0.0"]}]}`)
	}
	dir := t.TempDir()
	file := vulndbtest.WriteFile(t, dir, "a.json", []byte(strings.Join(records, "\n")))
	if _, err := osv.Build(t.Context(), osv.Config{Dir: dir, Files: []string{file}, Complete: true, Now: vulndbtest.Clock(0)}); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "6", "vulnerability.db")
}

// What was counted of a database is counted once, in the run and in later ones, and is that of no other database. What a store has that
// nobody put there is counted again.
func TestCountsAreKept(t *testing.T) {
	t.Parallel()
	one, two := npmDatabase(t, "ACME-1"), npmDatabase(t, "ACME-1", "ACME-2")
	s := &store{}
	for _, step := range []struct {
		name, path string
		npm, puts  int
	}{
		{name: "the first time", path: one, npm: 1, puts: 4}, // npm, the same by another name, gem, and all
		{name: "again", path: one, npm: 1},
		{name: "another database", path: two, npm: 2, puts: 4},
	} {
		s.puts = 0
		counted(t, step.path, s, step.npm)
		if s.puts != step.puts {
			t.Errorf("%s: %d counts were kept, want %d", step.name, s.puts, step.puts)
		}
	}
	for key := range s.values {
		s.values[key] = []byte("damaged")
	}
	counted(t, one, s, 1)
	counted(t, one, nil, 1)
}

// A count that an earlier run kept is believed, and is held against the floors of this one.
func TestKeptCountIsUsed(t *testing.T) {
	t.Parallel()
	path, s := npmDatabase(t, "ACME-1"), &store{}
	db := open(t, Config{Sources: []Source{Path(path)}, Warn: func(string) {}, Kept: s})
	key := "npm as it was counted"
	count := func(n int) func() (finding.Cover, error) {
		return func() (finding.Cover, error) { return finding.Cover{Advisories: n, Newest: "2026-01-01"}, nil }
	}
	if got, err := remembered(&db.counts, key, count(7)); err != nil || got.Advisories != 7 {
		t.Fatalf("remembered() = %+v, %v", got, err)
	}
	later := open(t, Config{Sources: []Source{Path(path)}, Warn: func(string) {}, Kept: s})
	if got, err := remembered(&later.counts, key, count(8)); err != nil || got.Advisories != 7 {
		t.Errorf("remembered() in a later run = %+v, %v, want the 7 that the first one counted", got, err)
	}
}

// Without a store a count is remembered for the run, and a failure to count is not.
func TestCountIsRememberedInTheRun(t *testing.T) {
	t.Parallel()
	c, failed := &counts{}, errors.New("no more")
	count := func(n int, err error) func() (int, error) { return func() (int, error) { return n, err } }
	if _, err := remembered(c, "npm", count(0, failed)); !errors.Is(err, failed) {
		t.Errorf("remembered() = %v, want why counting failed", err)
	}
	for _, n := range []int{7, 8} {
		if got, err := remembered(c, "npm", count(n, nil)); err != nil || got != 7 {
			t.Errorf("remembered() = %d, %v, want the 7 that were counted first", got, err)
		}
	}
	if got, err := remembered(c, "gem", count(9, nil)); err != nil || got != 9 {
		t.Errorf("remembered(another question) = %d, %v, want 9", got, err)
	}
}
