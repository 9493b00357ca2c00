package osv

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/vulndb/vulndbtest"
)

// rowsOf are the rows of advisories in JSON.
func rowsOf(t *testing.T, content string) *Rows {
	t.Helper()
	parsed, err := parse(t, "own.json", content)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := parsed.Rows()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// Whatever changes what a database of own advisories says changes the digest under which it is kept, and nothing else does.
func TestRowsDigest(t *testing.T) {
	t.Parallel()
	const affected = `"affected":[{"package":{"ecosystem":"npm","name":"some"},"versions":["1.0.0"]}]`
	one := rowsOf(t, `{"id":"T-1",`+affected+`}`).Digest
	seen := map[string]string{one: "one"}
	for name, content := range map[string]string{
		"another identifier":          `{"id":"T-2",` + affected + `}`,
		"another version":             `{"id":"T-1","affected":[{"package":{"ecosystem":"npm","name":"some"},"versions":["1.0.1"]}]}`,
		"a severity":                  `{"id":"T-1","database_specific":{"severity":"high"},` + affected + `}`,
		"an alias":                    `{"id":"T-1","aliases":["MAL-2026-1"],` + affected + `}`,
		"a weakness":                  `{"id":"T-1","database_specific":{"cwe_ids":["CWE-79"]},` + affected + `}`,
		"a summary":                   `{"id":"T-1","summary":"bad",` + affected + `}`,
		"two, of which one withdrawn": `[{"id":"T-1",` + affected + `},{"id":"T-3","withdrawn":"2999-01-01T00:00:00Z",` + affected + `}]`,
	} {
		digest := rowsOf(t, content).Digest
		if other, twice := seen[digest]; twice {
			t.Errorf("%s has the digest of %s", name, other)
		}
		seen[digest] = name
	}
	for name, content := range map[string]string{
		"one again": `{"id":"T-1",` + affected + `}`,
		"in a list": `[{"id":"T-1",` + affected + `}]`,
		"withdrawn": `[{"id":"T-1",` + affected + `},{"id":"T-3","withdrawn":"2026-01-01T00:00:00Z",` + affected + `}]`,
	} {
		if got := rowsOf(t, content).Digest; got != one {
			t.Errorf("%s: Digest = %s, want %s", name, got, one)
		}
	}
}

// The same rows make the same bytes.
func TestRowsWrite(t *testing.T) {
	t.Parallel()
	write := func() []byte {
		dir := t.TempDir()
		rows := rowsOf(t, `[{"id":"T-1","aliases":["CVE-2026-1","GHSA-1"],"affected":[{"package":{"ecosystem":"npm","name":"some"},"versions":["1.0.0"]}]},
			{"id":"T-2","aliases":["CVE-2026-2"],"affected":[{"package":{"ecosystem":"Debian:12","name":"some"},"versions":["1.0.0"]}]}]`)
		if err := rows.Write(t.Context(), dir); err != nil {
			t.Fatal(err)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
			t.Errorf("%v is left, %v; want the database alone", left, err)
		}
		return vulndbtest.ReadFile(t, filepath.Join(dir, "6", "vulnerability.db"))
	}
	if !bytes.Equal(write(), write()) {
		t.Error("Write() of the same rows made another database")
	}
}

// BenchmarkRowsWrite makes a database of 10,000 own advisories about 5,000 packages.
func BenchmarkRowsWrite(b *testing.B) {
	var all strings.Builder
	for i := range 10_000 {
		ecosystem := []string{"npm", "PyPI", "Debian:12", "RubyGems"}[i%4]
		fmt.Fprintf(&all, `{"id":"ACME-%d","aliases":["CVE-2026-%d"],"summary":"Problem %d","published":"2026-11-01T00:00:00Z","modified":"2026-11-20T00:00:00Z",
			"references":[{"type":"ADVISORY","url":"https://acme.example/%d"}],"database_specific":{"severity":"high","cwe_ids":["CWE-79"]},
			"affected":[{"package":{"ecosystem":%q,"name":"acme-%d"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1.%d.0"}]}]}]}`+"\n",
			i, 10_000+i, i, i, ecosystem, i%5_000, i%50+1)
	}
	parsed, err := Parse(b.Context(), Contents([]File{{Name: "own.json", Content: []byte(all.String())}}), vulndbtest.BuiltAt())
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		rows, err := parsed.Rows()
		if err != nil {
			b.Fatal(err)
		}
		if err := rows.Write(b.Context(), b.TempDir()); err != nil {
			b.Fatal(err)
		}
	}
}
