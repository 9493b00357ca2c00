package vulndb_test

import (
	"slices"
	"testing"

	"github.com/anchore/grype/grype/distro"
	grypepkg "github.com/anchore/grype/grype/pkg"
	"github.com/anchore/grype/grype/vulnerability"
	syftpkg "github.com/anchore/syft/syft/pkg"
	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/vulndb"
	"github.com/layergate/layergate/pkg/vulndb/osv"
	"github.com/layergate/layergate/pkg/vulndb/vulndbtest"
)

// withOwn is a database of an advisory for npm and one for Alpine 3.20, and own advisories beside it.
func withOwn(t *testing.T, advisories string) *vulndb.DB {
	t.Helper()
	own, err := osv.Parse(t.Context(), osv.Contents([]osv.File{{Name: "own.json", Content: []byte(advisories)}}), vulndbtest.BuiltAt())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	rows, err := own.Rows()
	if err != nil {
		t.Fatal(err)
	}
	second, err := vulndb.OpenMade(t.Context(), vulndb.Config{OwnDir: dir, TempDir: t.TempDir()}, rows.Digest, func(dir string) error { return rows.Write(t.Context(), dir) })
	if err != nil {
		t.Fatal(err)
	}
	db := covering(t, "npm", "Alpine:v3.20")
	db.Add(second, vulndb.Own{Advisories: own.Len(), Digest: own.Digest()})
	return db
}

func TestAdd(t *testing.T) {
	t.Parallel()
	const affected = `"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"}]}]}],"database_specific":{"cwe_ids":["CWE-20"]}}`
	db := withOwn(t, `{"id":"OWN-1","affected":[{"package":{"ecosystem":"npm","name":"a"},`+affected+`
		{"id":"OWN-2","affected":[{"package":{"ecosystem":"Alpine:v3.19","name":"a"},`+affected+`
		{"id":"OWN-3","affected":[{"package":{"ecosystem":"RubyGems","name":"a"},`+affected+`
		{"id":"OWN-4","affected":[{"package":{"ecosystem":"Debian:12","name":"a"},`+affected)
	alpine := func(version string) grypepkg.Package {
		return grypepkg.Package{Name: "a", Version: "1", Type: syftpkg.ApkPkg, Distro: distro.New(distro.Alpine, version, "")}
	}
	debian := func(version string) grypepkg.Package {
		return grypepkg.Package{Name: "a", Version: "1", Type: syftpkg.DebPkg, Distro: distro.New(distro.Debian, version, "")}
	}
	tests := []struct {
		name string
		of   grypepkg.Package
		want []string
	}{
		{"in both", vulndbtest.Installed(syftpkg.NpmPkg, syftpkg.JavaScript, "a", "1.0.0"), []string{"ACME-npm unknown [2]", "OWN-1 unknown []"}},
		{"in the own ones alone", vulndbtest.Installed(syftpkg.GemPkg, syftpkg.Ruby, "a", "1.0.0"), []string{"OWN-3 unknown []"}},
		{"in none", vulndbtest.Installed(syftpkg.NpmPkg, syftpkg.JavaScript, "b", "1.0.0"), []string{}},
		{"the release that the own ones name", alpine("3.19.1"), []string{"ACME-Alpine:v3.20 unknown [2]", "OWN-2 unknown []"}},
		{"a release that they do not name", alpine("3.20.1"), []string{"ACME-Alpine:v3.20 unknown [2]"}},
		{"a minor version of a release without such", debian("12.5"), []string{"OWN-4 unknown []"}},
		{"another release without such", debian("11.5"), []string{}},
	}
	for _, expected := range []bool{false, true} {
		if expected {
			if err := db.Expect([]string{"a", "b"}); err != nil {
				t.Fatal(err)
			}
		}
		for _, tt := range tests {
			vulndbtest.Diff(t, tt.name, vulndbtest.Matches(t, db.Provider(), tt.of), tt.want)
		}
	}

	covered, err := db.Ecosystems(t.Context(), []string{"npm", "gem"})
	if diff := cmp.Diff(map[string]finding.Cover{"npm": {Advisories: 1, Newest: "2026-01-01"}}, covered); err != nil || diff != "" {
		t.Errorf("own advisories make the database cover more (-want +got): %v\n%s", err, diff)
	}
	if cover, _, err := db.Covers(t.Context(), distro.New(distro.Debian, "12", "")); cover.Advisories > 0 || err != nil {
		t.Errorf("Covers(Debian 12) = %+v, %v, want only what the database itself covers", cover, err)
	}
	if _, is := db.Provider().(vulnerability.EOLChecker); !is {
		t.Error("the ends of life of the database are lost")
	}
	known, err := db.Exploitation([]string{"OWN-1"})
	if diff := cmp.Diff(map[string]finding.Exploitation{"OWN-1": {CWEs: []string{"CWE-20"}}}, known, cmp.Comparer(func(a, b []finding.KnownExploited) bool { return len(a) == len(b) })); err != nil || diff != "" {
		t.Errorf("Exploitation() = %v (-want +got):\n%s", err, diff)
	}
	if got := db.Info().Own; got.Advisories != 4 || len(got.Digest) != 71 {
		t.Errorf("Info().Own = %+v", got)
	}
}

// Own advisories that say the same leave a database's identity the same, whenever their database was made, and others do not.
func TestIdentity(t *testing.T) {
	t.Parallel()
	advisory := func(version string) string {
		return `{"id":"OWN-1","affected":[{"package":{"ecosystem":"npm","name":"a"},"versions":["` + version + `"]}]}`
	}
	one := withOwn(t, advisory("1.0.0")).Identity()
	if again := withOwn(t, advisory("1.0.0")).Identity(); again != one {
		t.Errorf("Identity() = %q, and of the same advisories %q", one, again)
	}
	seen := []string{one}
	for name, db := range map[string]*vulndb.DB{
		"other advisories": withOwn(t, advisory("2.0.0")), "none": covering(t, "npm", "Alpine:v3.20"), "another database": covering(t, "npm"),
	} {
		if got := db.Identity(); slices.Contains(seen, got) {
			t.Errorf("with %s: Identity() = %q, which is that of another", name, got)
		}
		seen = append(seen, db.Identity())
	}
}
